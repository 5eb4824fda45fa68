internal import DirectoryModel

extension Explainer {
    /// Every step that leads to what the plan has for an object, or for an account that belongs to none; nil where there
    /// is no such one.
    public func explanation(of subject: ExplainedSubject) -> Explanation? {
        switch subject {
        case .account(let id):
            guard let position = position(of: id), owners[position] == nil else { return nil }
            return explanation(of: subject, Derivation(), accounts: [position])
        case .object(let id):
            guard let place = place(of: id) else { return nil }
            let accounts = owners.indices.filter { owners[$0] == id }
            switch place {
            case .user(let position):
                return explanation(of: subject, derive(directory.users[position]), accounts: accounts)
            case .group(let position): return explanation(of: subject, derive(group: position), accounts: accounts)
            case .contact(let position):
                let contact = directory.contacts[position]
                let derivation = Derivation(contact, .contact, reading: attributes, .contact)
                return explanation(of: subject, derivation, accounts: accounts)
            }
        }
    }

    /// What comes from the directory.
    struct Derivation {
        var object: ExplainedObject?
        var attributes: [ReadAttribute] = []
        var memberships: [ExplainedMembership] = []
        var rules: [RuleOutcome] = []
        var verdict: ScopeVerdict?
        var desired: DesiredAccount?
        var fields: [MappedField] = []

        init() {}

        init(
            _ object: some DirectoryObject, _ kind: ObjectKind, reading attributes: [ReadAttribute.Question],
            _ verdict: ScopeVerdict
        ) {
            self.object = ExplainedObject(id: object.id, dn: object.dn, kind: kind, name: object.displayName)
            self.attributes = attributes.map { $0.answer(of: object) }
            self.verdict = verdict
        }
    }

    private func derive(_ user: DirectoryUser) -> Derivation {
        var projector = Projector(rules: rules, snapshot: directory, groups: groups, at: now)
        var derivation = Derivation(user, .user, reading: attributes, projector.verdict(on: user))
        derivation.memberships = memberships(of: user)
        derivation.rules = outcomes(for: projector.candidate(user))
        if case .account(let desired) = projector.project(user) {
            derivation.desired = desired
            derivation.fields = fields(of: desired, by: rules.mapping)
        }
        return derivation
    }

    private func derive(group position: Int) -> Derivation {
        let group = directory.groups[position]
        var derivation = Derivation(group, .group, reading: attributes, groupProjector.verdicts()[position])
        var projector = groupProjector
        guard let index = projector.selected.firstIndex(where: { $0.group == position }),
            let desired = projector.accounts()[index]
        else { return derivation }
        derivation.desired = desired
        derivation.fields = fields(of: desired, by: projector.mappings[projector.selected[index].rule])
        return derivation
    }

    private func explanation(
        of subject: ExplainedSubject, _ derivation: Derivation, accounts: [Int]
    ) -> Explanation {
        let key = derivation.desired?.account.key
        let pair = key.flatMap { key in trace.pairs.first { $0.desired.account.key == key } }
        let match = derivation.desired.flatMap { self.match(of: $0) }
        let ids = Set(accounts.map { provider.accounts[$0].id })
        return Explanation(
            object: derivation.object, attributes: derivation.attributes, memberships: derivation.memberships,
            rules: derivation.rules, verdict: derivation.verdict, inactivity: derivation.desired?.inactivity,
            fields: derivation.fields, match: match, differences: pair?.changes ?? [],
            accounts: accounts.map(explain).sorted { $0.id < $1.id },
            operations: plan.allOperations.filter { self.subject(of: $0.operation) == subject },
            pending: plan.pending.filter { ids.contains($0.id) },
            findings: findings(about: derivation, accounts.map { provider.accounts[$0].id } + (match?.accounts ?? [])),
            directoryIncomplete: plan.overview.directoryIncomplete)
    }

    private func explain(_ position: Int) -> ExplainedAccount {
        ExplainedAccount(
            id: provider.accounts[position].id, account: provider.accounts[position].account,
            removal: trace.removals[position].map { ExplainedAccount.Removal(removal: $0.removal, reason: $0.reason) },
            isUnmanaged: trace.unmanaged.contains(position))
    }

    // MARK: Match

    private func match(of desired: DesiredAccount) -> ExplainedMatch? {
        guard let key = desired.account.key else { return nil }
        func result(
            _ outcome: ExplainedMatch.Outcome, _ accounts: [Int], by steps: [Matching.Step] = []
        ) -> ExplainedMatch {
            ExplainedMatch(outcome: outcome, steps: steps, accounts: accounts.map { provider.accounts[$0].id }.sorted())
        }
        let found = trace.candidates[key]
        let steps = [found.flatMap { Matching.Step($0.by) }].compactMap { $0 }
        // As in matching, an old link to an account that says it belongs to somebody else is none.
        let goesByKey = rules.matching.steps.contains(.externalID)
        let bound = provider.accounts.indices.filter { position in
            let observed = provider.accounts[position]
            if goesByKey, let other = observed.account.key { return other == key }
            return links[key] == observed.id
        }
        let unclear = bound.filter(trace.unclear.contains)
        if !unclear.isEmpty || trace.repeatedKeys.contains(key) { return result(.unclear, unclear) }
        guard let position = trace.accounts[key] else {
            return found.map { result(.unclear, $0.accounts, by: steps) } ?? result(.notFound, [])
        }
        if found != nil { return result(.adopted, [position], by: steps) }
        let observed = provider.accounts[position]
        let bindings = rules.matching.steps.filter {
            $0 == .link && links[key] == observed.id || $0 == .externalID && observed.account.key == key
        }
        return result(.bound, [position], by: bindings)
    }

    // MARK: Findings

    /// The findings that name the object, an address that it has or should have, or one of some accounts.
    private func findings(about derivation: Derivation, _ accounts: [AccountID]) -> [Finding] {
        var names = Set([derivation.object?.name, derivation.desired?.owner].compactMap { $0 })
        for address in derivation.desired?.account.addresses ?? [] { names.insert(address.text) }
        for position in accounts.compactMap(position) {
            for address in provider.accounts[position].account.addresses { names.insert(address.text) }
        }
        return plan.findings.filter { names.contains($0.subject) }
    }
}
