internal import DirectoryModel

/// One run of a ``Reconciler``: takes the states through scope, mapping, matching, difference and safety, in that order.
struct Planner {
    private let rules: Reconciler
    private let directory: DirectorySnapshot
    private let provider: ObservedState
    private let memory: Memory?
    private let now: Timestamp?
    /// The fields to compare and change.
    private let fields: AccountFields
    /// The fields that preconditions are made over: all that the provider can hold, because it checks them knowing no
    /// rules.
    private let heldFields: AccountFields

    private var findings: [Finding] = []
    private var usersInScope = 0

    init(
        rules: Reconciler, directory: DirectorySnapshot, provider: ObservedState, memory: Memory?, now: Timestamp?
    ) {
        self.memory = memory
        self.now = now
        self.rules = rules
        self.directory = directory
        self.provider = provider
        heldFields = provider.capabilities.fields
        fields = rules.fields.intersection(heldFields)
    }

    mutating func plan() -> Plan {
        let groups = rules.resolve(in: directory)
        var projector = Projector(rules: rules, snapshot: directory, groups: groups, at: now)
        let matcher = match(&projector)
        findings += projector.findings + matcher.findings

        let removals = self.removals(matcher, &projector)
        let deleted = Set(removals.filter { $0.operation.kind == .delete }.map(\.account))
        // A user who is disabled asks for no addresses; what becomes of the account is a removal.
        var claims = AddressClaims(matcher.pairs.filter { $0.desired.account.isActive }, fields: fields)
        var index = matcher.index
        let settled = claims.settle(&index, deleted: deleted)
        findings += claims.findings

        var operations = OperationGraph()
        for removal in removals { operations.add(removal.operation, deleting: removal.account) }
        for (pair, releases) in zip(settled.pairs, settled.waitsFor) {
            operations.add(operation(for: pair), after: releases)
        }
        dropUnsupported(&operations)
        findings += operations.orderByRelease { part(settled.pairs[$0]) }
        return hold(operations, groups)
    }

    // MARK: Matching

    private mutating func match(_ projector: inout Projector) -> Matcher {
        var matcher = Matcher(provider, fields: fields)
        for user in directory.users {
            switch projector.project(user) {
            case .outOfScope: continue
            case .blocked(let key, let address):
                usersInScope += 1
                matcher.leaveAlone(key: key, address: address)
            case .account(let desired):
                usersInScope += 1
                matcher.match(desired)
            }
        }
        matcher.finish()
        return matcher
    }

    // MARK: Removals

    private struct RemovalOfAccount {
        let operation: Operation
        let account: Int
    }

    /// What is to be suspended or deleted: nothing at all without the proof that the directory was read completely.
    private func removals(_ matcher: Matcher, _ projector: inout Projector) -> [RemovalOfAccount] {
        guard let proof = directory.completeness.proof else { return [] }
        var result: [RemovalOfAccount] = []
        func remove(_ position: Int, _ removal: Lifecycle.Removal, _ reason: Reason) {
            let observed = provider.accounts[position]
            switch removal {
            case .leave: return
            case .suspend:
                guard observed.account.isActive else { return }
                let operation = Operation.suspend(observed, because: reason, fields: heldFields, proof: proof)
                result.append(RemovalOfAccount(operation: operation, account: position))
            case .suspendThenDelete, .delete:
                let operation = Operation.delete(observed, because: reason, fields: heldFields, proof: proof)
                result.append(RemovalOfAccount(operation: operation, account: position))
            }
        }
        for pair in matcher.pairs where !pair.desired.account.isActive && !pair.isAdopted {
            if let position = pair.account {
                remove(position, rules.lifecycle.disabled, pair.desired.inactivity ?? Reason(.disabled))
            }
        }
        let unused = provider.accounts.indices.filter {
            !matcher.isAccountedFor[$0] && provider.accounts[$0].account.key != nil
        }
        let present = usersOutOfScope(among: unused)
        for position in unused {
            guard let key = provider.accounts[position].account.key else { continue }
            if let user = present[key] {
                remove(position, rules.lifecycle.outOfScope, reason(for: projector.verdict(on: directory.users[user])))
            } else {
                remove(position, rules.lifecycle.missing, Reason(.gone))
            }
        }
        return result
    }

    /// The users that the given accounts belong to and that still are in the directory, by their keys.
    private func usersOutOfScope(among accounts: [Int]) -> [ObjectID: Int] {
        let keys = Set(accounts.compactMap { provider.accounts[$0].account.key })
        if keys.isEmpty { return [:] }
        var present: [ObjectID: Int] = [:]
        for (position, user) in directory.users.enumerated() {
            let key = rules.mapping.key.map { user.attributes.first($0).flatMap { ObjectID(text: $0) } } ?? user.id
            if let key, keys.contains(key) { present[key] = position }
        }
        return present
    }

    private func reason(for verdict: ScopeVerdict) -> Reason {
        if case .excluded(let rule) = verdict { return Reason(.excluded, rule) }
        return Reason(.leftScope, rules.scope.description)
    }

    // MARK: Operations

    private func operation(for pair: Matcher.Pair) -> Operation {
        guard let position = pair.account else {
            return .create(
                pair.desired.account.keeping(only: fields), because: [pair.desired.scope] + reasons(ofQuota: pair))
        }
        let changes = pair.changes.map { change in
            change.field == .quota
                ? FieldChange(.quota, from: change.old, to: change.new, because: pair.desired.quota) : change
        }
        return .change(
            provider.accounts[position], changes, isAdoption: pair.isAdopted, because: reasons(of: pair, changes),
            fields: heldFields)
    }

    /// Parts a change: first the addresses that the account is to lose, then everything else.
    ///
    /// A primary address makes way for a parking address, for there must be one.
    private func part(_ pair: Matcher.Pair) -> OperationGraph.Parts? {
        guard let position = pair.account else { return nil }
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
        let release = Difference.changes(from: observed.account, to: between, fields: fields)
        let rest = Difference.changes(from: between, to: pair.desired.account, fields: fields)
        guard !release.isEmpty, !rest.isEmpty else { return nil }
        let makesWay = [Reason(.makesWay)]
        return (
            .change(observed, release, because: makesWay, fields: heldFields),
            .change(
                ObservedAccount(id: observed.id, account: between), rest, because: reasons(of: pair, rest),
                fields: heldFields)
        )
    }

    private func reasons(of pair: Matcher.Pair, _ changes: [FieldChange]) -> [Reason] {
        var reasons: [Reason] = []
        if pair.isAdopted { reasons.append(Reason(.adopted)) }
        if changes.contains(where: { $0.field == .active }) { reasons.append(Reason(.enabled)) }
        if changes.contains(where: { $0.field == .address }) { reasons.append(Reason(.readdressed)) }
        return reasons.isEmpty ? [Reason(.differs)] : reasons
    }

    private func reasons(ofQuota pair: Matcher.Pair) -> [Reason] {
        guard let reason = pair.desired.quota, reason != pair.desired.scope else { return [] }
        return [reason]
    }

    private mutating func dropUnsupported(_ operations: inout OperationGraph) {
        for kind in Operation.Kind.allCases where !provider.capabilities.operations.contains(kind) {
            let count = operations.remove(kind)
            if count > 0 {
                findings.append(
                    Finding(
                        .unsupported, kind.rawValue,
                        "\(provider.provider) cannot \(kind.rawValue) accounts: \(count) such operations are left out.")
                )
            }
        }
    }

    // MARK: Safety

    private func hold(_ operations: OperationGraph, _ groups: GroupResolution) -> Plan {
        let overview = Plan.Overview(
            directory: directory.source, directoryIncomplete: directory.completeness.reasons.map(\.description),
            users: directory.users.count, usersInScope: usersInScope, provider: provider.provider,
            providerIncomplete: provider.incomplete.map(\.description), accounts: provider.accounts.count,
            managedAccounts: provider.accounts.lazy.filter { $0.account.key != nil }.count)
        let draft = PlanDraft(
            overview: overview, directory: directory, provider: provider, memory: memory,
            operations: operations.ordered, unresolvedGroups: groups.problems, keyAttribute: rules.mapping.key)
        let forbidden = ForbiddenOperations(profile: rules.switches, provider: provider.capabilities.switches)
        let violations = ([forbidden] + rules.rails).flatMap { $0.violations(in: draft) }
        let (free, held) = operations.split(by: violations)
        return Plan(
            overview: overview, operations: free, held: held, pending: [], violations: violations,
            findings: Set(findings).sorted())
    }
}
