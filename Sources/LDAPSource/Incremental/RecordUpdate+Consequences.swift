internal import DirectoryModel

extension RecordUpdate {
    /// What else is to be read again, now that some entries have been.
    mutating func consequences(
        of renewal: Renewal, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Set<ObjectID> {
        let (ids, before, after) = (renewal.ids, renewal.before, renewal.after)
        var ripples = Ripples(snapshot)
        var now = Landmarks()
        now.places = renewal.places
        now.named = try find(ids.filter { landmarks.named[$0] != nil && after[$0] == nil }, over: connection)
        if ripples.memberOf != nil {
            for group in try findGroups(renewal.choice, over: connection) {
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
        displaced.formUnion(ripples.displaced)
        var more = ripples.affected(landmarks)
        for (id, place) in now.places where place.text != landmarks.places[id]?.text {
            if listed.insert(id).inserted { more.formUnion(try contents(of: place, over: connection)) }
        }
        more.formUnion(try referrers(to: after.filter { before[$0.key] == nil }, over: connection))
        landmarks.replace(ids, with: now)
        return more
    }

    /// Those of the entries that there are, anywhere, with their names.
    private func find(
        _ ids: Set<ObjectID>, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> [ObjectID: DistinguishedName] {
        var found: [ObjectID: DistinguishedName] = [:]
        let searches = contexts.map { Search.entries(in: $0, "(objectClass=*)", identity) }
        try connection.readTogether(narrowed(searches, to: .ids(ids))) { search, begun throws(LDAPError) in
            for (id, dn) in try connection.identities(search, begun: begun, identity) { found[id] = dn }
        }
        return found
    }

    /// Those of the entries that are groups, wherever they lie, with their members.
    private func findGroups(
        _ choice: Choice, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> [DirectoryGroup] {
        var builder = SnapshotBuilder(source: snapshot.source, schema: snapshot.schema, attributes: .only(memberLists))
        let searches = contexts.map { context in
            Search(
                kind: .group, plural: "groups", base: context, scope: .subtree, filter: snapshot.schema.groupsFilter,
                attributes: ([identity.attribute] + memberLists).map(\.text), controls: [.domainScope])
        }
        try connection.readTogether(narrowed(searches, to: choice)) { search, begun throws(LDAPError) in
            builder.beginSearch(search.plural, base: search.base)
            let end = try connection.readAll(search, begun: begun, into: &builder) { _ in }
            builder.endSearch(pages: end.pages)
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
        var older: [DistinguishedName] = []
        let listings = searches.map { $0.listing(identity, also: "(\(feed.creationTime.text)<=\(since).0Z)") }
        try connection.readTogether(narrowed(listings, to: .ids(Set(arrived.keys)))) {
            search, begun throws(LDAPError) in
            for (_, dn) in try connection.identities(search, begun: begun, identity) { older.append(dn) }
        }
        let naming = older.flatMap { dn in
            let terms = names.map { "(\($0.text)=\(UserLookup.escape(dn.text)))" }.joined()
            return searches.map { $0.listing(identity, also: "(|\(terms))") }
        }
        try connection.readTogether(naming) { search, begun throws(LDAPError) in
            ids.formUnion(try connection.identities(search, begun: begun, identity).map(\.id))
        }
        return ids
    }
}
