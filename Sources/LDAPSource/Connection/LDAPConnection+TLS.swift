internal import COpenLDAP
internal import DirectoryModel

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

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
        let wanted = configuration.tlsVerification == .full ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER
        set(LDAP_OPT_X_TLS_REQUIRE_CERT, wanted)
        setMinimumVersion()
        if configuration.tlsVerification == .full {
            let usual = configuration.caFolder == nil ? Self.systemAuthorities : nil
            try setAuthorities(configuration.caFile ?? usual)
        }
        if let own = configuration.clientCertificate {
            try requireReadable(own.certificate, "client certificate")
            try requireReadable(own.key, "client certificate's key")
            unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_CERTFILE, own.certificate)
            unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_KEYFILE, own.key)
        }
        var isServer: Int32 = 0
        if unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &isServer) != LDAP_OPT_SUCCESS {
            let own = configuration.clientCertificate == nil ? "" : ", and the client certificate and its key,"
            throw LDAPError(
                .badConfiguration,
                "TLS cannot be set up. Check that \(configuration.caFile ?? "the system's CA file")\(own) holds certificates "
                    + "in PEM.")
        }
    }

    /// Refuses older versions of TLS.
    ///
    /// libldap heeds the option with OpenSSL only; with GnuTLS the list of ciphers says it.
    private func setMinimumVersion() {
        let minimum = configuration.minimumTLS
        unsafe _ = shim_ldap_require_tls(handle, minimum.minor)
        var package: UnsafeMutablePointer<CChar>?
        unsafe _ = ldap_get_option(handle, LDAP_OPT_X_TLS_PACKAGE, &package)
        guard unsafe takeText(package) == "GnuTLS" else { return }
        let versions = TLSVersion.allCases.filter { $0.minor >= minimum.minor }.map { ":+VERS-TLS\($0.rawValue)" }
        unsafe _ = ldap_set_option(
            handle, LDAP_OPT_X_TLS_CIPHER_SUITE, "NORMAL:-VERS-ALL\(versions.joined())")
    }

    /// Trusts the authorities of the file, of the configured folder, and no others, whatever the environment names.
    private func setAuthorities(_ file: String?) throws(LDAPError) {
        guard file != nil || configuration.caFolder != nil else {
            throw LDAPError(
                .badConfiguration, "No file of trusted authorities was found on this machine. Name one as the CA file.")
        }
        if let file { try requireReadable(file, "CA file") }
        if let folder = configuration.caFolder { try requireReadable(folder, "CA folder") }
        unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, file)
        unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTDIR, configuration.caFolder)
    }

    private func requireReadable(_ path: String, _ what: String) throws(LDAPError) {
        if unsafe access(path, R_OK) == 0 { return }
        throw LDAPError(
            .badConfiguration,
            "The \(what) \(path) cannot be read. Check its path and that this account may read it.")
    }

    /// Where the systems of the field keep the authorities they trust.
    private static var systemAuthorities: String? {
        let usual = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ]
        return usual.first { unsafe access($0, R_OK) == 0 }
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
