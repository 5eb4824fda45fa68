internal import DirectoryModel

/// Attributes, memberships, and what the rules of scope say.
extension Explainer {
    /// The attributes that the rules read, each once.
    var attributes: [ReadAttribute.Question] {
        guard case .only(let names) = rules.readRequest.attributes else { return [] }
        var secret = AttributeName.secret
        for mapping in [rules.mapping] + groupProjector.mappings {
            if let name = mapping.passwordHash { secret.insert(name) }
        }
        var seen: Set<AttributeName> = []
        return names.filter { seen.insert($0).inserted }
            .map { ReadAttribute.Question(name: $0, isSecret: secret.contains($0)) }
    }

    /// How a user is a member of each group that the rules name.
    func memberships(of user: DirectoryUser) -> [ExplainedMembership] {
        var hierarchy = hierarchy
        var seen: Set<MemberOf> = []
        return rules.memberships.filter { seen.insert($0).inserted }.compactMap { wanted in
            guard let group = groups.positions[wanted.group] else { return nil }
            let closure = wanted.isNested ? hierarchy?.closure(of: group) ?? [group] : [group]
            var membership = Membership(of: closure.map { ($0, false) }, in: directory)
            var found: [Int] = []
            membership.collect(user, into: &found)
            func result(_ way: ExplainedMembership.Way, via: [String] = []) -> ExplainedMembership {
                ExplainedMembership(group: wanted.group, countsNested: wanted.isNested, way: way, via: via)
            }
            // The closure begins with the group itself.
            if found.isEmpty { return result(.none) }
            if found[0] != 0 {
                return result(.nested, via: found.map { directory.groups[closure[$0]].displayName }.sorted())
            }
            let primary = directory.schema.primaryGroup
            let isPrimary =
                primary.flatMap { $0.relativeID(of: directory.groups[group]) }.map {
                    $0 == primary.flatMap { user.attributes.first($0.userAttribute) }
                } ?? false
            return result(isPrimary ? .primary : .direct)
        }
    }

    /// What each rule says of a user.
    func outcomes(for candidate: Candidate) -> [RuleOutcome] {
        let lists: [(RuleOutcome.List, [ScopeRule])] = [
            (.include, rules.scope.include), (.exclude, rules.scope.exclude), (.functional, rules.functionalUsers),
        ]
        return lists.flatMap { list, rules in
            rules.enumerated().map { index, rule in
                let conditions = rule.conditions.map {
                    RuleOutcome.Condition(text: $0.description, holds: $0.holds(for: candidate))
                }
                return RuleOutcome(
                    list: list, number: index + 1, conditions: conditions, holds: conditions.allSatisfy(\.holds))
            }
        }
    }
}

extension ReadAttribute {
    /// An attribute to look up.
    struct Question {
        let name: AttributeName
        let isSecret: Bool

        func answer(of object: some DirectoryObject) -> ReadAttribute {
            let values = object.attributes[name]
            return ReadAttribute(
                name: name, values: isSecret ? [] : values, isSecret: isSecret && !object.attributes.bytes(name).isEmpty
            )
        }
    }
}
