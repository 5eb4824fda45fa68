public import DirectoryModel

extension Reconciler {
    /// The fields that the rules set for people and that a provider cannot hold, so that they are left out of every plan.
    public func fields(beyond capabilities: ProviderCapabilities) -> [AccountField] {
        mapping.fields.union(AccountFields(entitlements.map(\.field))).subtracting(capabilities.fields).fields
    }

    /// The attributes that a rule names and that are probably mistyped: no object of the directory has them, and they are
    /// none of the well-known ones.
    ///
    /// In ascending order; empty where the directory has no users. The values are only looked through where a rule names
    /// an attribute that is not well-known (``hasUnusualAttributes``).
    public func unknownAttributes(in directory: DirectorySnapshot) -> [Finding] {
        let unusual = attributeUses.filter { !$0.attribute.isWellKnown }
        guard !unusual.isEmpty, !directory.users.isEmpty else { return [] }
        let present = directory.attributesWithValues(atLeast: Set(unusual.map(\.attribute)))
        let known = present.union(AttributeName.wellKnown).map(\.text)
        let findings = unusual.filter { !present.contains($0.attribute) }.map { use in
            let nearest = nearestName(to: use.attribute.text, among: known)
            return Finding(
                .unknownAttribute, use.attribute.text,
                "\(use.place) names \(use.attribute), which no object of the directory has. "
                    + (nearest.map { "Did you mean \"\($0)\"?" } ?? "Check how it is written."))
        }
        return Set(findings).sorted()
    }

    /// Whether a rule names an attribute that is not well-known, so that only a directory can tell whether it exists.
    public var hasUnusualAttributes: Bool { attributeUses.contains { !$0.attribute.isWellKnown } }

    /// Every attribute that a rule names, with the rule's place in the words of the configuration.
    private var attributeUses: [(place: String, attribute: AttributeName)] {
        var uses: [(place: String, attribute: AttributeName)] = []
        let lists = [("include", scope.include), ("exclude", scope.exclude), ("functional", functionalUsers)]
        for (list, rules) in lists {
            for (index, rule) in rules.enumerated() {
                let names = rule.conditions.flatMap(\.attributes)
                uses += names.map { ("Rule \(index + 1) of \(list) (\(rule))", $0) }
            }
        }
        for (field, names) in mapping.attributesByField { uses += names.map { ("The mapping of \(field)", $0) } }
        for (index, rule) in groups.enumerated() {
            for (field, names) in rule.mapping?.attributesByField ?? [] {
                uses += names.map { ("The mapping of \(field) in rule \(index + 1) of groups", $0) }
            }
        }
        for rail in rails { uses += rail.attributes.map { ("A safety rule", $0) } }
        return uses
    }
}

extension AccountMapping {
    /// The attributes of each field, by the field's key in a configuration; what the rest reads comes last.
    fileprivate var attributesByField: [(field: String, attributes: [AttributeName])] {
        var unit: [AttributeName] = []
        if case .text(let rule) = organizationalUnit { unit = rule.attributes }
        let fields: [(field: String, attributes: [AttributeName])] = [
            ("key", key.map { [$0] } ?? []), ("user-name", userName?.attributes ?? []),
            ("address", addresses.attributes), ("name", name?.attributes ?? []),
            ("given-name", givenName?.attributes ?? []), ("family-name", familyName?.attributes ?? []),
            ("mobile", mobile?.attributes ?? []), ("organizational-unit", unit),
            ("delegates", delegates.map { [$0] } ?? []), ("password-hash", passwordHash.map { [$0] } ?? []),
        ]
        let named = Set(fields.flatMap(\.attributes))
        return fields + [("the account", attributes.filter { !named.contains($0) })]
    }
}

extension DirectorySnapshot {
    /// The attributes that objects have values for: certainly all of `wanted` that there are, and where one of them is
    /// missing, every other one too.
    fileprivate func attributesWithValues(atLeast wanted: Set<AttributeName>) -> Set<AttributeName> {
        let isWanted = attributes.names.map(wanted.contains)
        var isSeen = isWanted.map { _ in false }
        var unseen = wanted.count
        func look(_ values: AttributeValues) {
            values.forEachValue { slot, _ in
                let index = Int(slot.rawValue)
                if index < isSeen.count, !isSeen[index] {
                    isSeen[index] = true
                    if isWanted[index] { unseen -= 1 }
                }
                return unseen > 0
            }
        }
        for user in users where unseen > 0 { look(user.attributes) }
        for group in groups where unseen > 0 { look(group.attributes) }
        for contact in contacts where unseen > 0 { look(contact.attributes) }
        return Set(zip(attributes.names, isSeen).filter(\.1).map(\.0))
    }
}
