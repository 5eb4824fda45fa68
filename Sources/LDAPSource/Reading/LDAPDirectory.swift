public import DirectoryModel

/// A directory that is read over LDAP: Active Directory, Samba, OpenLDAP or any other server of version 3.
///
/// Each read opens a connection of its own, on a thread of its own, and closes it at the end; any number may run at once.
public struct LDAPDirectory: DirectoryReader {
    /// What is read, and how.
    public let configuration: LDAPConfiguration

    /// Makes a reader; nothing is opened or checked yet.
    public init(_ configuration: LDAPConfiguration) { self.configuration = configuration }

    /// The servers and the search bases: `ldaps://dc1.corp.example, DC=corp,DC=example`; where certificates are not
    /// verified, it says so.
    public var name: String {
        let bases = configuration.bases.map(\.text).joined(separator: " and ")
        let warning = warnings.isEmpty ? "" : ", certificate NOT VERIFIED"
        return "\(configuration.servers), \(bases)\(warning)"
    }

    /// That certificates are not verified, where they are not.
    public var warnings: [String] {
        if configuration.tlsVerification == .full || !configuration.usesTLS { return [] }
        return [
            "The certificate of \(configuration.servers) is NOT VERIFIED: anybody between here and there can read the password "
                + "and change what is read. Name the authority as the CA file, and verify again."
        ]
    }

    /// Reads people, groups and contacts, whichever the request names, each by one paged search under the base.
    ///
    /// - Throws: ``LDAPError`` where nothing could be read: no connection, refused credentials, no such base;
    ///   `CancellationError` where the task was cancelled. What goes wrong later makes the snapshot partial, after a second
    ///   try where the connection was lost.
    public func read(
        _ request: ReadRequest, progress: @escaping @Sendable (ReadProgress) -> Void = { _ in }
    ) async throws -> DirectorySnapshot {
        let watch = Watch(allowing: configuration.timeouts.read)
        do {
            return try await onDedicatedThread(watch: watch) {
                try configuration.validate()
                return try withServer { url throws(LDAPError) in
                    try twice(url, watch, isCut: { $0.wasCut }) { connection throws(LDAPError) in
                        try read(request, over: connection, progress: progress)
                    }
                }
            }
        } catch let error as LDAPError where error.code == .cancelled {
            throw CancellationError()
        }
    }

    /// Reads something over a connection, and where that is lost on the way once more from the beginning: between two
    /// connections nobody could prove that nothing is missing.
    ///
    /// A second try that cannot begin leaves what the first one brought.
    func twice<Value>(
        _ url: LDAPURL, _ watch: Watch, isCut: (Value) -> Bool,
        _ body: (borrowing LDAPConnection) throws(LDAPError) -> Value
    ) throws(LDAPError) -> Value {
        let first = try once(url, watch, body)
        if !isCut(first) { return first }
        do throws(LDAPError) { return try once(url, watch, body) } catch {
            if error.code == .cancelled { throw error }
            return first
        }
    }

    /// Does something over a connection, which is closed then.
    private func once<Value>(
        _ url: LDAPURL, _ watch: Watch, _ body: (borrowing LDAPConnection) throws(LDAPError) -> Value
    ) throws(LDAPError) -> Value {
        let connection = try open(url, watch: watch)
        return try body(connection)
    }

    /// Connects and signs in.
    func open(_ url: LDAPURL, watch: Watch) throws(LDAPError) -> LDAPConnection {
        let connection = try LDAPConnection.open(url, configuration, watch: watch)
        try connection.bind()
        connection.readAhead()
        return connection
    }

    /// Reads everything.
    func read(
        _ request: ReadRequest, over connection: borrowing LDAPConnection, progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> DirectorySnapshot {
        var builder = SnapshotBuilder(source: name, schema: configuration.schema, attributes: request.attributes)
        var hasRead = false
        for search in Search.all(for: request, configuration) {
            builder.beginSearch(search.subject, base: search.base)
            do throws(LDAPError) {
                let end = try connection.readAll(search, into: &builder, progress: progress)
                builder.endSearch(pages: end.pages, referrals: end.referrals)
                hasRead = true
            } catch {
                let isNothingRead = !hasRead && builder.entryCount == 0
                if isNothingRead || error.code == .cancelled || error.code == .badConfiguration { throw error }
                builder.fail(Incompleteness(error))
                // The connection may be of no more use, and one reason is enough.
                break
            }
        }
        progress(ReadProgress(entries: builder.entryCount, subject: "done"))
        return builder.finish()
    }
}

extension DirectorySnapshot {
    /// Whether the connection was lost before everything was read.
    var wasCut: Bool { completeness.reasons.contains { $0.code == .connectionLost } }
}

extension Incompleteness {
    /// What a failure in the middle of a read means for the snapshot.
    init(_ error: LDAPError) {
        let code: Code =
            switch error.code {
            case .sizeLimitExceeded: .sizeLimit
            case .timeLimitExceeded, .timedOut: .timeLimit
            case .serverDown: .connectionLost
            default: .refused
            }
        self.init(code, error.message)
    }
}
