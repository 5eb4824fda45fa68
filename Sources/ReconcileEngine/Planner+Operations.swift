internal import DirectoryModel

/// Operations made of pairs.
extension Planner {
    func operation(for pair: Matcher.Pair) -> Operation {
        guard let position = pair.account else {
            return .create(newAccount(pair), because: [pair.desired.scope] + reasonsOfEntitlements(pair))
        }
        let changes = pair.changes.map { change in
            pair.desired.entitlements[change.field].map {
                FieldChange(change.field, from: change.old, to: change.new, because: $0)
            } ?? change
        }
        return .change(
            provider.accounts[position], changes, isAdoption: pair.adoption != nil, because: reasons(of: pair, changes),
            fields: heldFields(provider.accounts[position].account.kind))
    }

    /// The account to make: with the fields that the rules manage and the provider can hold.
    func newAccount(_ pair: Matcher.Pair) -> Account {
        var account = pair.desired.account.keeping(
            only: heldFields(pair.desired.account.kind).intersection(pair.desired.fields))
        account.attributes = account.attributes.filter { !$0.value.isEmpty }
        if switches(for: account.kind).contains(.createAsDisabled) { account.isActive = false }
        return account
    }

    /// Delegates that an account gets or loses, after what else changes about it.
    func delegateOperation(_ change: DelegateSettlement.Change, _ pairs: [Matcher.Pair]) -> Operation {
        let observed = provider.accounts[change.account]
        // Values come from the pair itself, so they are of their fields' types.
        let account = (try? observed.account.applying(change.pair.map { pairs[$0].changes } ?? [])) ?? observed.account
        return .change(
            ObservedAccount(id: observed.id, account: account), [change.change], because: [Reason(.members)],
            fields: heldFields(account.kind))
    }

    /// Parts an operation that waits for itself by way of others.
    ///
    /// A change gives up first the addresses that the account is to lose, then does everything else; a primary address
    /// makes way for a parking address, for there must be one. An account is made first and gets its delegates then.
    func part(_ pair: Matcher.Pair) -> OperationGraph.Parts? {
        guard let position = pair.account else { return partOfNew(pair) }
        let observed = provider.accounts[position]
        let kept = Set(pair.desired.account.addresses).intersection(observed.account.addresses)
        var between = observed.account
        var primary = between.address
        if !kept.contains(primary) {
            let name = "parked-\(Fingerprint(of: observed.account))@\(primary.domain)"
            guard let parking = try? MailAddress(name) else { return nil }
            primary = parking
        }
        between.setAddresses(primary: primary, aliases: observed.account.aliases.filter(kept.contains))
        let held = heldFields(between.kind)
        let release = Difference.changes(from: observed.account, to: between, fields: held.comparable)
        let rest = Difference.changes(
            from: between, to: pair.desired.account,
            fields: heldFields(pair.desired.account.kind).comparable.intersection(pair.desired.fields))
        guard !release.isEmpty, !rest.isEmpty else { return nil }
        return (
            .change(observed, release, because: [Reason(.makesWay)], fields: held),
            .change(
                ObservedAccount(id: observed.id, account: between), rest, because: reasons(of: pair, rest),
                fields: held)
        )
    }

    private func partOfNew(_ pair: Matcher.Pair) -> OperationGraph.Parts? {
        var account = newAccount(pair)
        let delegates = account[.delegates]
        guard delegates != .unset else { return nil }
        account.setDelegates([])
        return (
            .create(account, because: [pair.desired.scope] + reasonsOfEntitlements(pair)),
            .change(
                made: account, [FieldChange(.delegates, from: .unset, to: delegates)], because: [Reason(.members)],
                fields: heldFields(account.kind))
        )
    }

    private func reasons(of pair: Matcher.Pair, _ changes: [FieldChange]) -> [Reason] {
        if pair.desired.scope.code == .undoes { return [pair.desired.scope] }
        var reasons: [Reason] = []
        if let adoption = pair.adoption { reasons.append(adoption) }
        if changes.contains(where: { $0.field == .active }) { reasons.append(Reason(.enabled)) }
        if changes.contains(where: { $0.field == .address }) { reasons.append(Reason(.readdressed)) }
        return reasons.isEmpty ? [Reason(.differs)] : reasons
    }

    private func reasonsOfEntitlements(_ pair: Matcher.Pair) -> [Reason] {
        var reasons: [Reason] = []
        for (_, reason) in pair.desired.entitlements.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where reason != pair.desired.scope && reason.code != .byDefault && !reasons.contains(reason) {
            reasons.append(reason)
        }
        return reasons
    }
}
