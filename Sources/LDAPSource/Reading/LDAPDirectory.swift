public import DirectoryModel

/// A directory that is read over LDAP: Active Directory, Samba, OpenLDAP or any other server of version 3.
///
/// Each read opens a connection of its own, on a thread of its own, and closes it at the end; any number may run at once.
public struct LDAPDirectory: DirectoryReader {
    /// What is read, and how.
    public let configuration: LDAPConfiguration

    /// Makes a reader; nothing is opened or checked yet.
    public init(_ configuration: LDAPConfiguration) { self.configuration = configuration }

    /// The server and the search base: `ldaps://dc1.corp.example, DC=corp,DC=example`.
    public var name: String { "\(configuration.url), \(configuration.base.text)" }

    /// Reads people, groups and contacts, whichever the request names, each by one paged search under the base.
    ///
    /// - Throws: ``LDAPError`` where nothing could be read: no connection, refused credentials, no such base;
    ///   `CancellationError` where the task was cancelled. What goes wrong later makes the snapshot partial.
    public func read(
        _ request: ReadRequest, progress: @escaping @Sendable (ReadProgress) -> Void = { _ in }
    ) async throws -> DirectorySnapshot {
        let watch = Watch(allowing: configuration.timeouts.read)
        do {
            return try await onDedicatedThread(watch: watch) {
                try readHere(request, watch: watch, progress: progress)
            }
        } catch let error as LDAPError where error.code == .cancelled {
            throw CancellationError()
        }
    }

    private func readHere(
        _ request: ReadRequest, watch: Watch, progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> DirectorySnapshot {
        try configuration.validate()
        let connection = try LDAPConnection.open(configuration, watch: watch)
        try connection.bind()
        connection.readAhead()
        var builder = SnapshotBuilder(source: name, schema: configuration.schema, attributes: request.attributes)
        var hasRead = false
        for search in Search.all(for: request, configuration) {
            builder.beginSearch(search.subject, base: configuration.base)
            do throws(LDAPError) {
                builder.endSearch(pages: try connection.readAll(search, into: &builder, progress: progress))
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
