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
        var referrals: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let status = unsafe ldap_parse_result(handle, pointer, &code, &matched, &text, &referrals, controls, 0)
        return unsafe Outcome(
            code: LDAPResultCode(rawValue: status == LDAP_SUCCESS ? code : status), serverMessage: takeText(text),
            matchedDN: takeText(matched), referrals: takeTexts(referrals))
    }

    /// The URLs that a continuation reference (RFC 4511 §4.5.3) names; empty where they cannot be read.
    func references(_ handle: OpaquePointer) -> [String] {
        var urls: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        guard unsafe ldap_parse_reference(handle, pointer, &urls, nil, 0) == LDAP_SUCCESS else { return [] }
        return unsafe takeTexts(urls)
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

/// Messages of operations that nobody waits for yet, in the order received, freed with the value.
@safe final class EarlyMessages {
    private var messages: [Int32: ArraySlice<OpaquePointer>] = unsafe [:]

    deinit {
        unsafe messages.values.joined().forEach { unsafe _ = ldap_msgfree($0) }
    }

    func keep(_ message: consuming LDAPMessage, of id: Int32) {
        unsafe messages[id, default: []].append(message.release())
    }

    /// The first message of an operation.
    func next(of id: Int32) -> LDAPMessage? {
        guard unsafe !messages.isEmpty, var waiting = unsafe messages.removeValue(forKey: id) else { return nil }
        let first = unsafe waiting.removeFirst()
        if unsafe !waiting.isEmpty { unsafe messages[id] = waiting }
        return unsafe LDAPMessage(first)
    }
}
