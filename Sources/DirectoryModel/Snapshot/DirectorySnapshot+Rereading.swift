extension DirectorySnapshot {
    /// Replaces some objects by what a later read found of them; what that read did not find is gone.
    ///
    /// The snapshot is then as complete as it was and the later read together. Objects that stay keep their order; new ones
    /// come last.
    ///
    /// - Parameters:
    ///   - ids: all objects that were asked for.
    ///   - later: those of them that there are, from a builder made by
    ///     ``SnapshotBuilder/init(rereading:attributes:)`` of this snapshot.
    ///   - note: told of each object that is replaced or gone, with the name it had.
    public mutating func replace(
        _ ids: Set<ObjectID>, with later: DirectorySnapshot,
        noting note: (ObjectID, DistinguishedName) -> Void = { _, _ in }
    ) {
        Self.replace(ids, of: &users, with: later.users, noting: note)
        Self.replace(ids, of: &groups, with: later.groups, noting: note)
        Self.replace(ids, of: &contacts, with: later.contacts, noting: note)
        attributes = later.attributes
        partialGroups = partialGroups.subtracting(ids).union(later.partialGroups)
        notes = []
        let reasons = completeness.reasons + later.completeness.reasons
        var evidence = (completeness.proof?.searches ?? []).filter { $0.subject != Self.rereadSubject }
        evidence.append(
            SearchEvidence(
                subject: Self.rereadSubject, entries: later.users.count + later.groups.count + later.contacts.count,
                pages: 1, referrals: []))
        completeness = reasons.isEmpty ? .complete(CompletenessProof(searches: evidence)) : .partial(reasons)
    }

    /// Makes room for further objects, and the memory of all of them this snapshot's own: replacing some copies nothing then.
    public mutating func reserveRoom(for count: Int) {
        users.reserveCapacity(users.count + count)
        groups.reserveCapacity(groups.count + count)
        contacts.reserveCapacity(contacts.count + count)
    }

    private static func replace<Object: DirectoryObject>(
        _ ids: Set<ObjectID>, of objects: inout [Object], with later: [Object],
        noting note: (ObjectID, DistinguishedName) -> Void
    ) {
        var found: [ObjectID: Int] = [:]
        for index in later.indices { found[later[index].id] = index }
        var gone: Set<ObjectID> = []
        for index in objects.indices where ids.contains(objects[index].id) {
            let id = objects[index].id
            note(id, objects[index].dn)
            if let place = found.removeValue(forKey: id) {
                objects[index] = later[place]
            } else {
                gone.insert(id)
            }
        }
        if !gone.isEmpty { objects.removeAll { gone.contains($0.id) } }
        objects += found.values.sorted().map { later[$0] }
    }

    private static let rereadSubject = "what has changed since"

    /// The objects that differ between this snapshot and another one of the same directory, by their identities.
    public func differences(from other: DirectorySnapshot) -> Set<ObjectID> {
        var ids: Set<ObjectID> = []
        Self.compare(users, other.users, into: &ids)
        Self.compare(groups, other.groups, into: &ids)
        Self.compare(contacts, other.contacts, into: &ids)
        return ids.union(partialGroups.symmetricDifference(other.partialGroups))
    }

    private static func compare<Object: DirectoryObject>(
        _ objects: [Object], _ others: [Object], into ids: inout Set<ObjectID>
    ) {
        var rest: [ObjectID: Object] = [:]
        rest.reserveCapacity(others.count)
        for other in others { rest[other.id] = other }
        for object in objects {
            guard let other = rest.removeValue(forKey: object.id) else {
                ids.insert(object.id)
                continue
            }
            if object.dn.text != other.dn.text || object.attributes != other.attributes { ids.insert(object.id) }
        }
        ids.formUnion(rest.keys)
    }
}
