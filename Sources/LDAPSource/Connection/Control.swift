internal import COpenLDAP

/// A control of a request or an answer (RFC 4511 §4.1.11).
struct Control: Sendable, Hashable {
    /// What it is.
    let oid: String
    /// Its value, in whatever encoding; nil for none.
    var value: [UInt8]?
    /// Whether a server that does not know it must refuse the request.
    var isCritical = true

    /// So many entries at a time, from where the cookie says (RFC 2696).
    static func page(of size: Int, after cookie: [UInt8]) -> Control {
        let value = DERWriter.sequence(DERWriter.integer(Int32(clamping: size)), DERWriter.octetString(cookie))
        return Control(oid: LDAP_CONTROL_PAGEDRESULTS, value: value, isCritical: true)
    }

    /// Deleted objects are found too (MS-ADTS §3.1.1.3.4.1.14).
    static let showDeleted = Control(oid: "1.2.840.113556.1.4.417")
    /// Parts that other servers have are passed over in silence (MS-ADTS §3.1.1.3.4.1.4).
    static let domainScope = Control(oid: "1.2.840.113556.1.4.1339", isCritical: false)
}

/// Controls as libldap takes them, freed with the value.
@safe struct RequestControls: ~Copyable {
    /// The controls, ended by a nil.
    private(set) var pointers: [UnsafeMutablePointer<LDAPControl>?] = unsafe []

    /// - Throws: where one cannot be made: a request without it would be another request.
    init(_ controls: [Control]) throws(LDAPError) {
        for control in controls {
            var pointer: UnsafeMutablePointer<LDAPControl>?
            var octets = control.value ?? []
            unsafe octets.withUnsafeMutableBytes { bytes in
                var value = unsafe berval(
                    bv_len: ber_len_t(bytes.count), bv_val: bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
                let isCritical: Int32 = control.isCritical ? 1 : 0
                if control.value == nil {
                    unsafe _ = ldap_control_create(control.oid, isCritical, nil, 1, &pointer)
                } else {
                    unsafe _ = ldap_control_create(control.oid, isCritical, &value, 1, &pointer)
                }
            }
            guard unsafe pointer != nil else {
                throw LDAPError(.other, "The control \(control.oid) could not be made: there is no memory.")
            }
            unsafe pointers.append(pointer)
        }
        unsafe pointers.append(nil)
    }

    deinit {
        unsafe pointers.forEach { unsafe ldap_control_free($0) }
    }
}

extension LDAPMessage {
    /// The controls that came with an entry (RFC 4511 §4.5.2).
    func entryControls(_ handle: OpaquePointer) -> [Control] {
        var controls: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?
        guard unsafe ldap_get_entry_controls(handle, pointer, &controls) == LDAP_SUCCESS else { return [] }
        return unsafe takeControls(controls)
    }

    /// How an operation ended, with the controls of the answer.
    func outcomeAndControls(_ handle: OpaquePointer) -> (Outcome, [Control]) {
        var controls: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?
        let outcome = unsafe outcome(handle, controls: &controls)
        return unsafe (outcome, takeControls(controls))
    }

    /// The name and value of an intermediate response (RFC 4511 §4.13); nil where it cannot be read.
    func intermediate(_ handle: OpaquePointer) -> (oid: String, value: [UInt8])? {
        var name: UnsafeMutablePointer<CChar>?
        var value: UnsafeMutablePointer<berval>?
        guard unsafe ldap_parse_intermediate(handle, pointer, &name, &value, nil, 0) == LDAP_SUCCESS else { return nil }
        defer { unsafe ber_bvfree(value) }
        return unsafe (takeText(name) ?? "", value.map { unsafe Array($0.pointee.octets) } ?? [])
    }
}

/// The controls of an array that libldap allocated, which is freed.
private func takeControls(_ array: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?) -> [Control] {
    guard let array = unsafe array else { return [] }
    defer { unsafe ldap_controls_free(array) }
    var controls: [Control] = []
    var next = unsafe array
    while let control = unsafe next.pointee {
        let value = unsafe control.pointee.ldctl_value
        controls.append(
            unsafe Control(
                oid: String(cString: control.pointee.ldctl_oid),
                value: value.bv_val == nil ? nil : Array(value.octets),
                isCritical: control.pointee.ldctl_iscritical != 0))
        unsafe next += 1
    }
    return controls
}
