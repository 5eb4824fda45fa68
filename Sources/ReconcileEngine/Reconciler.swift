public import DirectoryModel

/// The rules by which accounts follow a directory, and the function that turns two states into a plan.
///
/// ```swift
/// let reconciler = Reconciler(
///     scope: .members(of: "Sooma_5GB", "Sooma_50GB"),
///     entitlements: [.quota(.gigabytes(5), group: "Sooma_5GB"), .quota(.gigabytes(50), group: "Sooma_50GB")])
/// let plan = reconciler.plan(directory: snapshot, provider: observed)
/// ```
///
/// It is pure: no input or output, no clock, nothing remembered. The same inputs give the same plan, in whatever order
/// their users, groups and accounts come.
public struct Reconciler: Sendable {
    /// Which users should have an account.
    public var scope: Scope
    /// How an account's fields come from a user's attributes.
    public var mapping: AccountMapping
    /// Who counts as disabled.
    public var activity: Activity
    /// How the account is found that belongs to a user or group.
    public var matching: Matching
    /// What the membership of groups grants.
    ///
    /// A field that no entitlement speaks of, and no mapping either, is not managed.
    public var entitlements: [Entitlement]
    /// Which of several entitlements counts.
    public var entitlementChoice: EntitlementChoice
    /// Which groups become accounts of their own; the first rule that selects a group decides.
    public var groups: [GroupRule]
    /// Users in scope that become functional accounts instead of personal ones: mailboxes that people share.
    public var functionalUsers: [ScopeRule]
    /// Whether an account that is of another kind than it should be is turned into one of that kind.
    ///
    /// Otherwise it is left alone, and a finding tells of it.
    public var convertsKinds: Bool
    /// The mail domains that accounts may have addresses in.
    public var domains: ClaimedDomains
    /// What becomes of accounts whose person should not have one any more.
    public var lifecycle: Lifecycle
    /// Which accounts may be taken away at all.
    public var management: Management
    /// What a run may do at all.
    public var switches: Switches
    /// What a run may not do, besides, with functional accounts and groups.
    public var groupSwitches: Switches
    /// The safety rules.
    public var rails: [any Rail]

    /// Makes a reconciler.
    public init(
        scope: Scope = .everyone, mapping: AccountMapping = .standard(for: .activeDirectory),
        activity: Activity = Activity(), matching: Matching = Matching(), entitlements: [Entitlement] = [],
        entitlementChoice: EntitlementChoice = .largest, groups: [GroupRule] = [], functionalUsers: [ScopeRule] = [],
        convertsKinds: Bool = false,
        domains: ClaimedDomains = ClaimedDomains(), lifecycle: Lifecycle = .suspendMissing,
        management: Management = .owned, switches: Switches = [], groupSwitches: Switches = [],
        rails: [any Rail] = .standard
    ) {
        self.scope = scope
        self.mapping = mapping
        self.activity = activity
        self.matching = matching
        self.entitlements = entitlements
        self.entitlementChoice = entitlementChoice
        self.groups = groups
        self.functionalUsers = functionalUsers
        self.convertsKinds = convertsKinds
        self.domains = domains
        self.lifecycle = lifecycle
        self.management = management
        self.switches = switches
        self.groupSwitches = groupSwitches
        self.rails = rails
    }

    /// What a source has to bring for these rules.
    public var readRequest: ReadRequest {
        var attributes = mapping.attributes + activity.attributes + scope.attributes + SystemObjects.attributes
        attributes.append("displayName")
        attributes += Scope(include: functionalUsers).attributes + rails.flatMap(\.attributes)
        for rule in groups { attributes += rule.mapping?.attributes ?? [] }
        // Who is in a group besides users is told by its list of members alone.
        if !groups.isEmpty { attributes += ["groupType", "mail", "proxyAddresses", "member"] }
        let needsGroups = !memberships.isEmpty || !groups.isEmpty
        return ReadRequest(
            attributes: .only(attributes),
            kinds: groups.isEmpty ? (needsGroups ? [.user, .group] : [.user]) : [.user, .group, .contact])
    }

    /// The fields that the rules set for users: all others the provider keeps as they are.
    public var userFields: AccountFields {
        var fields = mapping.fields
        for entitlement in entitlements { fields.insert(entitlement.field) }
        return fields
    }

    /// The accounts that a directory calls for, before any is compared with what a provider has.
    ///
    /// Delegates are not in them: whom an account can name is known only when it is known which accounts there will be.
    ///
    /// - Parameter now: the time that dates in the directory are held against; nil leaves them out of account.
    public func desiredState(directory: DirectorySnapshot, at now: Timestamp? = nil) -> DesiredState {
        let resolution = resolve(in: directory)
        var projector = Projector(rules: self, snapshot: directory, groups: resolution, at: now)
        var groupProjector = GroupProjector(self, snapshot: directory, groups: resolution)
        var accounts: [DesiredAccount] = []
        for user in directory.users {
            if case .account(let desired) = projector.project(user) { accounts.append(desired) }
        }
        accounts += groupProjector.accounts().compactMap { $0 }
        return DesiredState(accounts: accounts, findings: (projector.findings + groupProjector.findings).sorted())
    }

    /// What to do so that the provider has what the directory calls for.
    ///
    /// - Parameters:
    ///   - memory: what earlier runs left behind; nil where nothing is remembered between runs.
    ///   - now: the time that dates in the directory are held against; nil leaves them out of account, and deletes
    ///     nothing by the clock.
    public func plan(
        directory: DirectorySnapshot, provider: ObservedState, remembering memory: Memory? = nil,
        at now: Timestamp? = nil
    ) -> Plan {
        var planner = Planner(rules: self, directory: directory, provider: provider, memory: memory, now: now)
        return planner.plan()
    }

    /// What to do so that the provider has again what it had before a past run, as far as nobody has changed it since.
    ///
    /// No directory is asked, and the rails that judge one have nothing to say; limits, protected accounts and switches
    /// count as in any plan.
    ///
    /// - Parameters:
    ///   - deletesMade: whether accounts that the run made are deleted; otherwise they are suspended.
    ///   - memory: what earlier runs left behind; nil where nothing is remembered between runs.
    public func plan(
        undoing run: PastRun, deletingMade deletesMade: Bool = false, provider: ObservedState,
        remembering memory: Memory? = nil
    ) -> Plan {
        var planner = Planner(
            rules: self, directory: DirectorySnapshot(source: run.description, users: []), provider: provider,
            memory: memory, now: nil)
        return planner.plan(undoing: run, deletingMade: deletesMade)
    }

    func resolve(in directory: DirectorySnapshot) -> GroupResolution {
        GroupResolution(memberships.map(\.group) + groups.flatMap(\.selectors), in: directory)
    }

    /// The memberships that any rule asks for.
    var memberships: [MemberOf] {
        scope.memberships + Scope(include: functionalUsers).memberships + entitlements.compactMap(\.membership)
            + rails.flatMap(\.groups)
    }
}
