internal import COpenLDAP
internal import DirectoryModel

extension LDAPConnection {
    /// Binds as the configured identity.
    func bind() throws(LDAPError) {
        switch configuration.bind {
        case .anonymous: break
        case .simple(let name, let password):
            let outcome = try bind(as: name, password)
            if outcome.code != .success { throw LDAPError.bind(outcome, as: name, to: url) }
        case .external:
            let outcome = try bind(as: "EXTERNAL") { id in
                // Credentials of no length ask to be who the connection shows; none at all ask the server to ask.
                var end: CChar = 0
                return unsafe withUnsafeMutablePointer(to: &end) { pointer in
                    var nothing = unsafe berval(bv_len: 0, bv_val: pointer)
                    return unsafe ldap_sasl_bind(handle, nil, "EXTERNAL", &nothing, nil, nil, &id)
                }
            }
            if outcome.code != .success { throw LDAPError.bind(outcome, as: "EXTERNAL", to: url) }
        case .gssapi: try bindByTicket()
        }
    }

    /// Binds with a name and a password, and answers what the server said.
    ///
    /// Nobody calls it with an empty password, which is an anonymous bind.
    func bind(as name: String, _ password: Secret) throws(LDAPError) -> Outcome {
        try bind(as: name) { id in
            password.withBytes { bytes in
                unsafe bytes.withUnsafeBufferPointer { buffer in
                    // libldap reads the password only.
                    var credentials = unsafe berval(
                        bv_len: ber_len_t(buffer.count),
                        bv_val: UnsafeMutableRawPointer(mutating: buffer.baseAddress)?
                            .assumingMemoryBound(to: CChar.self))
                    return unsafe ldap_sasl_bind(handle, name, nil, &credentials, nil, nil, &id)
                }
            }
        }
    }

    private func bind(as name: String, _ send: (inout Int32) -> Int32) throws(LDAPError) -> Outcome {
        var id: Int32 = 0
        let status = send(&id)
        guard status == LDAP_SUCCESS else {
            throw LDAPError.bind(localOutcome(status), as: name, to: url)
        }
        return try result(of: id, "binding to \(url)")
    }

    /// Binds by Kerberos (RFC 4752), step by step, until both sides know each other.
    private func bindByTicket() throws(LDAPError) {
        // The name that the ticket is for is the one in the URL, whatever DNS makes of it.
        unsafe _ = shim_ldap_set_flag(handle, LDAP_OPT_X_SASL_NOCANON, 1)
        // Below TLS a second encryption is not wanted; without TLS there has to be one.
        let properties = configuration.usesTLS(to: url) ? "maxssf=0" : "minssf=56"
        unsafe _ = ldap_set_option(handle, LDAP_OPT_X_SASL_SECPROPS, properties)
        var mechanism: UnsafePointer<CChar>?
        var id: Int32 = 0
        var status = unsafe shim_ldap_bind_gssapi(handle, nil, &mechanism, &id)
        while status == LDAP_SASL_BIND_IN_PROGRESS {
            let answer = try receive(id, "binding to \(url) by Kerberos")
            status = unsafe shim_ldap_bind_gssapi(handle, answer.pointer, &mechanism, &id)
        }
        if status == LDAP_SUCCESS { return }
        throw LDAPError.kerberos(localOutcome(status), to: url, overTLS: configuration.usesTLS(to: url))
    }

    /// Reads 64 KiB at a time.
    ///
    /// Only after the bind: it goes above TLS. Kerberos' own encryption is left as it is.
    func readAhead() {
        if case .gssapi = configuration.bind { return }
        unsafe _ = shim_ldap_read_ahead(handle, 65_536)
    }
}
