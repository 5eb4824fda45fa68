internal import COpenLDAP

/// The messages of one page, kept undecoded until the next page has been asked for, and freed with the value.
@safe struct SearchPage: ~Copyable {
    /// The entries, in the order received.
    private(set) var entries: [OpaquePointer] = unsafe []
    /// How many entries there are.
    var count: Int { unsafe entries.count }
    /// The continuation references that came between the entries: each the URLs of servers that have the part.
    private(set) var references: [[String]] = []
    private static let referenceLimit = 1000
    /// How the page ended.
    private(set) var outcome = Outcome(code: .success)
    /// Where the next page begins (RFC 2696): empty after the last, nil where the server sent no control.
    private(set) var cookie: [UInt8]?

    deinit {
        unsafe entries.forEach { unsafe _ = ldap_msgfree($0) }
    }

    /// Takes one message in; answers whether it was the page's last.
    mutating func take(_ message: consuming LDAPMessage, handle: OpaquePointer) -> Bool {
        switch unsafe UInt(bitPattern: Int(ldap_msgtype(message.pointer))) {
        case 0x64:
            unsafe entries.append(message.release())
        case 0x65:
            unsafe takeResult(message, handle)
            return true
        case 0x73:
            // They lead to other servers (RFC 4511 §4.5.3), to whom nobody gave this account's password: not followed.
            // A server may send them without end.
            if references.count < Self.referenceLimit { unsafe references.append(message.references(handle)) }
        default:
            break
        }
        return false
    }

    private mutating func takeResult(_ message: borrowing LDAPMessage, _ handle: OpaquePointer) {
        var controls: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?
        outcome = unsafe message.outcome(handle, controls: &controls)
        defer { unsafe ldap_controls_free(controls) }
        guard let control = unsafe ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nil) else {
            // libldap takes controls that it cannot read for an empty list.
            if let controls = unsafe controls, unsafe controls.pointee == nil {
                takeMalformedControl(LDAP_DECODING_ERROR)
            }
            return
        }
        var estimate: Int32 = 0
        var value = unsafe berval()
        // libldap aborts the process over a control without a value.
        let hasValue = unsafe control.pointee.ldctl_value.bv_val != nil
        let parsed =
            hasValue
            ? unsafe ldap_parse_pageresponse_control(handle, control, &estimate, &value) : LDAP_DECODING_ERROR
        defer { unsafe ldap_memfree(value.bv_val) }
        if parsed == LDAP_SUCCESS {
            cookie = unsafe Array(UnsafeRawBufferPointer(start: value.bv_val, count: Int(clamping: value.bv_len)))
        } else {
            takeMalformedControl(parsed)
        }
    }

    private mutating func takeMalformedControl(_ status: Int32) {
        guard outcome.code == .success else { return }
        outcome = Outcome(code: LDAPResultCode(rawValue: status), serverMessage: "the paging control is malformed")
    }
}
