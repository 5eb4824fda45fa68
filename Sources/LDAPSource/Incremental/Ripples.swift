internal import DirectoryModel

/// What has changed in a record without a word, given what is known to have changed.
///
/// A directory keeps names of entries in other entries, and changes them by itself: in `memberOf` when a group gets or loses
/// a member, in `member`, `manager` and the like when an entry is renamed, moved or deleted, and in the names of all that
/// lies below a renamed one. No server reports the entries that were changed so.
struct Ripples {
    /// The record with the changes that are known.
    let snapshot: DirectorySnapshot
    /// The attribute with an object's groups; nil where it is not recorded.
    let memberOf: AttributeSlot?

    /// Names that are names of something else now, or of nothing.
    private(set) var displaced: Set<String> = []
    /// Those of them that other entries lay below.
    private var displacedPlaces: [DistinguishedName] = []
    /// For the name of each member of a group that has changed, these groups.
    private var groupsByMember: [String: Set<String>] = [:]
    private var changedGroups: Set<String> = []

    init(_ snapshot: DirectorySnapshot) {
        self.snapshot = snapshot
        memberOf = snapshot.attributes.slot(of: snapshot.schema.memberOf ?? "memberOf")
    }

    /// Notes that an entry has gone from a name.
    mutating func note(displaced name: DistinguishedName, isPlace: Bool) {
        displaced.insert(name.canonicalKey)
        if isPlace { displacedPlaces.append(name) }
    }

    /// Notes who the members of a group are now.
    mutating func note(members: [String], of group: DistinguishedName) {
        let key = group.canonicalKey
        changedGroups.insert(key)
        for member in members {
            if let name = try? DistinguishedName(member) { groupsByMember[name.canonicalKey, default: []].insert(key) }
        }
    }

    /// What is to be read again of the recorded objects, and of the entries whose names matter.
    func affected(_ landmarks: Landmarks) -> Set<ObjectID> {
        if displaced.isEmpty && changedGroups.isEmpty { return [] }
        var ids: Set<ObjectID> = []
        snapshot.forEachObject { id, name, attributes in
            if isBelowDisplaced(name) || hasOtherNames(name, attributes) { ids.insert(id) }
        }
        for place in displacedPlaces { ids.formUnion(landmarks.known(in: place)) }
        return ids
    }

    private func isBelowDisplaced(_ name: DistinguishedName) -> Bool {
        displacedPlaces.contains { name.isDescendant(of: $0) }
    }

    /// Whether an object names what is displaced, or its groups are not those of the changed groups that list it.
    private func hasOtherNames(_ name: DistinguishedName, _ attributes: AttributeValues) -> Bool {
        var isDisplaced = false
        var groups: Set<String> = []
        attributes.forEachName { slot, name in
            let key = name.canonicalKey
            if slot == memberOf, changedGroups.contains(key) { groups.insert(key) }
            isDisplaced = displaced.contains(key) || isBelowDisplaced(name)
            return !isDisplaced
        }
        if isDisplaced { return true }
        if memberOf == nil || changedGroups.isEmpty { return false }
        return groups != groupsByMember[name.canonicalKey] ?? []
    }
}
