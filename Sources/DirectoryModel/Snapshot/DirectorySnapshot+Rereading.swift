extension DirectorySnapshot {
    /// The snapshot with some objects as a later read found them; what that read did not find is gone.
    ///
    /// The snapshot is as complete as this one and the later read together.
    ///
    /// - Parameters:
    ///   - ids: all objects that were asked for.
    ///   - later: those of them that there are, from a builder made by
    ///     ``SnapshotBuilder/init(rereading:attributes:)`` of this snapshot.
    ///   - note: told of each object that is replaced or gone, with the name it had.
    public func replacing(
        _ ids: Set<ObjectID>, with later: DirectorySnapshot,
        noting note: (ObjectID, DistinguishedName) -> Void = { _, _ in }
    ) -> DirectorySnapshot {
        let reasons = completeness.reasons + later.completeness.reasons
        var evidence = (completeness.proof?.searches ?? []).filter { $0.subject != Self.rereadSubject }
        evidence.append(
            SearchEvidence(
                subject: Self.rereadSubject, entries: later.users.count + later.groups.count + later.contacts.count,
                pages: 1, referrals: []))
        return DirectorySnapshot(
            source: source, schema: schema, attributes: later.attributes,
            users: Self.replacing(ids, of: users, with: later.users, noting: note),
            groups: Self.replacing(ids, of: groups, with: later.groups, noting: note),
            contacts: Self.replacing(ids, of: contacts, with: later.contacts, noting: note),
            partialGroups: partialGroups.subtracting(ids).union(later.partialGroups),
            completeness: reasons.isEmpty ? .complete(CompletenessProof(searches: evidence)) : .partial(reasons))
    }

    /// Copies each object that stays once, and those between two that go together.
    private static func replacing<Object: DirectoryObject>(
        _ ids: Set<ObjectID>, of objects: [Object], with later: [Object],
        noting note: (ObjectID, DistinguishedName) -> Void
    ) -> [Object] {
        var result: [Object] = []
        result.reserveCapacity(objects.count + later.count)
        var start = objects.startIndex
        for index in objects.indices where ids.contains(objects[index].id) {
            note(objects[index].id, objects[index].dn)
            result += objects[start..<index]
            start = index + 1
        }
        result += objects[start...]
        result += later
        return result
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
