public import DirectoryModel

/// A group of a directory, as somebody sees it who looks for the groups that rules should name.
public struct GroupSummary: Sendable, Hashable {
    /// The group's name, for people.
    public let name: String
    /// The group's place in the tree.
    public let dn: DistinguishedName
    /// The primary mail address; nil where there is none.
    public let address: MailAddress?
    /// What it is for; nil where the directory does not tell.
    public let purpose: GroupRule.Purpose?
    /// How many members it has, of those objects that were read.
    public let members: Int
    /// The rules that name or select it, in the words of the configuration: `rule 1 of include`; empty where none does.
    public let rules: [String]
}

extension Reconciler {
    /// The groups of a directory with their members and the rules that name them, by name in ascending order.
    ///
    /// - Parameter nested: whether people and contacts are counted who are members by way of other groups, instead of
    ///   the direct members, groups among them.
    public func groupSummaries(in directory: DirectorySnapshot, nested: Bool = false) -> [GroupSummary] {
        let members = memberCounts(in: directory, nested: nested)
        let rules = rulesByGroup(in: directory)
        let addresses = AccountMapping.standard(forGroupsOf: directory.schema).addresses
        return directory.groups.enumerated().map { position, group in
            GroupSummary(
                name: group.displayName, dn: group.dn, address: addresses.list(of: group).primary,
                purpose: group.groupType.map { $0.isSecurity ? .security : .distribution }, members: members[position],
                rules: rules[position] ?? [])
        }
        .sorted { ($0.name, $0.dn.text) < ($1.name, $1.dn.text) }
    }

    private func memberCounts(in directory: DirectorySnapshot, nested: Bool) -> [Int] {
        var counts = directory.groups.map { _ in 0 }
        var membership = Membership(of: directory.groups.indices.map { ($0, nested) }, in: directory)
        var found: [Int] = []
        func count(_ object: some DirectoryObject) {
            membership.collect(object, into: &found)
            for group in found { counts[group] += 1 }
        }
        for user in directory.users { count(user) }
        for contact in directory.contacts { count(contact) }
        if !nested { for group in directory.groups { count(group) } }
        return counts
    }

    /// The rules that name or select each group, by its position.
    private func rulesByGroup(in directory: DirectorySnapshot) -> [Int: [String]] {
        let resolution = resolve(in: directory)
        var rules: [Int: [String]] = [:]
        func add(_ rule: String, _ selector: GroupSelector) {
            guard let group = resolution.positions[selector], rules[group]?.contains(rule) != true else { return }
            rules[group, default: []].append(rule)
        }
        for (list, scope) in [("include", scope.include), ("exclude", scope.exclude), ("functional", functionalUsers)] {
            for (index, rule) in scope.enumerated() {
                for membership in rule.conditions.flatMap(\.groups) {
                    add("rule \(index + 1) of \(list)", membership.group)
                }
            }
        }
        for entitlement in entitlements {
            if let group = entitlement.membership?.group { add("\(entitlement.field)", group) }
        }
        for rail in rails { for membership in rail.groups { add("a safety rule", membership.group) } }
        for selected in GroupProjector(self, snapshot: directory, groups: resolution).selected {
            rules[selected.group, default: []].append("rule \(selected.rule + 1) of groups")
        }
        return rules
    }
}
