internal import DirectoryModel

/// Brings a record up to date, over one connection.
///
/// The feed names entries; they are read again by the same searches as in a full read, and so is everything that may have
/// changed with them (``Ripples``), until nothing more turns up.
struct RecordUpdate {
    private let feed: any ChangeFeed.Type
    private let searches: [Search]
    private let attributes: AttributeSelection
    private let contexts: [DistinguishedName]
    private let since: String
    private(set) var snapshot: DirectorySnapshot
    private(set) var landmarks: Landmarks
    /// All that was read again.
    private(set) var asked: Set<ObjectID> = []
    /// The places whose contents have been listed.
    private var listed: Set<ObjectID> = []

    /// How many identities a filter names.
    private static let filterSize = 100

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
            objects.lazy.filter { $0.dn == context || $0.dn.isDescendant(of: context) }.map(\.id)
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
        while !pending.isEmpty {
            asked.formUnion(pending)
            if asked.count > limit {
                throw connection.unfollowable("has changed so much that reading everything is quicker")
            }
            let later = try read(pending, over: connection, progress: progress)
            let more = try consequences(of: pending, later, over: connection)
            snapshot = snapshot.replacing(pending, with: later)
            pending = more.subtracting(asked)
        }
        try landmarks.complete(for: asked, in: snapshot, contexts, over: connection)
    }

    /// Reads those of the entries that are users, groups and contacts under the bases.
    private func read(
        _ ids: Set<ObjectID>, over connection: borrowing LDAPConnection, progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> DirectorySnapshot {
        var builder = SnapshotBuilder(rereading: snapshot, attributes: attributes)
        for search in searches {
            for part in parts(of: ids) {
                let search = search.narrowed(to: part, snapshot.schema.objectID)
                builder.beginSearch(search.plural, base: search.base)
                let end = try connection.readAll(search, into: &builder, progress: progress)
                builder.endSearch(pages: end.pages, referrals: end.referrals)
            }
        }
        let later = builder.finish()
        if let reason = later.completeness.reasons.first {
            throw connection.unfollowable("gives changed entries only in part: \(reason.detail)")
        }
        return later
    }

    private func parts(of ids: Set<ObjectID>) -> [ArraySlice<ObjectID>] {
        let sorted = ids.sorted()
        return stride(from: 0, to: sorted.count, by: Self.filterSize).map {
            sorted[$0..<min($0 + Self.filterSize, sorted.count)]
        }
    }

    // MARK: Consequences

    /// What else is to be read again, now that `ids` have been.
    private mutating func consequences(
        of ids: Set<ObjectID>, _ later: DirectorySnapshot, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Set<ObjectID> {
        var ripples = Ripples(snapshot)
        let before = names(of: ids, in: snapshot)
        let after = names(of: ids, in: later)
        var now = Landmarks()
        now.places = try find(ids, by: feed.placeFilter, over: connection)
        let named = ids.filter { landmarks.named[$0] != nil && after[$0] == nil }
        now.named = try find(named, by: "(objectClass=*)", over: connection)
        if ripples.memberOf != nil {
            for group in try findGroups(ids, over: connection) {
                ripples.note(members: memberLists.flatMap { group.attributes[$0] }, of: group.dn)
            }
        }
        for id in ids {
            if let name = before[id], after[id]?.text != name.text {
                ripples.note(displaced: name, isPlace: landmarks.places[id] != nil)
            }
            if let name = landmarks.places[id], now.places[id]?.text != name.text {
                ripples.note(displaced: name, isPlace: true)
            }
            if let name = landmarks.named[id], (now.named[id] ?? after[id])?.text != name.text {
                ripples.note(displaced: name, isPlace: false)
            }
        }
        var more = ripples.affected(landmarks)
        for (id, place) in now.places where place.text != landmarks.places[id]?.text {
            if listed.insert(id).inserted { more.formUnion(try contents(of: place, over: connection)) }
        }
        more.formUnion(try referrers(to: after.filter { before[$0.key] == nil }, over: connection))
        landmarks.replace(ids, with: now)
        return more
    }

    private func names(of ids: Set<ObjectID>, in snapshot: DirectorySnapshot) -> [ObjectID: DistinguishedName] {
        var names: [ObjectID: DistinguishedName] = [:]
        func add(_ objects: [some DirectoryObject]) {
            for object in objects where ids.contains(object.id) { names[object.id] = object.dn }
        }
        add(snapshot.users)
        add(snapshot.groups)
        add(snapshot.contacts)
        return names
    }

    /// Those of the entries that a filter finds anywhere, with their names.
    private func find(
        _ ids: Set<ObjectID>, by filter: String, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> [ObjectID: DistinguishedName] {
        var found: [ObjectID: DistinguishedName] = [:]
        for search in contexts.map({ Search.entries(in: $0, filter, identity) }) {
            for part in parts(of: ids) {
                for (id, dn) in try connection.identities(search.narrowed(to: part, identity), identity) {
                    found[id] = dn
                }
            }
        }
        return found
    }

    /// Those of the entries that are groups, wherever they lie, with their members.
    private func findGroups(
        _ ids: Set<ObjectID>, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> [DirectoryGroup] {
        var builder = SnapshotBuilder(source: snapshot.source, schema: snapshot.schema, attributes: .only(memberLists))
        for context in contexts {
            let search = Search(
                kind: .group, plural: "groups", base: context, scope: .subtree, filter: snapshot.schema.groupsFilter,
                attributes: ([identity.attribute] + memberLists).map(\.text), controls: [.domainScope])
            for part in parts(of: ids) {
                builder.beginSearch(search.plural, base: search.base)
                let end = try connection.readAll(search.narrowed(to: part, identity), into: &builder) { _ in }
                builder.endSearch(pages: end.pages)
            }
        }
        let found = builder.finish()
        if found.completeness.proof == nil || !found.partialGroups.isEmpty {
            throw connection.unfollowable("gives the members of changed groups only in part")
        }
        return found.groups
    }

    private var memberLists: [AttributeName] {
        snapshot.schema.members.filter { $0.reference == .distinguishedName }.map(\.attribute)
    }

    /// The users, groups and contacts that lie below a place which was not there before.
    private func contents(
        of place: DistinguishedName, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Set<ObjectID> {
        var ids: Set<ObjectID> = []
        for search in searches
        where search.base == place || search.base.isDescendant(of: place) || place.isDescendant(of: search.base) {
            let search = search.listing(identity, under: place.isDescendant(of: search.base) ? place : search.base)
            ids.formUnion(try connection.identities(search, identity).map(\.id))
        }
        return ids
    }

    /// The recorded objects that name entries which came from elsewhere or came back: nobody tells of them.
    ///
    /// An entry that is new has been named by nobody before, and whoever names it now has changed.
    private func referrers(
        to arrived: [ObjectID: DistinguishedName], over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Set<ObjectID> {
        let names = snapshot.attributes.names.filter { !snapshot.schema.isBinary($0) && $0 != identity.attribute }
        var ids: Set<ObjectID> = []
        for search in searches {
            for part in parts(of: Set(arrived.keys)) {
                let old = search.listing(identity, also: "(\(feed.creationTime.text)<=\(since).0Z)")
                for (_, dn) in try connection.identities(old.narrowed(to: part, identity), identity) {
                    let terms = names.map { "(\($0.text)=\(UserLookup.escape(dn.text)))" }
                    for other in searches {
                        let found = other.listing(identity, also: "(|\(terms.joined()))")
                        ids.formUnion(try connection.identities(found, identity).map(\.id))
                    }
                }
            }
        }
        return ids
    }

    private var identity: IdentityAttribute { snapshot.schema.objectID }
}

extension Search {
    /// The same search for those of its entries only that have one of the identities.
    func narrowed(to ids: ArraySlice<ObjectID>, _ attribute: IdentityAttribute) -> Search {
        var search = self
        let terms = ids.map { id in
            let value =
                attribute.encoding == .activeDirectoryGUID ? id.ldapFilterValue ?? "" : UserLookup.escape(id.text)
            return "(\(attribute.attribute.text)=\(value))"
        }
        search.filter = "(&\(filter)(|\(terms.joined())))"
        return search
    }

    /// A search for the identities of the same entries, under a part of the base or by a further filter.
    func listing(
        _ attribute: IdentityAttribute, under part: DistinguishedName? = nil, also further: String? = nil
    ) -> Search {
        Search(
            kind: kind, plural: plural, base: part ?? base, scope: part == nil ? scope : .subtree,
            filter: further.map { "(&\(filter)\($0))" } ?? filter, attributes: [attribute.attribute.text])
    }
}
