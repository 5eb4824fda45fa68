internal import DirectoryModel

/// Who is a direct member of the groups that the rules name.
///
/// Takes both ways that directories keep memberships: `memberOf` of the user, and the member lists of the groups.
struct Membership {
    /// The groups, as positions in the snapshot; memberships are told as positions in this list.
    private let groups: [Int]
    private let memberOfSlot: AttributeSlot?
    private let userNameSlot: AttributeSlot?

    /// Groups by the normal form of their name, and the spellings of `memberOf` values met so far.
    private let groupByKey: [String: Int]
    private var spellings: [UInt64: Spelling] = [:]

    /// Groups by the normal form of a member's distinguished name, and by a member's user name.
    private var groupsByMember: [String: [Int]] = [:]
    private var groupsByUserName: [String: [Int]] = [:]

    private struct Spelling {
        let bytes: [UInt8]
        let group: Int?
    }

    init(of groups: [Int], in snapshot: DirectorySnapshot) {
        self.groups = groups
        let schema = snapshot.schema
        memberOfSlot = schema.memberOf.flatMap { snapshot.attributes.slot(of: $0) }
        userNameSlot = snapshot.attributes.slot(of: schema.userName)
        var groupByKey: [String: Int] = [:]
        for (index, position) in groups.enumerated() { groupByKey[snapshot.groups[position].dn.canonicalKey] = index }
        self.groupByKey = groupByKey
        for (index, position) in groups.enumerated() {
            for member in schema.members { addMembers(of: snapshot.groups[position], index, by: member) }
        }
    }

    private mutating func addMembers(of group: DirectoryGroup, _ index: Int, by member: MemberAttribute) {
        for value in group.attributes[member.attribute] {
            switch member.reference {
            case .distinguishedName:
                guard let dn = try? DistinguishedName(value) else { continue }
                groupsByMember[dn.canonicalKey, default: []].append(index)
            case .userName:
                groupsByUserName[value.lowercased(), default: []].append(index)
            }
        }
    }

    /// Puts the groups of a user, in ascending order, into `result`.
    mutating func collectGroups(of user: DirectoryUser, into result: inout [Int]) {
        result.removeAll(keepingCapacity: true)
        if groups.isEmpty { return }
        if let memberOfSlot {
            user.attributes.forEachValue(at: memberOfSlot) { value in
                if let group = group(spelled: value) { result.append(group) }
                return true
            }
        }
        if !groupsByMember.isEmpty, let more = groupsByMember[user.dn.canonicalKey] { result += more }
        if !groupsByUserName.isEmpty, let userNameSlot, let name = user.attributes.first(at: userNameSlot),
            let more = groupsByUserName[name.lowercased()]
        {
            result += more
        }
        if result.count > 1 { result = Array(Set(result)).sorted() }
    }

    /// The group that a value of `memberOf` names.
    ///
    /// A directory spells a group nearly always the same way, so each spelling is parsed once.
    private mutating func group(spelled value: Span<UInt8>) -> Int? {
        let hash = StableHash.hash(value)
        if let known = spellings[hash], known.bytes.hasSameBytes(as: value) { return known.group }
        let group = String(validatingUTF8: value)
            .flatMap { try? DistinguishedName($0) }
            .flatMap { groupByKey[$0.canonicalKey] }
        spellings[hash] = Spelling(bytes: value.copied(), group: group)
        return group
    }
}

extension [UInt8] {
    fileprivate func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
