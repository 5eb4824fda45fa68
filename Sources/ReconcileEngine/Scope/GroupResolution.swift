internal import DirectoryModel

/// The groups that the rules name, found in one snapshot.
struct GroupResolution {
    /// For each selector the positions of its group in the snapshot; none or several where the rule cannot be followed.
    private(set) var positions: [GroupSelector: Int] = [:]
    /// What is wrong with selectors that name no group, or several: one sentence each, in the selectors' order.
    private(set) var problems: [String] = []

    init(_ selectors: [GroupSelector], in snapshot: DirectorySnapshot) {
        guard !selectors.isEmpty else { return }
        let byName = Self.positionsByName(in: snapshot)
        for selector in Set(selectors).sorted(by: { $0.text < $1.text }) {
            let found = Self.find(selector, in: snapshot, byName: byName)
            switch found.count {
            case 1: positions[selector] = found[0]
            case 0:
                let nearest = Self.nearestName(to: selector, in: snapshot)
                problems.append(
                    "The group \(selector) is not in the directory, or the account may not see it. "
                        + (nearest.map { "Did you mean \"\($0)\"? " } ?? "")
                        + "Its members cannot be told from people who left.")
            default:
                let names = found.map { snapshot.groups[$0].dn.text }.sorted().joined(separator: "; ")
                problems.append(
                    "\(found.count) groups are called \(selector): \(names). Name one by its distinguished name.")
            }
        }
    }

    private static func positionsByName(in snapshot: DirectorySnapshot) -> [String: Set<Int>] {
        var result: [String: Set<Int>] = [:]
        for (position, group) in snapshot.groups.enumerated() {
            for attribute in snapshot.schema.groupNames {
                for name in group.attributes[attribute] { result[name.lowercased(), default: []].insert(position) }
            }
        }
        return result
    }

    /// The name of a group that is most like a selector; nil where none is near, or the selector is no name.
    private static func nearestName(to selector: GroupSelector, in snapshot: DirectorySnapshot) -> String? {
        if selector.text.contains("=") { return nil }
        let names = snapshot.groups.lazy.flatMap { group in
            snapshot.schema.groupNames.flatMap { Array(group.attributes[$0]) }
        }
        return DirectoryModel.nearestName(to: selector.text, among: names)
    }

    private static func find(
        _ selector: GroupSelector, in snapshot: DirectorySnapshot, byName: [String: Set<Int>]
    ) -> [Int] {
        if let named = byName[selector.text.lowercased()] { return named.sorted() }
        if selector.text.contains("="), let dn = try? DistinguishedName(selector.text) {
            return snapshot.groups.indices.filter { snapshot.groups[$0].dn == dn }
        }
        if let id = ObjectID(text: selector.text) {
            return snapshot.groups.indices.filter { snapshot.groups[$0].id == id }
        }
        return []
    }
}
