internal import COpenLDAP
internal import DirectoryModel

extension LDAPConnection {
    /// Starts TLS: at once for `ldaps://`, after asking the server for `ldap://`.
    func startTLS() throws(LDAPError) {
        try setTLSOptions()
        if url.scheme == .ldap { try requestStartTLS() }
        let patience = HandshakePatience(configuration.timeouts.connect, watch)
        let status = withExtendedLifetime(patience) {
            unsafe shim_ldap_install_tls(
                handle, { unsafe HandshakePatience.goesOn($0) }, Unmanaged.passUnretained(patience).toOpaque())
        }
        if status == LDAP_SUCCESS { return }
        let outcome = localOutcome(status)
        try watch.checkCancellation()
        if !patience.goesOn {
            throw outcome.error(
                .timedOut,
                "\(url) did not finish the TLS handshake within \(configuration.timeouts.connect). Check that the server is "
                    + "well and that the port speaks TLS.")
        }
        throw TLSFailure(outcome: outcome, url: url, configuration: configuration, watch: watch).explained()
    }

    /// Sets what TLS needs on this handle alone; other handles of the process keep theirs.
    private func setTLSOptions() throws(LDAPError) {
        // Whether the certificate has to be for the host is looked up here, everything else in the context.
        set(LDAP_OPT_X_TLS_REQUIRE_CERT, configuration.tlsVerification.code)
        let context = try TLSContext.shared(for: configuration)
        unsafe context.set(on: handle)
    }

    /// Asks for StartTLS (RFC 4511 §4.14) and waits for the answer.
    private func requestStartTLS() throws(LDAPError) {
        var id: Int32 = 0
        let status = unsafe ldap_extended_operation(handle, "1.3.6.1.4.1.1466.20037", nil, nil, nil, &id)
        guard status == LDAP_SUCCESS else {
            throw LDAPError.general(localOutcome(status), "asking \(url) for StartTLS")
        }
        let outcome = try result(of: id, "asking \(url) for StartTLS")
        guard outcome.code == .success else {
            throw outcome.error(
                .tlsFailed,
                "\(url) does not offer StartTLS: \(outcome.text). Give the server a certificate, or use ldaps://.")
        }
    }
}

/// How long a handshake may go on: until its time-out or the read's cancellation.
private final class HandshakePatience {
    private let deadline: ContinuousClock.Instant
    private let watch: Watch

    init(_ timeout: Duration, _ watch: Watch) {
        deadline = .now + timeout.bounded
        self.watch = watch
    }

    var goesOn: Bool { !watch.wasCancelled && ContinuousClock.now < deadline }

    /// The answer as C wants it, for a context that is the value.
    static func goesOn(_ context: UnsafeMutableRawPointer?) -> Int32 {
        guard let context = unsafe context else { return 0 }
        return unsafe Unmanaged<HandshakePatience>.fromOpaque(context).takeUnretainedValue().goesOn ? 1 : 0
    }
}
