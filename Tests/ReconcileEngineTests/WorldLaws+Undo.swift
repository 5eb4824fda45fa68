import DirectoryModel
import ReconcileEngine
import TestSupport

/// What undoes a run leads back to what was before it, and touches nothing that somebody has changed since.
extension WorldLaws {
    static let undoingLeadsBack = Law<World>("BE9: undoing a run leads back, but for what the plan says is lost") {
        world in
        let plan = world.plan()
        let run = world.run(of: plan.operations)
        let after = try ObservedState(accounts: world.accounts).applying(plan.operations)
        let undoing = world.undo(run, after)
        let back = try after.applying(undoing.operations)
        if let breach = world.difference(back, undoing) { return breach }
        // A second time there is nothing left to undo.
        let again = world.undo(run, back).operations
        return again.isEmpty ? nil : "undone twice: \(again.map { "\($0.kind) \($0.address)" })"
    }

    static let halfARunIsUndone = Law<World>("BE9: of a run that was killed what it did is undone") { world in
        let plan = world.plan()
        var random = SeededGenerator(seed: world.seed &+ 77)
        for _ in 0..<4 {
            let done = Int.random(in: 0...plan.operations.count, using: &random)
            // Of some nobody heard what became of them.
            let unheard = Int.random(in: 0...min(3, done), using: &random)
            let begun = min(plan.operations.count, done + 2)
            let after = try ObservedState(accounts: world.accounts).applying(Array(plan.operations.prefix(done)))
            let run = world.run(of: Array(plan.operations.prefix(begun)), heard: done - unheard)
            let undoing = world.undo(run, after)
            if let breach = world.difference(try after.applying(undoing.operations), undoing) {
                return "\(done) done, \(unheard) unheard: \(breach)"
            }
        }
        return nil
    }

    static let changesSinceAreKept = Law<World>("BE9: what somebody changed since a run is not undone") { world in
        let plan = world.plan()
        let run = world.run(of: plan.operations)
        let after = try ObservedState(accounts: world.accounts).applying(plan.operations)
        // Somebody has given everybody a name and a quota of their own.
        let changed = ObservedState(
            accounts: after.accounts.map { observed in
                var account = observed.account
                account.name = "Somebody Else"
                account.quota = .gigabytes(7)
                return ObservedAccount(id: observed.id, account: account)
            })
        let back = try changed.applying(world.undo(run, changed).operations)
        let made = Set(back.accounts.map(\.id)).subtracting(changed.accounts.map(\.id))
        for observed in back.accounts where !made.contains(observed.id) {
            if observed.account.name != "Somebody Else" || observed.account.quota != .gigabytes(7) {
                return "\(observed.account.address) lost what somebody had given it"
            }
        }
        let gone = Set(changed.accounts.map(\.id)).subtracting(back.accounts.map(\.id))
        return gone.isEmpty ? nil : "deleted although somebody had changed them: \(gone)"
    }
}

extension World {
    /// The journal of a run.
    ///
    /// - Parameter heard: of how many operations it is known what became of them; nil for all.
    fileprivate func run(of operations: [ReconcileEngine.Operation], heard: Int? = nil) -> PastRun {
        let past = operations.enumerated().map { index, operation in
            let isHeard = heard.map { index < $0 } ?? true
            return PastOperation(
                operation, on: isHeard && operation.id == nil ? AccountID("made-\(operation.address)") : operation.id)
        }
        return PastRun(number: 1, began: now, operations: past)
    }

    fileprivate func undo(_ run: PastRun, _ state: ObservedState) -> Plan {
        var rules = rules
        rules.switches = []
        return rules.plan(undoing: run, deletingMade: true, provider: state, remembering: memory)
    }

    /// What is not as it was, and the plan does not say so.
    fileprivate func difference(_ back: ObservedState, _ undoing: Plan) -> String? {
        let lost = Set(undoing.findings.filter { $0.code == .lostForGood }.map(\.subject))
        let other = undoing.findings.filter { ![.lostForGood, .wantedAgain].contains($0.code) }
        if !other.isEmpty { return "findings: \(other)" }
        if accounts.count != back.accounts.count { return "\(accounts.count) accounts became \(back.accounts.count)" }
        let byAddress = Dictionary(uniqueKeysWithValues: back.accounts.map { ($0.account.address, $0) })
        for observed in accounts {
            guard let now = byAddress[observed.account.address] else { return "\(observed.account.address) is missing" }
            var (old, new) = (observed.account, now.account)
            if lost.contains(old.address.text) {
                old.passwordHash = nil
                new.passwordHash = nil
            } else if now.id != observed.id {
                return "\(old.address) is another account, and the plan does not say so"
            }
            let missing = Set(old.delegates).subtracting(new.delegates)
            if !missing.isSubset(of: Set(accounts.map(\.account.address).filter { lost.contains($0.text) })) {
                return "\(old.address) lost the delegates \(missing)"
            }
            new.setDelegates(new.delegates + missing)
            new.attributes = new.attributes.filter { !$0.value.isEmpty }
            if new != old {
                return "\(old.address): \(old) became \(new)"
            }
        }
        return nil
    }
}
