internal import COpenLDAP

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// What a TLS context is made from: equal settings make the same.
struct TLSSettings: Hashable {
    let verification: TLSVerification
    let minimum: TLSVersion
    /// The file of trusted authorities; nil for none.
    private(set) var authorities: String?
    /// The folder of such files; nil for none.
    private(set) var folder: String?
    let ownCertificate: ClientCertificate?
    /// Which writings of the files these are.
    private(set) var files: [FileVersion] = []

    /// Throws for files that cannot be read.
    init(_ configuration: LDAPConfiguration) throws(LDAPError) {
        verification = configuration.tlsVerification
        minimum = configuration.minimumTLS
        ownCertificate = configuration.clientCertificate
        if verification == .full {
            folder = configuration.caFolder
            authorities = configuration.caFile ?? (folder == nil ? Self.systemAuthorities : nil)
            guard authorities != nil || folder != nil else {
                throw LDAPError(
                    .badConfiguration,
                    "No file of trusted authorities was found on this machine. Name one as the CA file.")
            }
        }
        try Self.requireReadable(authorities, "CA file")
        try Self.requireReadable(folder, "CA folder")
        try Self.requireReadable(ownCertificate?.certificate, "client certificate")
        try Self.requireReadable(ownCertificate?.key, "client certificate's key")
        let single = [authorities, ownCertificate?.certificate, ownCertificate?.key].compactMap { $0 }
        let inFolder = folder.map { folder in Self.names(in: folder).map { "\(folder)/\($0)" } } ?? []
        files = (single + inFolder).map { FileVersion($0) }
    }

    /// Sets everything on a handle that has no connection yet.
    ///
    /// Trusted are the authorities of the file, of the folder, and no others, whatever the environment names.
    func set(on handle: OpaquePointer) {
        var required = verification.code
        unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &required)
        unsafe setMinimumVersion(on: handle)
        if verification == .full {
            unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, authorities)
            unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTDIR, folder)
        }
        if let own = ownCertificate {
            unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_CERTFILE, own.certificate)
            unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_KEYFILE, own.key)
        }
    }

    /// Refuses older versions of TLS.
    ///
    /// libldap heeds the option with OpenSSL only; with GnuTLS the list of ciphers says it.
    private func setMinimumVersion(on handle: OpaquePointer) {
        unsafe _ = shim_ldap_require_tls(handle, minimum.minor)
        var package: UnsafeMutablePointer<CChar>?
        unsafe _ = ldap_get_option(handle, LDAP_OPT_X_TLS_PACKAGE, &package)
        guard unsafe takeText(package) == "GnuTLS" else { return }
        let versions = TLSVersion.allCases.filter { $0.minor >= minimum.minor }.map { ":+VERS-TLS\($0.rawValue)" }
        unsafe _ = ldap_set_option(
            handle, LDAP_OPT_X_TLS_CIPHER_SUITE, "NORMAL:-VERS-ALL\(versions.joined())")
    }

    private static func requireReadable(_ path: String?, _ what: String) throws(LDAPError) {
        guard let path, unsafe access(path, R_OK) != 0 else { return }
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

    /// The names in a folder, in order; none where it cannot be read.
    private static func names(in folder: String) -> [String] {
        // Most entries end before their field for the name does, so that the name is read in place.
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name), let stream = unsafe opendir(folder) else {
            return []
        }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            unsafe names.append(String(cString: name))
        }
        return names.sorted()
    }
}

/// Which writing of a file was there: another one differs in at least one of these.
struct FileVersion: Hashable {
    private var numbers: [Int] = []

    /// Looks at the file itself where the path is a link; without numbers where there is none.
    init(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return }
        #if canImport(Darwin)
            let written = status.st_mtimespec
        #else
            let written = status.st_mtim
        #endif
        numbers = [
            Int(status.st_dev), Int(truncatingIfNeeded: status.st_ino), Int(status.st_size), Int(written.tv_sec),
            Int(written.tv_nsec),
        ]
    }
}

extension TLSVerification {
    /// What libldap calls it.
    var code: Int32 { self == .full ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER }
}
