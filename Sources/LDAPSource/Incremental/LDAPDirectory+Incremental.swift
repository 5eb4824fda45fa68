public import DirectoryModel

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

extension LDAPDirectory: IncrementalReader {
    /// Brings a record up to date in the way that ``LDAPConfiguration/changeTracking`` says, or reads everything where that
    /// is not possible: for another server or another copy of the database, after too long, for other attributes, and
    /// whenever the server cannot tell.
    public func read(
        _ request: ReadRequest, since record: DirectoryRecord?,
        progress: @escaping @Sendable (ReadProgress) -> Void = { _ in }
    ) async throws -> RecordedRead {
        let watch = Watch(allowing: configuration.timeouts.read)
        do {
            return try await onDedicatedThread(watch: watch) {
                try configuration.validate()
                let before = record.flatMap { Position(text: $0.position) }
                return try withServer(preferring: before?.url) { url throws(LDAPError) in
                    try twice(url, watch, isCut: { $0.snapshot.wasCut }) { connection throws(LDAPError) in
                        try read(request, since: record, over: connection, progress: progress)
                    }
                }
            }
        } catch let error as LDAPError where error.code == .cancelled {
            throw CancellationError()
        }
    }

    /// Asks the server for the marks that changes are counted from.
    public func checkChanges(_ request: ReadRequest) async -> CheckStep {
        let title = "changes"
        let watch = Watch(allowing: configuration.timeouts.read)
        do {
            return try await onDedicatedThread(watch: watch) {
                try withServer { url throws(LDAPError) in
                    let connection = try open(url, watch: watch)
                    let state = try connection.serverState()
                    let (method, feed) = try feed(state, for: request, over: connection)
                    let remark = try feed.begin(state, over: connection).remark.map { "; \($0)" } ?? ""
                    return CheckStep(title, passed: true, detail: "can be followed by \(method.description)\(remark)")
                }
            }
        } catch {
            return CheckStep(title, failed: error)
        }
    }

    private func read(
        _ request: ReadRequest, since record: DirectoryRecord?, over connection: borrowing LDAPConnection,
        progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> RecordedRead {
        var notes: [String] = []
        if let record {
            do throws(LDAPError) {
                return try update(record, for: request, over: connection, progress: progress)
            } catch {
                if error.code != .unfollowable { throw error }
                notes.append("Everything is read: \(error.message)")
            }
        }
        let start: Result<Position, LDAPError>
        do throws(LDAPError) { start = .success(try beginPosition(for: request, over: connection)) } catch {
            if error.code != .unfollowable { throw error }
            start = .failure(error)
        }
        let snapshot = try read(request, over: connection, progress: progress)
        var kept: DirectoryRecord?
        do throws(LDAPError) {
            var position = try start.get()
            try position.landmarks.complete(for: [snapshot], of: snapshot, position.contexts, over: connection)
            kept = DirectoryRecord(snapshot: snapshot, position: position.text, updates: 0)
        } catch {
            if error.code != .unfollowable { throw error }
            notes.append("Changes cannot be followed: \(error.message)")
        }
        return RecordedRead(snapshot: snapshot, record: kept, objectsRead: nil, notes: notes)
    }

    /// The position that a read of everything, which is still to come, will have.
    private func beginPosition(
        for request: ReadRequest, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Position {
        let state = try connection.serverState()
        let (method, feed) = try feed(state, for: request, over: connection)
        var position = Position(
            method: method, request: fingerprint(of: request, method), url: connection.url.description,
            server: state.identity, time: state.time,
            marks: try feed.begin(state, over: connection).marks)
        // Names first: where one changes while the rest is read, the next update sees that it did.
        for context in state.contexts {
            let places = Search.entries(in: context, feed.placeFilter, configuration.schema.objectID)
            for (id, name) in try connection.identities(places, configuration.schema.objectID) {
                position.landmarks.places[id] = name
            }
        }
        return position
    }

    private func update(
        _ record: DirectoryRecord, for request: ReadRequest, over connection: borrowing LDAPConnection,
        progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> RecordedRead {
        guard var position = Position(text: record.position) else {
            throw LDAPError(.unfollowable, "The record is damaged, or was made by another version.")
        }
        let state = try connection.serverState()
        let (method, feed) = try feed(state, for: request, over: connection)
        guard position.method == method, position.request == fingerprint(of: request, method) else {
            throw LDAPError(.unfollowable, "The configuration asks for something else than was recorded.")
        }
        guard position.server == state.identity else {
            throw connection.unfollowable(
                "is another server than the one that was recorded, or its database was put back")
        }
        guard position.isFresh(at: state.time) else {
            throw connection.unfollowable("was read too long ago to have kept all that was deleted since")
        }
        var update = RecordUpdate(
            record, position, feed, Search.all(for: request, configuration), request.attributes, state.contexts)
        let changes = try feed.changes(
            since: position, state, known: { update.known(in: $0) }, over: connection)
        let now = Self.secondsNow()
        try update.reread(changes, and: Set(position.unsettled.keys), over: connection, progress: progress)
        position.unsettled = position.unsettled.filter { now - $0.value < Position.settlingTime }
        for id in update.unsettled where position.unsettled[id] == nil { position.unsettled[id] = now }
        position.marks = changes.marks
        position.time = state.time
        position.landmarks = update.landmarks
        let kept = DirectoryRecord(
            snapshot: update.snapshot, position: position.text, updates: record.updates + 1)
        return RecordedRead(
            snapshot: update.snapshot, record: kept, objectsRead: update.asked.count, notes: [])
    }

    /// The time of this machine, in seconds since 1970.
    private static func secondsNow() -> Int { time(nil) }

    /// How changes are followed.
    ///
    /// - Throws: `unfollowable` where what is asked for changes without a word.
    private func feed(
        _ state: ServerState, for request: ReadRequest, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> (ChangeTracking, any ChangeFeed.Type) {
        let method = configuration.changeTracking == .automatic ? state.method : configuration.changeTracking
        guard let feed = method.feed else { throw connection.unfollowable("offers no way to follow changes") }
        guard configuration.schema.objectID.attribute == feed.identity else {
            throw LDAPError(
                .unfollowable,
                "Changes are told by \(feed.identity), and the objects are known by \(configuration.schema.objectID.attribute)."
            )
        }
        switch request.attributes {
        case .all where method != .syncrepl:
            throw LDAPError(.unfollowable, "All attributes are asked for, and some change without a word.")
        case .only(let names):
            if let silent = names.first(where: feed.silentAttributes.contains) {
                throw LDAPError(.unfollowable, "\(silent) is asked for, which changes without a word.")
            }
        case .all: break
        }
        for filter in [configuration.peopleFilter, configuration.groupsFilter].compactMap({ $0 }) {
            if let part = SilentFilter.part(of: filter, feed.silentAttributes) {
                throw LDAPError(
                    .unfollowable,
                    "The filter has \"\(part)\": whom that finds changes without a word. Choose by a rule instead.")
            }
        }
        return (method, feed)
    }

    /// A number that differs where something else is asked for.
    private func fingerprint(of request: ReadRequest, _ method: ChangeTracking) -> UInt64 {
        let searches = Search.all(for: request, configuration).map { search in
            "\(search.subject)\n\(search.scope.rawValue)\n\(search.attributes.sorted().joined(separator: "\n"))"
        }
        let schema = configuration.schema
        return StableHash.hash(
            utf8: ([method.rawValue, schema.name, schema.objectID.attribute.text] + searches).joined(separator: "\n\n"))
    }
}
