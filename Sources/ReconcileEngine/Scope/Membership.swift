internal import DirectoryModel

/// Who is a member of the groups that the rules ask for, directly or by way of other groups.
///
/// Takes all the ways in which directories keep memberships: `memberOf` of the user, the member lists of the groups, and
/// the primary group of Active Directory, which neither of them shows.
struct Membership {
    private let memberOfSlot: AttributeSlot?
    private let userNameSlot: AttributeSlot?
    private let primaryGroupSlot: AttributeSlot?

    /// What is asked for, as positions in the list it was made with, by each way that a user can be a member.
    private var targetsByGroupKey: [String: [Int]] = [:]
    private var targetsByMember: [String: [Int]] = [:]
    private var targetsByUserName: [String: [Int]] = [:]
    private var targetsByPrimaryGroup: [String: [Int]] = [:]

    /// The spellings of `memberOf` values met so far.
    private var spellings: [UInt64: Spelling] = [:]
    private let isEmpty: Bool

    private struct Spelling {
        let bytes: [UInt8]
        let targets: [Int]
    }

    /// Makes an index of memberships in groups, each given by its position in the snapshot, nested ones with all the
    /// groups that are members of it.
    init(of targets: [(group: Int, isNested: Bool)], in snapshot: DirectorySnapshot) {
        let schema = snapshot.schema
        isEmpty = targets.isEmpty
        memberOfSlot = schema.memberOf.flatMap { snapshot.attributes.slot(of: $0) }
        userNameSlot = snapshot.attributes.slot(of: schema.userName)
        primaryGroupSlot = schema.primaryGroup.flatMap { snapshot.attributes.slot(of: $0.userAttribute) }
        var hierarchy = targets.contains(where: \.isNested) ? GroupHierarchy(snapshot) : nil
        // A group can count for many targets, and its values are parsed once.
        var targetsByGroup: [Int: [Int]] = [:]
        for (target, wanted) in targets.enumerated() {
            let groups = wanted.isNested ? hierarchy?.closure(of: wanted.group) ?? [wanted.group] : [wanted.group]
            for group in groups { targetsByGroup[group, default: []].append(target) }
        }
        for (group, targets) in targetsByGroup { add(snapshot.groups[group], targets, schema) }
    }

    private mutating func add(_ group: DirectoryGroup, _ targets: [Int], _ schema: DirectorySchema) {
        targetsByGroupKey[group.dn.canonicalKey, default: []] += targets
        if let id = schema.primaryGroup?.relativeID(of: group) { targetsByPrimaryGroup[id, default: []] += targets }
        for member in schema.members {
            for value in group.attributes[member.attribute] {
                switch member.reference {
                case .distinguishedName:
                    guard let dn = try? DistinguishedName(value) else { continue }
                    targetsByMember[dn.canonicalKey, default: []] += targets
                case .userName:
                    targetsByUserName[value.lowercased(), default: []] += targets
                }
            }
        }
    }

    /// Puts what the user is a member of, in ascending order, into `result`.
    mutating func collect(_ user: some DirectoryObject, into result: inout [Int]) {
        result.removeAll(keepingCapacity: true)
        if isEmpty { return }
        if let memberOfSlot {
            user.attributes.forEachValue(at: memberOfSlot) { value in
                result += targets(spelled: value)
                return true
            }
        }
        if !targetsByMember.isEmpty, let more = targetsByMember[user.dn.canonicalKey] { result += more }
        if !targetsByUserName.isEmpty, let userNameSlot, let name = user.attributes.first(at: userNameSlot),
            let more = targetsByUserName[name.lowercased()]
        {
            result += more
        }
        if !targetsByPrimaryGroup.isEmpty, let primaryGroupSlot, let id = user.attributes.first(at: primaryGroupSlot),
            let more = targetsByPrimaryGroup[id]
        {
            result += more
        }
        if result.count > 1 { result = Array(Set(result)).sorted() }
    }

    /// What a value of `memberOf` makes its user a member of.
    ///
    /// A directory spells a group nearly always the same way, so each spelling is parsed once.
    private mutating func targets(spelled value: Span<UInt8>) -> [Int] {
        let hash = StableHash.hash(value)
        if let known = spellings[hash], known.bytes.hasSameBytes(as: value) { return known.targets }
        let targets =
            String(validatingUTF8: value)
            .flatMap { try? DistinguishedName($0) }
            .flatMap { targetsByGroupKey[$0.canonicalKey] } ?? []
        spellings[hash] = Spelling(bytes: value.copied(), targets: targets)
        return targets
    }
}

extension [UInt8] {
    fileprivate func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
