internal import DirectoryModel

/// The plan that undoes a past run.
///
/// From the accounts as they should be again, it goes the way of any plan: addresses are settled, released before they
/// are claimed, and rails look at the result.
extension Planner {
    mutating func plan(undoing run: PastRun, deletingMade deletesMade: Bool) -> Plan {
        var index = AccountIndex(provider.accounts)
        let trails = AccountTrail.trails(of: run)
        var undoing = Undoing(run, self, deletesMade: deletesMade)
        undoing.take(trails, &index)
        findings += undoing.findings
        let deleted = Set(undoing.removals.filter { $0.operation.kind == .delete }.map(\.account))
        var claims = AddressClaims(undoing.pairs, capabilities: provider.capabilities)
        let settled = claims.settle(&index, deleted: deleted)
        findings += claims.findings

        let lists = DelegateRestoration(
            settled.pairs, &index, deleted: deleted, trails, passedOn: run.passedOn,
            isNeeded: !undoing.listed.isEmpty)
        var changes: [Int: DelegateRestoration.Change] = [:]
        var operations = OperationGraph()
        for removal in undoing.removals { operations.add(removal.operation, deleting: removal.account) }
        for (position, pair) in settled.pairs.enumerated() {
            operations.add(operation(for: pair), after: settled.waitsFor[position])
        }
        for (account, trail) in undoing.listed {
            let (possible, lost) = lists.change(of: account, trail)
            findings += lost
            guard let change = possible else { continue }
            guard let position = account else {
                guard let pair = lists.pair(ofNew: trail.address) else { continue }
                operations.add(
                    .change(
                        made: newAccount(settled.pairs[pair]), [change.change], because: [undoing.reason],
                        fields: heldFields(settled.pairs[pair].desired.account.kind)),
                    needing: change.waitsFor + [pair])
                continue
            }
            if undoing.suspensions.contains(where: { $0.account == position }) {
                // An operation that takes two steps at once needs no order between them.
                changes[position] = change
            } else {
                operations.add(
                    .change(
                        observed(position, after: settled.pairs, lists), [change.change], because: [undoing.reason],
                        fields: heldFields(provider.accounts[position].account.kind)),
                    needing: change.waitsFor + [lists.pair(of: position)].compactMap { $0 })
            }
        }
        for (position, proof) in undoing.suspensions {
            let change = changes[position]
            operations.add(
                .suspend(
                    observed(position, after: settled.pairs, lists), with: [change?.change].compactMap { $0 },
                    because: [undoing.reason], fields: heldFields(provider.accounts[position].account.kind),
                    proof: proof),
                needing: (change?.waitsFor ?? []) + [lists.pair(of: position)].compactMap { $0 })
        }
        dropUnsupported(&operations)
        findings += operations.orderByRelease { part(settled.pairs[$0]) }
        if !operations.ordered.isEmpty {
            findings.append(
                Finding(
                    .wantedAgain, "",
                    "The next plan calls for what is undone again, for as long as the directory and the rules do."))
        }
        return hold(operations, GroupResolution([], in: directory), undoing: run.number)
    }

    /// An account as it is once its fields are restored.
    private func observed(
        _ position: Int, after pairs: [Matcher.Pair], _ lists: DelegateRestoration
    ) -> ObservedAccount {
        let observed = provider.accounts[position]
        // Values come from the pair itself, so they are of their fields' types.
        guard let pair = lists.pair(of: position),
            let account = try? observed.account.applying(pairs[pair].changes)
        else { return observed }
        return ObservedAccount(id: observed.id, account: account)
    }
}
