internal import DirectoryModel

/// Brings a record up to date, over one connection.
///
/// The feed names entries; they are read again by the same searches as in a full read, and so is everything that may have
/// changed with them (``Ripples``), until nothing more turns up.
struct RecordUpdate {
    let feed: any ChangeFeed.Type
    let searches: [Search]
    private let attributes: AttributeSelection
    let contexts: [DistinguishedName]
    let since: String
    private(set) var snapshot: DirectorySnapshot
    var landmarks: Landmarks
    /// All that was read again.
    private(set) var asked: Set<ObjectID> = []
    /// What was read again and still names what is gone: the server may be about to change it.
    private(set) var unsettled: Set<ObjectID> = []
    /// The names that entries have gone from, in their canonical form.
    var displaced: Set<String> = []
    /// The places whose contents have been listed.
    var listed: Set<ObjectID> = []

    /// How many identities a filter names.
    private static let filterSize = 25

    init(
        _ record: DirectoryRecord, _ position: Position, _ feed: any ChangeFeed.Type, _ searches: [Search],
        _ attributes: AttributeSelection, _ contexts: [DistinguishedName]
    ) {
        self.feed = feed
        self.searches = searches
        self.attributes = attributes
        self.contexts = contexts
        since = position.time
        snapshot = record.snapshot
        landmarks = position.landmarks
    }

    /// The recorded identities in a naming context.
    func known(in context: DistinguishedName) -> Set<ObjectID> {
        func all(_ objects: [some DirectoryObject]) -> [ObjectID] {
            objects.lazy.filter { $0.dn.isDescendant(of: context) || $0.dn == context }.map(\.id)
        }
        let known = Set(all(snapshot.users) + all(snapshot.groups) + all(snapshot.contacts))
        return known.union(landmarks.known(in: context))
    }

    /// Reads entries again that have changed, and others that may have, and whatever changed with them.
    ///
    /// - Throws: `unfollowable` where that is so much that reading everything is quicker, or is not complete.
    mutating func reread(
        _ changes: Changes, and others: Set<ObjectID>, over connection: borrowing LDAPConnection,
        progress: (ReadProgress) -> Void
    ) throws(LDAPError) {
        let limit = max(1000, (snapshot.users.count + snapshot.groups.count + snapshot.contacts.count) / 4)
        var pending = changes.ids.union(others)
        var choice = Choice.changed(changes)
        if changes.ids.isEmpty || changes.filters.isEmpty { choice = .ids(pending) }
        var parts: [DirectorySnapshot] = []
        while !pending.isEmpty {
            if asked.count + pending.count > limit {
                throw connection.unfollowable("has changed so much that reading everything is quicker")
            }
            let (later, places) = try read(choice, of: pending.count, over: connection, progress: progress)
            var renewal = Renewal(choice: choice, later: later, places: places)
            snapshot.replace(renewal.ids, with: later) { id, name in renewal.before[id] = name }
            asked.formUnion(renewal.ids)
            pending.formUnion(try consequences(of: renewal, over: connection))
            pending.subtract(asked)
            parts.append(later)
            choice = .ids(pending)
        }
        for part in parts where !displaced.isEmpty {
            part.forEachObject { id, _, attributes in
                attributes.forEachName { _, name in
                    if !displaced.contains(name.canonicalKey) { return true }
                    unsettled.insert(id)
                    return false
                }
            }
        }
        try landmarks.complete(for: parts, of: snapshot, contexts, over: connection)
    }

    /// Reads those of the entries that are users, groups and contacts under the bases, and the names of those that others lie
    /// below.
    private mutating func read(
        _ choice: Choice, of count: Int, over connection: borrowing LDAPConnection, progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> (objects: DirectorySnapshot, places: [ObjectID: DistinguishedName]) {
        let identity = self.identity
        var builder = SnapshotBuilder(rereading: snapshot, attributes: attributes)
        var places: [ObjectID: DistinguishedName] = [:]
        var all = searches
        if case .changed(let changes) = choice, let told = changes.places {
            places = told
        } else {
            all += contexts.map { Search.entries(in: $0, feed.placeFilter, identity) }
        }
        try connection.readTogether(narrowed(all, to: choice), meanwhile: { snapshot.reserveRoom(for: count) }) {
            search, begun throws(LDAPError) in
            if search.kind == .other {
                for (id, dn) in try connection.identities(search, begun: begun, identity) { places[id] = dn }
                return
            }
            builder.beginSearch(search.plural, base: search.base)
            let end = try connection.readAll(search, begun: begun, into: &builder, progress: progress)
            builder.endSearch(pages: end.pages, referrals: end.referrals)
        }
        let later = builder.finish()
        if let reason = later.completeness.reasons.first {
            throw connection.unfollowable("gives changed entries only in part: \(reason.detail)")
        }
        if let ids = choice.ids, let other = later.names.first(where: { !ids.contains($0.key) }) {
            throw connection.unfollowable("gives \(other.value.text), which was not asked for")
        }
        return (later, places)
    }

    /// The searches for the chosen ones of their entries only; identities in as many parts as it takes.
    func narrowed(_ searches: [Search], to choice: Choice) -> [Search] {
        if case .changed(let changes) = choice {
            return searches.compactMap { search in
                let context = contexts.innermost(with: search.base)
                return context.flatMap { changes.filters[$0.text] }.map { search.narrowed(to: $0) }
            }
        }
        let sorted = (choice.ids ?? []).sorted()
        let parts = stride(from: 0, to: sorted.count, by: Self.filterSize).map {
            sorted[$0..<min($0 + Self.filterSize, sorted.count)]
        }
        return searches.flatMap { search in parts.map { search.narrowed(to: $0, identity) } }
    }

    var identity: IdentityAttribute { snapshot.schema.objectID }

    /// Which entries are asked for.
    enum Choice {
        case ids(Set<ObjectID>)
        /// Those that the filters of changes find.
        case changed(Changes)

        /// The entries where they are known beforehand.
        var ids: Set<ObjectID>? {
            switch self {
            case .ids(let ids): ids
            case .changed: nil
            }
        }
    }

    /// Entries that were read again, all at once.
    struct Renewal {
        /// How they were asked for.
        let choice: Choice
        let ids: Set<ObjectID>
        /// The names of recorded objects, as they were.
        var before: [ObjectID: DistinguishedName] = [:]
        /// The names of recorded objects, as they are.
        let after: [ObjectID: DistinguishedName]
        /// The names of those that others lie below.
        let places: [ObjectID: DistinguishedName]

        init(choice: Choice, later: DirectorySnapshot, places: [ObjectID: DistinguishedName]) {
            self.choice = choice
            after = later.names
            let ids = choice.ids ?? Set(after.keys)
            self.places = places.filter { ids.contains($0.key) }
            self.ids = ids
        }
    }
}

extension DirectorySnapshot {
    /// The names of the objects.
    fileprivate var names: [ObjectID: DistinguishedName] {
        var names: [ObjectID: DistinguishedName] = [:]
        forEachObject { id, name, _ in names[id] = name }
        return names
    }
}
