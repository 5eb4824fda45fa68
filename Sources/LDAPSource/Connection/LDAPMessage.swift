internal import COpenLDAP

/// One message from the server, freed with the value.
@safe struct LDAPMessage: ~Copyable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe _ = ldap_msgfree(pointer) }

    /// The outcome that a result message carries; the caller frees its `controls`, where it wants them.
    func outcome(
        _ handle: OpaquePointer,
        controls: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?>? = nil
    ) -> Outcome {
        var code: Int32 = LDAP_DECODING_ERROR
        var matched: UnsafeMutablePointer<CChar>?
        var text: UnsafeMutablePointer<CChar>?
        let status = unsafe ldap_parse_result(handle, pointer, &code, &matched, &text, nil, controls, 0)
        return unsafe Outcome(
            code: LDAPResultCode(rawValue: status == LDAP_SUCCESS ? code : status), serverMessage: takeText(text),
            matchedDN: takeText(matched))
    }
}

extension LDAPMessage {
    /// Gives the message away; whoever takes it frees it.
    consuming func release() -> OpaquePointer {
        let pointer = unsafe pointer
        discard self
        return unsafe pointer
    }
}
