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

    /// Reads entries again, and whatever changed with them.
    ///
    /// - Throws: `unfollowable` where that is so much that reading everything is quicker, or is not complete.
    mutating func reread(
        _ ids: Set<ObjectID>, over connection: borrowing LDAPConnection, progress: (ReadProgress) -> Void
    ) throws(LDAPError) {
        let limit = max(1000, (snapshot.users.count + snapshot.groups.count + snapshot.contacts.count) / 4)
        var pending = ids
        var parts: [DirectorySnapshot] = []
        while !pending.isEmpty {
            asked.formUnion(pending)
            if asked.count > limit {
                throw connection.unfollowable("has changed so much that reading everything is quicker")
            }
            let later = try read(pending, over: connection, progress: progress)
            let old = snapshot
            var before: [ObjectID: DistinguishedName] = [:]
            snapshot = old.replacing(pending, with: later) { id, name in before[id] = name }
            let more = try consequences(of: pending, before, later, in: old, over: connection)
            parts.append(later)
            pending = more.subtracting(asked)
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

    /// Reads those of the entries that are users, groups and contacts under the bases.
    private func read(
        _ ids: Set<ObjectID>, over connection: borrowing LDAPConnection, progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> DirectorySnapshot {
        var builder = SnapshotBuilder(rereading: snapshot, attributes: attributes)
        try connection.readTogether(narrowed(searches, to: ids)) { search, begun throws(LDAPError) in
            builder.beginSearch(search.plural, base: search.base)
            let end = try connection.readAll(search, begun: begun, into: &builder, progress: progress)
            builder.endSearch(pages: end.pages, referrals: end.referrals)
        }
        let later = builder.finish()
        if let reason = later.completeness.reasons.first {
            throw connection.unfollowable("gives changed entries only in part: \(reason.detail)")
        }
        if let other = names(in: later).first(where: { !ids.contains($0.key) }) {
            throw connection.unfollowable("gives \(other.value.text), which was not asked for")
        }
        return later
    }

    /// The names of the objects.
    func names(in snapshot: DirectorySnapshot) -> [ObjectID: DistinguishedName] {
        var names: [ObjectID: DistinguishedName] = [:]
        snapshot.forEachObject { id, name, _ in names[id] = name }
        return names
    }

    /// The searches for those of their entries only that have one of the identities, each in as many parts as it takes.
    func narrowed(_ searches: [Search], to ids: Set<ObjectID>) -> [Search] {
        let sorted = ids.sorted()
        let parts = stride(from: 0, to: sorted.count, by: Self.filterSize).map {
            sorted[$0..<min($0 + Self.filterSize, sorted.count)]
        }
        return searches.flatMap { search in parts.map { search.narrowed(to: $0, identity) } }
    }

    var identity: IdentityAttribute { snapshot.schema.objectID }
}
