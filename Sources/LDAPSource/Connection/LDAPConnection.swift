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
    /// How many octets a message may have: 256 MiB, a group of some three million members.
    private static let messageLimit: ber_len_t = 256 << 20

    let handle: OpaquePointer
    /// When the server is not listened to any longer for now; see `shim_ldap_result`.
    private let deadline: UnsafeMutablePointer<Int64>
    /// Messages that came before they were asked for.
    private let early = EarlyMessages()
    let configuration: LDAPConfiguration
    let url: LDAPURL
    let watch: Watch

    /// Connects, with TLS where the configuration says so.
    ///
    /// Nothing is sent in plain text before.
    static func open(
        _ url: LDAPURL, _ configuration: LDAPConfiguration, watch: Watch
    ) throws(LDAPError) -> LDAPConnection {
        let socket = try ConnectedSocket(to: url, timeout: configuration.timeouts.connect, watch: watch)
        let connection = try LDAPConnection(socket, url, configuration, watch)
        if configuration.usesTLS(to: url) { try connection.startTLS() }
        return connection
    }

    private init(
        _ socket: consuming ConnectedSocket, _ url: LDAPURL, _ configuration: LDAPConfiguration, _ watch: Watch
    ) throws(LDAPError) {
        var handle: OpaquePointer?
        let status = unsafe ldap_init_fd(
            socket.descriptor, url.scheme == .ldapi ? LDAP_PROTO_IPC : LDAP_PROTO_TCP, url.description, &handle)
        guard status == LDAP_SUCCESS, let handle = unsafe handle else {
            throw LDAPError.general(
                Outcome(code: LDAPResultCode(rawValue: status)), "preparing the connection to \(url)")
        }
        // From here on libldap closes it.
        _ = socket.release()
        unsafe self.handle = handle
        unsafe deadline = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe deadline.initialize(to: 0)
        self.configuration = configuration
        self.url = url
        self.watch = watch
        setOptions()
    }

    deinit {
        unsafe _ = ldap_unbind_ext_s(handle, nil, nil)
        unsafe deadline.deallocate()
    }

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
        unsafe _ = shim_ldap_limit_messages(handle, Self.messageLimit)
        unsafe _ = shim_ldap_watch_deadline(handle, deadline)
    }

    func set(_ option: Int32, _ value: Int32) {
        var value = value
        unsafe _ = ldap_set_option(handle, option, &value)
    }

    // MARK: Waiting

    /// How an operation that has one answer ended; `action` completes "… failed".
    func result(of id: Int32, _ action: @autoclosure () -> String) throws(LDAPError) -> Outcome {
        let message = try receive(id, action())
        return unsafe message.outcome(handle)
    }

    /// The next message of the operation; `action` completes "… failed".
    ///
    /// Messages of other operations are kept for later. They are asked for all the same: where libldap is asked for one
    /// operation it keeps every notice until the connection ends, and aborts the process over one without a name.
    func receive(_ id: Int32, _ action: @autoclosure () -> String) throws(LDAPError) -> LDAPMessage {
        var silentSince: ContinuousClock.Instant?
        while true {
            // Before each message, for there may be no end of them.
            do throws(LDAPError) { try checkTime() } catch { throw abandoning(id, error) }
            if let message = try next(of: id, action()) { return message }
            let now = ContinuousClock.now
            let since = silentSince ?? now
            silentSince = since
            if now - since >= configuration.timeouts.operation {
                throw abandoning(
                    id,
                    LDAPError(
                        .timedOut,
                        "\(url) has not answered for \(configuration.timeouts.operation) while \(action()). Check that "
                            + "the server is well, or allow more time for an operation.", resultCode: .timeout))
            }
        }
    }

    /// The next message of the operation; nil where there is none within a slice of time.
    func next(of id: Int32, _ action: @autoclosure () -> String) throws(LDAPError) -> LDAPMessage? {
        if let message = early.next(of: id) { return message }
        do throws(LDAPError) { try watch.checkCancellation() } catch { throw abandoning(id, error) }
        var pointer: OpaquePointer?
        let type = unsafe shim_ldap_result(handle, LDAP_RES_ANY, LDAP_MSG_ONE, Int32(Self.slice), deadline, &pointer)
        if let pointer = unsafe pointer {
            switch unsafe ldap_msgid(pointer) {
            case id: return unsafe LDAPMessage(pointer)
            case 0: try heed(unsafe LDAPMessage(pointer), action())
            case let other: unsafe early.keep(LDAPMessage(pointer), of: other)
            }
        } else if type < 0 {
            throw connectionFailure(action())
        }
        return nil
    }

    /// Tells the server that nobody waits for an operation any more (RFC 4511 §4.11).
    ///
    /// The end of the connection says so too, but not to what may stand between here and the server.
    func abandon(_ id: Int32) { unsafe _ = ldap_abandon_ext(handle, id, nil, nil) }

    /// Abandons an operation, and answers the reason.
    private func abandoning(_ id: Int32, _ reason: LDAPError) -> LDAPError {
        abandon(id)
        return reason
    }

    /// Throws where the server says unasked that it ends the connection (RFC 4511 §4.4.1), with its reason.
    private func heed(_ notice: consuming LDAPMessage, _ action: String) throws(LDAPError) {
        let outcome = unsafe notice.outcome(handle)
        if outcome.code != .success { throw LDAPError.general(outcome, action) }
    }

    /// Why no message could be received.
    private func connectionFailure(_ action: String) -> LDAPError {
        let isTooLong = errno == ERANGE
        let outcome = localOutcome(nil)
        guard outcome.code == .serverDown, isTooLong else { return LDAPError.general(outcome, action) }
        return LDAPError(
            .protocolError,
            "\(url) sent a message of more than \(Self.messageLimit >> 20) MiB, or none that is LDAP, while \(action).",
            resultCode: outcome.code)
    }

    /// Whether the server has sent more than was looked at.
    var hasUnread: Bool { unsafe shim_ldap_has_unread(handle) != 0 }

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
    /// Whether any connection is encrypted.
    var usesTLS: Bool {
        switch servers {
        case .urls(let urls): urls.contains { usesTLS(to: $0) }
        case .domain: true
        }
    }

    /// Whether a connection to the server is encrypted before the bind.
    func usesTLS(to url: LDAPURL) -> Bool { url.scheme == .ldaps || startTLS }
}

/// The text of a C string that libldap allocated, which is freed; nil where there is none or it is empty.
func takeText(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    defer { unsafe ldap_memfree(pointer) }
    let text = unsafe String(cString: pointer)
    return text.isEmpty ? nil : text
}

/// The texts of a null-terminated array that libldap allocated, which is freed.
func takeTexts(_ array: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
    guard let array = unsafe array else { return [] }
    defer {
        unsafe ldap_memvfree(UnsafeMutableRawPointer(array).assumingMemoryBound(to: UnsafeMutableRawPointer?.self))
    }
    var texts: [String] = []
    var next = unsafe array
    while let text = unsafe next.pointee {
        texts.append(unsafe String(cString: text))
        unsafe next += 1
    }
    return texts
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
