internal import DirectoryModel

/// Finds the groups that become accounts, and derives those.
struct GroupProjector {
    /// A group that becomes an account.
    struct Selected {
        /// Its position in the snapshot.
        let group: Int
        /// The rule that selects it, as a position.
        let rule: Int
    }

    let snapshot: DirectorySnapshot
    private let rules: [GroupRule]
    /// The mapping of each rule.
    let mappings: [AccountMapping]
    private let derivation: AddressDerivation
    /// The groups in the snapshot's order, each once.
    let selected: [Selected]
    private(set) var findings: [Finding] = []

    init(_ rules: Reconciler, snapshot: DirectorySnapshot, groups: GroupResolution) {
        self.snapshot = snapshot
        self.rules = rules.groups
        derivation = AddressDerivation(domains: rules.domains)
        mappings = rules.groups.map { $0.mapping(for: snapshot.schema) }
        if rules.groups.isEmpty {
            selected = []
            return
        }
        let chosen = rules.groups.map { rule in Set(rule.selectors.compactMap { groups.positions[$0] }) }
        var selected: [Selected] = []
        for (position, group) in snapshot.groups.enumerated() {
            for (index, rule) in rules.groups.enumerated() {
                let isSelected: Bool
                switch rule.selection {
                case .mailEnabled: isSelected = mappings[index].addresses.list(of: group).primary != nil
                case .groups: isSelected = chosen[index].contains(position)
                }
                guard isSelected, Self.has(group, one: rule.purposes) else { continue }
                selected.append(Selected(group: position, rule: index))
                break
            }
        }
        self.selected = selected
    }

    private static func has(_ group: DirectoryGroup, one purposes: Set<GroupRule.Purpose>) -> Bool {
        guard let type = group.groupType else { return true }
        return purposes.contains(type.isSecurity ? .security : .distribution)
    }

    /// The groups with whether their member groups' members count, for ``Membership``.
    var targets: [(group: Int, isNested: Bool)] { selected.map { ($0.group, rules[$0.rule].isNested) } }

    /// The account of each selected group, in their order; nil for one that can have none, with a finding.
    mutating func accounts() -> [DesiredAccount?] {
        var sources = mappings.map { MappedAttributes($0, Activity([]), at: nil, in: snapshot) }
        return selected.map { selected in
            let group = snapshot.groups[selected.group]
            let mapping = mappings[selected.rule]
            let values = sources[selected.rule].values(of: group)
            guard let key = mapping.key == nil ? group.id : values.key.flatMap({ ObjectID(text: $0) }),
                let (primary, aliases) = derivation.addresses(of: group, values.addresses, into: &findings)
            else { return nil }
            return DesiredAccount(
                account: values.account(rules[selected.rule].kind, key: key, primary, aliases, mapping),
                fields: rules[selected.rule].fields(for: snapshot.schema), scope: Reason(.group, group.displayName))
        }
    }
}
