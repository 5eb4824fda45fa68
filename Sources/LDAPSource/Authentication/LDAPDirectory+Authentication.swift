public import DirectoryModel

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

extension LDAPDirectory {
    /// Checks a name and a password: looks the user up, then binds as the user on a connection of its own (requirement
    /// KO7).
    ///
    /// Exactly one entry must be found. Where none is, or several are, a bind is sent all the same, to a name that cannot
    /// exist: the time does not tell who is in the directory, as far as that is in the caller's hands; how long a server
    /// takes to compare a hash is in the server's. An empty password is refused before anything is sent.
    ///
    /// - Parameters:
    ///   - user: the name that somebody signs in with; escaped before it is put into the filter.
    ///   - timeout: how long all of it may take.
    /// - Throws: ``LDAPError`` where the server cannot be asked: no connection, the configuration's own bind refused, no
    ///   answer in time; `CancellationError` where the task was cancelled.
    public func authenticate(
        user: String, password: Secret, by lookup: UserLookup, timeout: Duration = .seconds(5)
    ) async throws -> Authentication {
        if password.isEmpty { return .refused(.emptyPassword) }
        let watch = Watch(allowing: timeout)
        var configuration = configuration
        configuration.timeouts = LDAPTimeouts(
            connect: min(timeout, configuration.timeouts.connect),
            operation: min(timeout, configuration.timeouts.operation), read: timeout)
        let directory = LDAPDirectory(configuration)
        let check = PasswordCheck(configuration: configuration, lookup: lookup, watch: watch)
        do {
            return try await onDedicatedThread(watch: watch) {
                try directory.withServer { (url) throws(LDAPError) in try check.run(user, password, on: url) }
            }
        } catch let error as LDAPError {
            switch error.code {
            case .cancelled: throw CancellationError()
            case .timedOut:
                throw LDAPError(
                    .timedOut,
                    "\(name) did not check the password within \(timeout). Check that the server is well, "
                        + "or allow more time.", resultCode: error.resultCode)
            default: throw error
            }
        }
    }
}

/// One check of a name and a password.
private struct PasswordCheck: Sendable {
    let configuration: LDAPConfiguration
    let lookup: UserLookup
    let watch: Watch

    func run(_ user: String, _ password: Secret, on url: LDAPURL) throws(LDAPError) -> Authentication {
        try configuration.validate()
        // A bind as the user has to be as safe as the configuration's own.
        var own = configuration
        own.bind = .simple(name: "the user", password: password)
        try own.validate()
        let found = try find(user, on: url)
        let connection = try LDAPConnection.open(url, configuration, watch: watch)
        guard found.count == 1 else {
            _ = try connection.bind(as: nowhere, password)
            return .refused(found.isEmpty ? .unknownUser : .severalUsers)
        }
        let outcome = try connection.bind(as: found[0].dn, password)
        let state = AccountState(found[0].values, at: Timestamp(secondsSince1970: Int64(time(nil))))
        if let answer = Authentication(outcome, dn: found[0].dn, state: state) { return answer }
        throw LDAPError.bind(outcome, as: found[0].dn, to: url)
    }

    private func find(_ user: String, on url: LDAPURL) throws(LDAPError) -> [FoundEntry] {
        let connection = try LDAPConnection.open(url, configuration, watch: watch)
        try connection.bind()
        let found = try connection.lookUp(lookup.filter(for: user), AccountState.attributes)
        // Servers compare as if control characters were not there (RFC 4518 §2.2), but nobody's name has any.
        return user.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? [] : found
    }

    /// The name of an entry that cannot exist, in the part of the tree where users are.
    private var nowhere: String {
        let number = String(UInt64.random(in: .min ... .max), radix: 36)
        let base = configuration.bases.first?.text ?? ""
        return base.isEmpty ? "cn=nobody-\(number)" : "cn=nobody-\(number),\(base)"
    }
}
