internal import COpenLDAP
internal import DirectoryModel

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// One connection to a directory server: a libldap handle, used from the thread that made it and closed with the value.
///
/// It is neither copyable nor `Sendable`, so that the compiler keeps it on its thread. Every wait is cut into slices of
/// ``slice`` microseconds, between which cancellation and time-outs are looked at; only name resolution can hold longer.
@safe struct LDAPConnection: ~Copyable {
    static let slice = 100_000

    let handle: OpaquePointer
    let configuration: LDAPConfiguration
    let watch: Watch

    var url: LDAPURL { configuration.url }

    /// Connects, with TLS where the configuration says so.
    ///
    /// Nothing is sent in plain text before.
    static func open(_ configuration: LDAPConfiguration, watch: Watch) throws(LDAPError) -> LDAPConnection {
        let socket = try ConnectedSocket(
            to: configuration.url, timeout: configuration.timeouts.connect, watch: watch)
        let connection = try LDAPConnection(socket, configuration: configuration, watch: watch)
        if configuration.usesTLS { try connection.startTLS() }
        return connection
    }

    private init(
        _ socket: consuming ConnectedSocket, configuration: LDAPConfiguration, watch: Watch
    ) throws(LDAPError) {
        let scheme = configuration.url.scheme
        var handle: OpaquePointer?
        let status = unsafe ldap_init_fd(
            socket.descriptor, scheme == .ldapi ? LDAP_PROTO_IPC : LDAP_PROTO_TCP, configuration.url.description,
            &handle)
        guard status == LDAP_SUCCESS, let handle = unsafe handle else {
            throw LDAPError.general(
                Outcome(code: LDAPResultCode(rawValue: status)), "preparing the connection to \(configuration.url)")
        }
        // From here on libldap closes it.
        _ = socket.release()
        unsafe self.handle = handle
        self.configuration = configuration
        self.watch = watch
        setOptions()
    }

    deinit { unsafe _ = ldap_unbind_ext_s(handle, nil, nil) }

    /// Sets what must not depend on the machine's `ldap.conf` or the person's `.ldaprc`.
    private func setOptions() {
        set(LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3)
        set(LDAP_OPT_DEREF, LDAP_DEREF_NEVER)
        set(LDAP_OPT_SIZELIMIT, 0)
        set(LDAP_OPT_TIMELIMIT, 0)
        // Chased, a referral would send this account's password to whatever host an answer names.
        unsafe _ = shim_ldap_set_flag(handle, LDAP_OPT_REFERRALS, 0)
        var timeout = timeval(configuration.timeouts.connect)
        unsafe _ = ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &timeout)
    }

    func set(_ option: Int32, _ value: Int32) {
        var value = value
        unsafe _ = ldap_set_option(handle, option, &value)
    }

    // MARK: Bind

    /// Binds as the configured identity.
    func bind() throws(LDAPError) {
        guard case .simple(let name, let password) = configuration.bind else { return }
        let outcome = try bind(as: name, password)
        if outcome.code != .success { throw LDAPError.bind(outcome, as: name, to: url) }
    }

    /// Binds with a name and a password, and answers what the server said.
    ///
    /// Nobody calls it with an empty password, which is an anonymous bind.
    func bind(as name: String, _ password: Secret) throws(LDAPError) -> Outcome {
        var id: Int32 = 0
        let status = password.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { buffer in
                // libldap reads the password only.
                var credentials = unsafe berval(
                    bv_len: ber_len_t(buffer.count),
                    bv_val: UnsafeMutableRawPointer(mutating: buffer.baseAddress)?.assumingMemoryBound(to: CChar.self))
                return unsafe ldap_sasl_bind(handle, name, nil, &credentials, nil, nil, &id)
            }
        }
        guard status == LDAP_SUCCESS else {
            throw LDAPError.bind(localOutcome(status), as: name, to: url)
        }
        return try result(of: id, "binding to \(url)")
    }

    /// Reads 64 KiB at a time.
    ///
    /// Only after the bind: it goes above TLS.
    func readAhead() { unsafe _ = shim_ldap_read_ahead(handle, 65_536) }

    // MARK: Waiting

    /// How an operation that has one answer ended; `action` completes "… failed".
    func result(of id: Int32, _ action: @autoclosure () -> String) throws(LDAPError) -> Outcome {
        let message = try receive(id, action())
        return unsafe message.outcome(handle)
    }

    /// The next message of the operation; `action` completes "… failed".
    func receive(_ id: Int32, _ action: @autoclosure () -> String) throws(LDAPError) -> LDAPMessage {
        var silentSince: ContinuousClock.Instant?
        while true {
            try watch.checkCancellation()
            var wait = timeval()
            wait.tv_usec = suseconds_t(Self.slice)
            var message: OpaquePointer?
            let type = unsafe ldap_result(handle, id, LDAP_MSG_ONE, &wait, &message)
            if type > 0, let message = unsafe message { return unsafe LDAPMessage(message) }
            if type < 0 { throw LDAPError.general(localOutcome(nil), action()) }
            let now = ContinuousClock.now
            let since = silentSince ?? now
            silentSince = since
            if now - since >= configuration.timeouts.operation {
                throw LDAPError(
                    .timedOut,
                    "\(url) has not answered for \(configuration.timeouts.operation) while \(action()). Check that the "
                        + "server is well, or allow more time for an operation.", resultCode: .timeout)
            }
            try checkTime()
        }
    }

    /// Throws where the time for the whole read has run out.
    func checkTime() throws(LDAPError) {
        if !watch.isOver { return }
        throw LDAPError(
            .timedOut,
            "Reading \(url) was not done within \(configuration.timeouts.read). Allow more time for the whole read.",
            resultCode: .timeout)
    }

    /// How a call of libldap failed, with the text it left; where the call has no `status`, the code it left too.
    func localOutcome(_ status: Int32?) -> Outcome {
        var code: Int32 = LDAP_SERVER_DOWN
        unsafe _ = ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &code)
        var text: UnsafeMutablePointer<CChar>?
        unsafe _ = ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text)
        return unsafe Outcome(code: LDAPResultCode(rawValue: status ?? code), serverMessage: takeText(text))
    }
}

extension LDAPConfiguration {
    /// Whether the connection is encrypted before the bind.
    var usesTLS: Bool { url.scheme == .ldaps || startTLS }
}

/// The text of a C string that libldap allocated, which is freed; nil where there is none or it is empty.
func takeText(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    defer { unsafe ldap_memfree(pointer) }
    let text = unsafe String(cString: pointer)
    return text.isEmpty ? nil : text
}

extension timeval {
    /// The duration, at least a microsecond: libldap takes zero for no limit.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init()
        tv_sec = Int(max(0, min(seconds, 86_400)))
        tv_usec = suseconds_t(max(seconds > 0 ? 0 : 1, attoseconds / 1_000_000_000_000))
    }
}
