internal import DirectoryModel

/// One run of a ``Reconciler``: takes the states through scope, mapping, matching, difference and safety, in that order.
struct Planner {
    let rules: Reconciler
    let directory: DirectorySnapshot
    let provider: ObservedState
    let memory: Memory?
    let now: Timestamp?
    /// What the run may do: the profile's switches and the provider's.
    let switches: Switches
    var findings: [Finding] = []
    /// What is noted for ``Explainer``; nil where nobody asks.
    var trace: Trace?
    private var usersInScope = 0
    private var principals: [DelegateSettlement.Principal] = []
    /// The accounts of those who may be delegates.
    private var accountByKey: [ObjectID: Int] = [:]

    init(
        rules: Reconciler, directory: DirectorySnapshot, provider: ObservedState, memory: Memory?, now: Timestamp?
    ) {
        self.memory = memory
        self.now = now
        self.rules = rules
        self.directory = directory
        self.provider = provider
        switches = rules.switches.union(provider.capabilities.switches)
    }

    /// The fields that preconditions are made over: all that accounts of a kind can hold at the provider, because it
    /// checks them knowing no rules.
    func heldFields(_ kind: AccountKind) -> AccountFields { provider.capabilities.fields(for: kind) }

    /// Whether the provider has accounts of the kind.
    private func isHeld(_ desired: DesiredAccount) -> Bool {
        provider.capabilities.kinds.contains(desired.account.kind)
    }

    /// What the run may do with accounts of a kind.
    func switches(for kind: AccountKind) -> Switches {
        kind == .personal ? switches : switches.union(rules.groupSwitches)
    }

    mutating func plan() -> Plan {
        let groups = rules.resolve(in: directory)
        var groupProjector = GroupProjector(rules, snapshot: directory, groups: groups)
        var projector = Projector(
            rules: rules, snapshot: directory, groups: groups, at: now, accounts: groupProjector.targets,
            schemes: provider.capabilities.passwordSchemes)
        var delegations = Delegations(
            directory, groupProjector, delegates: rules.mapping.delegates, firstTarget: projector.ruleMemberships)
        let matcher = match(&projector, &groupProjector, &delegations)
        trace?.note(matcher)
        findings += projector.findings + groupProjector.findings + matcher.findings
        findings += rules.unknownAttributes(in: directory) + directory.partsElsewhere

        let removals = self.removals(matcher, &projector)
        findings += removals.findings
        let deleted = Set(removals.operations.filter { $0.operation.kind == .delete }.map(\.account))
        // A user who is disabled asks for no addresses; what becomes of the account is a removal.
        var claims = AddressClaims(
            matcher.pairs.filter(\.desired.isWanted), capabilities: provider.capabilities)
        var index = matcher.index
        let settled = claims.settle(&index, deleted: deleted)
        findings += claims.findings

        var settlement = DelegateSettlement(
            settled.pairs, accountByKey: accountByKey.merging(matcher.adopted) { bound, _ in bound },
            addresses: delegations.addresses, accounts: provider.accounts, deleted: deleted, memory: memory,
            proof: directory.completeness.proof)
        let changes = principals.compactMap { settlement.settle($0) }
        findings += settlement.findings
        trace?.pairs = settlement.pairs

        var operations = OperationGraph()
        for removal in removals.operations { operations.add(removal.operation, deleting: removal.account) }
        for (position, pair) in settlement.pairs.enumerated() {
            operations.add(
                operation(for: pair), after: settled.waitsFor[position],
                needing: pair.account == nil ? settlement.waitsOfNewAccount(position) : [])
        }
        for change in changes {
            operations.add(
                delegateOperation(change, settlement.pairs), needing: change.waitsFor + [change.pair].compactMap { $0 })
        }
        dropUnsupported(&operations)
        findings += operations.orderByRelease { part(settlement.pairs[$0]) }
        return hold(operations, groups, pending: removals.pending, recognized: matcher.recognized)
    }

    // MARK: Matching

    private mutating func match(
        _ projector: inout Projector, _ groups: inout GroupProjector, _ delegations: inout Delegations
    ) -> Matcher {
        var matcher = Matcher(
            provider,
            rules: Matcher.Rules(
                capabilities: provider.capabilities, matching: rules.matching,
                keepsSuspended: Set(AccountKind.allCases.filter { switches(for: $0).contains(.createAsDisabled) }),
                converts: rules.convertsKinds),
            memory: memory)
        let hasDelegates = heldFields(.personal).contains(.delegates)
        let groupsHaveMembers = heldFields(.group).contains(.delegates)
        let asksForDelegates = (hasDelegates || groupsHaveMembers) && delegations.isNeeded
        for user in directory.users {
            let projection = projector.project(user)
            if asksForDelegates {
                delegations.note(user, projection, memberships: projector.memberships)
            }
            switch projection {
            case .outOfScope: continue
            case .blocked(let key, let address):
                usersInScope += 1
                matcher.leaveAlone(key: key, address: address)
            case .account(let desired):
                usersInScope += 1
                let position = matcher.match(desired)
                trace?.note(user.id, desired, position)
                if let key = desired.account.key, delegations.addresses[key] != nil { accountByKey[key] = position }
                guard hasDelegates, rules.mapping.delegates != nil, desired.isWanted, isHeld(desired) else { continue }
                let has = position.map { !provider.accounts[$0].account.delegates.isEmpty } ?? false
                if has || delegations.names(user) { named.append((user.id, desired, position)) }
            }
        }
        if asksForDelegates {
            for contact in directory.contacts {
                delegations.note(contact, memberships: projector.memberships(of: contact))
            }
        }
        delegations.finish()
        for (user, desired, position) in named {
            addPrincipal(desired, position, delegations.delegates(of: user), .own, isPartial: false)
        }
        named = []
        for (index, account) in groups.accounts().enumerated() {
            guard let account else {
                matcher.leaveAlone(key: directory.groups[groups.selected[index].group].id, address: nil)
                continue
            }
            let position = matcher.match(account)
            let group = directory.groups[groups.selected[index].group]
            trace?.note(group.id, account, position)
            if groupsHaveMembers, isHeld(account) {
                addPrincipal(
                    account, position, delegations.members[index], rules.groups[groups.selected[index].rule].ownership,
                    isPartial: directory.partialGroups.contains(group.id))
            }
        }
        matcher.finish()
        return matcher
    }

    /// The users who name delegates, or whose account has some, until all users have been seen.
    private var named: [(user: ObjectID, desired: DesiredAccount, account: Int?)] = []

    private mutating func addPrincipal(
        _ desired: DesiredAccount, _ account: Int?, _ people: [Delegations.Person], _ ownership: GroupRule.Ownership,
        isPartial: Bool
    ) {
        guard let key = desired.account.key else { return }
        principals.append(
            DelegateSettlement.Principal(
                key: key, name: desired.owner, account: account, people: people, ownership: ownership,
                isPartial: isPartial))
    }

    // MARK: Safety

    mutating func dropUnsupported(_ operations: inout OperationGraph) {
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

    func hold(
        _ operations: OperationGraph, _ groups: GroupResolution, pending: [PendingDeletion] = [],
        recognized: [RecognizedLink] = [], undoing run: Int64? = nil
    ) -> Plan {
        let overview = Plan.Overview(
            directory: directory.source, directoryIncomplete: directory.completeness.reasons.map(\.description),
            users: directory.users.count, usersInScope: usersInScope, provider: provider.provider,
            providerIncomplete: provider.incomplete.map(\.description), accounts: provider.accounts.count,
            managedAccounts: provider.accounts.lazy.filter { $0.account.key != nil }.count, undoneRun: run)
        let draft = PlanDraft(
            overview: overview, directory: directory, provider: provider, memory: memory,
            operations: operations.ordered, unresolvedGroups: groups.problems, keyAttribute: rules.mapping.key)
        let forbidden = ForbiddenOperations(
            profile: rules.switches, groups: rules.groupSwitches, provider: provider.capabilities.switches)
        let violations = ([forbidden] + rules.rails).flatMap { $0.violations(in: draft) }
        let (free, held) = operations.split(by: violations)
        return Plan(
            overview: overview, operations: free, held: held, pending: pending, recognized: recognized,
            violations: violations, findings: Set(findings).sorted())
    }
}
