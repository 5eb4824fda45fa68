internal import DirectoryModel

/// What becomes of accounts that nobody should have: nothing at all without the proof that the directory was read
/// completely.
extension Planner {
    struct RemovalOfAccount {
        let operation: Operation
        let account: Int
    }

    /// What is to be suspended and deleted now, and what will be deleted one day.
    struct Removals {
        var operations: [RemovalOfAccount] = []
        var pending: [PendingDeletion] = []
        var findings: [Finding] = []
    }

    mutating func removals(_ matcher: Matcher, _ projector: inout Projector) -> Removals {
        guard let proof = directory.completeness.proof else { return Removals() }
        var removals = Removals()
        for pair in matcher.pairs {
            guard let position = pair.account, let inactivity = pair.desired.inactivity else { continue }
            trace?.note(position, rules.lifecycle.disabled, inactivity)
            remove(position, rules.lifecycle.disabled, inactivity, proof, into: &removals)
        }
        let unused = provider.accounts.indices.filter { !matcher.isAccountedFor[$0] }
        if !unused.isEmpty { removeUnused(unused, &projector, proof, into: &removals) }
        removals.pending.sort { ($0.due, $0.address, $0.id) < ($1.due, $1.address, $1.id) }
        return removals
    }

    private mutating func removeUnused(
        _ unused: [Int], _ projector: inout Projector, _ proof: CompletenessProof, into removals: inout Removals
    ) {
        let linked = memory.map {
            Dictionary($0.links.map { ($1, $0) }, uniquingKeysWith: { $0.text < $1.text ? $0 : $1 })
        }
        let present = objects(keyed: unused, linked)
        var foreign: [MailAddress] = []
        for position in unused {
            let observed = provider.accounts[position]
            let isOwned = linked.map { $0[observed.id] != nil } ?? (observed.account.key != nil)
            guard isOwned || isManaged(observed.account) else {
                trace?.noteUnmanaged(position)
                if observed.account.key != nil { foreign.append(observed.account.address) }
                continue
            }
            let key = observed.account.key ?? linked?[observed.id]
            let (removal, reason) = fate(
                of: observed.account, key.flatMap { present[$0] }, isBound: key != nil, &projector)
            trace?.note(position, removal, reason)
            remove(position, removal, reason, proof, into: &removals)
        }
        guard let first = foreign.min() else { return }
        findings.append(
            Finding(
                .foreignAccount, first.text,
                "\(foreign.count) accounts, such as \(first), are bound to directory objects, but this profile neither "
                    + "made nor adopted them: they are left alone."))
    }

    /// Whether an account that this profile neither made nor adopted is its business all the same.
    private func isManaged(_ account: Account) -> Bool {
        switch rules.management {
        case .owned: false
        case .domains: rules.domains.domains.contains(account.address.domain)
        case .everything: true
        }
    }

    /// An object of the directory that an unused account belongs to.
    private enum Owner {
        case user(Int)
        case group
    }

    /// The objects that the given accounts belong to and that still are in the directory, by their keys.
    private func objects(keyed accounts: [Int], _ linked: [AccountID: ObjectID]?) -> [ObjectID: Owner] {
        var keys = Set(accounts.compactMap { provider.accounts[$0].account.key })
        if let linked { keys.formUnion(accounts.compactMap { linked[provider.accounts[$0].id] }) }
        if keys.isEmpty { return [:] }
        var present: [ObjectID: Owner] = [:]
        for group in directory.groups where keys.contains(group.id) { present[group.id] = .group }
        for (position, user) in directory.users.enumerated() {
            let key = rules.mapping.key.map { user.attributes.first($0).flatMap { ObjectID(text: $0) } } ?? user.id
            if let key, keys.contains(key) { present[key] = .user(position) }
        }
        return present
    }

    /// What is to become of an account, and why.
    private func fate(
        of account: Account, _ owner: Owner?, isBound: Bool, _ projector: inout Projector
    ) -> (Lifecycle.Removal, Reason) {
        guard account.kind == .personal || rules.groups.isEmpty && isBound && isUser(owner) else {
            let rule = rules.groups.first { $0.kind == account.kind }
            guard let rule else { return (.leave, Reason(.gone)) }
            let reason = owner == nil ? Reason(.gone) : Reason(.leftScope, rule.description)
            return (rule.missing, reason)
        }
        switch owner {
        case .user(let position):
            let verdict = projector.verdict(on: directory.users[position])
            return (rules.lifecycle.outOfScope, reason(for: verdict))
        case .group: return (rules.lifecycle.outOfScope, Reason(.leftScope, rules.scope.description))
        case nil: return (rules.lifecycle.missing, isBound ? Reason(.gone) : Reason(.unowned))
        }
    }

    private func isUser(_ owner: Owner?) -> Bool { if case .user = owner { true } else { false } }

    private func reason(for verdict: ScopeVerdict) -> Reason {
        switch verdict {
        case .excluded(let rule): Reason(.excluded, rule)
        case .notAPerson(let what): Reason(.notAPerson, what)
        case .included, .unmatched: Reason(.leftScope, rules.scope.description)
        }
    }

    // MARK: One account

    static func cannotSuspend(_ account: Account) -> Finding {
        Finding(
            .unsupported, account.address.text,
            "\(account.address) should be suspended, which the provider cannot do with \(account.kind.rawValue) accounts: "
                + "it is left as it is.")
    }

    private func remove(
        _ position: Int, _ removal: Lifecycle.Removal, _ reason: Reason, _ proof: CompletenessProof,
        into removals: inout Removals
    ) {
        let observed = provider.accounts[position]
        let switches = switches(for: observed.account.kind)
        func suspend() {
            guard observed.account.isActive else { return }
            guard heldFields(observed.account.kind).contains(.active) else {
                removals.findings.append(Self.cannotSuspend(observed.account))
                return
            }
            let operation = Operation.suspend(
                observed, because: [reason], fields: heldFields(observed.account.kind), proof: proof)
            removals.operations.append(RemovalOfAccount(operation: operation, account: position))
        }
        func delete(_ reasons: [Reason]) {
            let operation = Operation.delete(
                observed, because: reasons, fields: heldFields(observed.account.kind), proof: proof)
            removals.operations.append(RemovalOfAccount(operation: operation, account: position))
        }
        switch removal {
        case .leave: return
        case .suspend: suspend()
        case .delete where switches.contains(.deleteDisables): suspend()
        case .delete: delete([reason])
        case .suspendThenDelete where switches.contains(.deleteDisables): suspend()
        case .suspendThenDelete(let days):
            guard let now else { return suspend() }
            // An account that somebody has activated by hand begins anew.
            let since = observed.account.isActive ? now : memory?.suspensions[observed.id] ?? now
            let due = since.adding(days: days)
            if !observed.account.isActive, due <= now {
                return delete([reason, Reason(.suspendedSince, since.dateText)])
            }
            suspend()
            removals.pending.append(
                PendingDeletion(
                    id: observed.id, address: observed.account.address, since: since, due: due, reason: reason))
        }
    }
}

extension Timestamp {
    /// The day as `2026-11-21`.
    fileprivate var dateText: String { String(description.prefix(10)) }
}
