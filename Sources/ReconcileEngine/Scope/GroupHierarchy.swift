internal import DirectoryModel

/// Which groups are members of which, as `memberOf` of the groups and their own member lists tell.
struct GroupHierarchy {
    /// For each group the groups that are its direct members, by their positions in the snapshot.
    private var children: [[Int]]
    /// For each group the number of the last closure that it was found for, so that none begins with an empty set.
    private var lastFound: [Int]
    private var closures = 0

    init(_ snapshot: DirectorySnapshot) {
        children = [[Int]](repeating: [], count: snapshot.groups.count)
        lastFound = [Int](repeating: 0, count: snapshot.groups.count)
        var positionByKey: [String: Int] = [:]
        positionByKey.reserveCapacity(snapshot.groups.count)
        for (position, group) in snapshot.groups.enumerated() { positionByKey[group.dn.canonicalKey] = position }
        // A directory spells a group nearly always the same way, so each spelling is parsed once.
        var positionBySpelling: [String: Int?] = [:]
        func position(_ text: String) -> Int? {
            if let known = positionBySpelling[text] { return known }
            let position = (try? DistinguishedName(text)).flatMap { positionByKey[$0.canonicalKey] }
            positionBySpelling[text] = .some(position)
            return position
        }
        for (child, group) in snapshot.groups.enumerated() {
            if let memberOf = snapshot.schema.memberOf {
                for text in group.attributes[memberOf] {
                    if let parent = position(text) { children[parent].append(child) }
                }
            }
            for member in snapshot.schema.members where member.reference == .distinguishedName {
                for text in group.attributes[member.attribute] {
                    if let grandchild = position(text) { children[child].append(grandchild) }
                }
            }
        }
    }

    /// The groups that are direct members of a group; one may come twice.
    func children(of group: Int) -> [Int] { children[group] }

    /// A group with all that are members of it, to any depth; each once, circles or not.
    mutating func closure(of group: Int) -> [Int] {
        closures += 1
        var found = [group]
        lastFound[group] = closures
        var next = 0
        while next < found.count {
            for child in children[found[next]] where lastFound[child] != closures {
                lastFound[child] = closures
                found.append(child)
            }
            next += 1
        }
        return found
    }
}
