internal import COpenLDAP
internal import Synchronization

/// Whom TLS trusts, what it shows and which versions it speaks, as libldap read it from files.
///
/// Connections with the same settings share one, until one of the files is written anew. Reading the authorities of a usual
/// system takes longer than the connection, and with GnuTLS libldap never frees all of a context: some 8 KiB of ciphers,
/// and the client certificate and its key. So there are as many contexts as there are settings and versions of their
/// files, and never as many as connections.
@safe final class TLSContext: Sendable {
    /// A reference that is never given back: libldap hands it out, and has nothing to take it.
    ///
    /// Any thread may use it. libldap counts references under a lock of the context's own, and neither it nor the TLS
    /// library changes anything else of a context that is made.
    nonisolated(unsafe) private let pointer: UnsafeMutableRawPointer

    private static let made = Mutex<[TLSSettings: TLSContext]>([:])

    /// The context for a configuration: made at the first call, and again when a file has changed.
    static func shared(for configuration: LDAPConfiguration) throws(LDAPError) -> TLSContext {
        let settings = try TLSSettings(configuration)
        return try made.withLock { made throws(LDAPError) in
            if let known = made[settings] { return known }
            let context = try TLSContext(settings)
            made[settings] = context
            return context
        }
    }

    /// Lets a connection's handshake go by this.
    func set(on handle: OpaquePointer) {
        unsafe _ = ldap_set_option(handle, LDAP_OPT_X_TLS_CTX, pointer)
    }

    private init(_ settings: TLSSettings) throws(LDAPError) {
        var handle: OpaquePointer?
        let status = unsafe ldap_initialize(&handle, nil)
        guard status == LDAP_SUCCESS, let handle = unsafe handle else {
            throw LDAPError.general(Outcome(code: LDAPResultCode(rawValue: status)), "preparing TLS")
        }
        defer { unsafe _ = ldap_unbind_ext_s(handle, nil, nil) }
        unsafe settings.set(on: handle)
        var isServer: Int32 = 0
        var pointer: UnsafeMutableRawPointer?
        guard unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &isServer) == LDAP_OPT_SUCCESS,
            unsafe ldap_get_option(handle, LDAP_OPT_X_TLS_CTX, &pointer) == LDAP_OPT_SUCCESS,
            let pointer = unsafe pointer
        else {
            let own = settings.ownCertificate == nil ? "" : ", and the client certificate and its key,"
            throw LDAPError(
                .badConfiguration,
                "TLS cannot be set up. Check that \(settings.authorities ?? "the system's CA file")\(own) holds "
                    + "certificates in PEM.")
        }
        unsafe self.pointer = pointer
    }
}
