internal import COpenLDAP
internal import DirectoryModel

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Why a TLS handshake failed.
///
/// libldap over GnuTLS says "(unknown error code)" to every certificate it refuses. So the server is asked once more, with
/// nothing verified and nothing sent, for the certificate itself.
struct TLSFailure {
    let outcome: Outcome
    let url: LDAPURL
    let configuration: LDAPConfiguration
    let watch: Watch

    /// The error to tell.
    func explained() -> LDAPError {
        guard configuration.tlsVerification == .full, let certificate = certificate() else {
            return outcome.error(
                .tlsFailed,
                "No TLS connection to \(url) could be made: \(outcome.text). Check that the port speaks TLS, and that the "
                    + "server supports version \(configuration.minimumTLS.rawValue) or later.")
        }
        let now = Timestamp(secondsSince1970: Int64(time(nil)))
        if now > certificate.ends {
            return outcome.error(
                .certificateExpired,
                "The certificate of \(url) expired on \(certificate.ends). Renew it on the server.")
        }
        if now < certificate.begins {
            return outcome.error(
                .certificateExpired,
                "The certificate of \(url) is not valid before \(certificate.begins). Check the clocks of both machines."
            )
        }
        if !certificate.covers(url.host, address: address) {
            return outcome.error(
                .certificateNameMismatch,
                "The certificate of \(url) is for \(certificate.names), not for \(url.host). Use a name it is for in the "
                    + "URL, or give the server a certificate for this one.")
        }
        if url.host.asciiLowercased == "localhost" {
            return outcome.error(
                .certificateNameMismatch,
                "The certificate of \(url) is not accepted: libldap takes \"localhost\" for this machine's full name. "
                    + "Use 127.0.0.1 or that name in the URL, and a certificate for it.")
        }
        return untrusted(certificate)
    }

    private func untrusted(_ certificate: PeerCertificate) -> LDAPError {
        if let file = configuration.caFile, !holdsPEM(file) {
            return outcome.error(
                .badConfiguration,
                "The CA file \(file) holds no certificate in PEM (\"-----BEGIN CERTIFICATE-----\"). Convert it with "
                    + "`openssl x509 -inform der`.")
        }
        let issuer = certificate.issuer.map { "\"\($0)\"" } ?? "an authority"
        let trusted =
            configuration.caFile.map { "the CA file \($0)" } ?? configuration.caFolder.map { "the CA folder \($0)" }
            ?? "this machine"
        return outcome.error(
            .certificateUntrusted,
            "The certificate of \(url) was issued by \(issuer), which \(trusted) does not trust. Put the "
                + "issuing authority's certificate into the CA file.")
    }

    /// The server's certificate, got from a connection that verifies nothing and is closed at once.
    private func certificate() -> PeerCertificate? {
        var look = configuration
        look.tlsVerification = .never
        guard let connection = try? LDAPConnection.open(url, look, watch: watch) else { return nil }
        return PeerCertificate(der: connection.peerCertificate())
    }

    /// The octets of the host where it is an address.
    private var address: [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var octets = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, url.host, &octets) == 1 { return octets }
        }
        return nil
    }

    /// Whether a file has anything in PEM; true also where that cannot be told.
    private func holdsPEM(_ path: String) -> Bool {
        guard let file = unsafe fopen(path, "r") else { return true }
        defer { unsafe fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        defer { unsafe free(line) }
        var capacity = 0
        while unsafe getline(&line, &capacity, file) > 0 {
            if let line = unsafe line, unsafe strncmp(line, "-----BEGIN ", 11) == 0 { return true }
        }
        return false
    }
}

extension LDAPConnection {
    /// The certificate that the server showed, in DER; empty where there is none.
    func peerCertificate() -> [UInt8] {
        var value = unsafe berval()
        guard unsafe ldap_get_option(handle, LDAP_OPT_X_TLS_PEERCERT, &value) == LDAP_OPT_SUCCESS else { return [] }
        defer { unsafe ldap_memfree(value.bv_val) }
        return unsafe Array(UnsafeRawBufferPointer(start: value.bv_val, count: Int(clamping: value.bv_len)))
    }
}
