public import DirectoryModel

/// The rules by which accounts follow a directory, and the function that turns two states into a plan.
///
/// ```swift
/// let reconciler = Reconciler(
///     scope: .members(of: "Sooma_5GB", "Sooma_50GB"),
///     quotas: [QuotaRule(.gigabytes(5), group: "Sooma_5GB"), QuotaRule(.gigabytes(50), group: "Sooma_50GB")])
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
    /// What the membership of groups grants.
    ///
    /// Where the list is empty, quotas are not managed.
    public var quotas: [QuotaRule]
    /// The mail domains that accounts may have addresses in.
    public var domains: ClaimedDomains
    /// What becomes of accounts whose person should not have one any more.
    public var lifecycle: Lifecycle
    /// What a run may do at all.
    public var switches: Switches
    /// The safety rules.
    public var rails: [any Rail]

    /// Makes a reconciler.
    public init(
        scope: Scope = .everyone, mapping: AccountMapping = .standard(for: .activeDirectory),
        activity: Activity = Activity(), quotas: [QuotaRule] = [],
        domains: ClaimedDomains = ClaimedDomains(), lifecycle: Lifecycle = .suspendMissing,
        switches: Switches = [], rails: [any Rail] = .standard
    ) {
        self.scope = scope
        self.mapping = mapping
        self.activity = activity
        self.quotas = quotas
        self.domains = domains
        self.lifecycle = lifecycle
        self.switches = switches
        self.rails = rails
    }

    /// What a source has to bring for these rules.
    public var readRequest: ReadRequest {
        ReadRequest(
            attributes: .only(
                mapping.attributes + activity.attributes + scope.attributes + rails.flatMap(\.attributes)
                    + ["displayName"]),
            kinds: memberships.isEmpty ? [.user] : [.user, .group])
    }

    /// The fields that the rules set: all others the provider keeps as they are.
    public var fields: AccountFields {
        var fields = mapping.fields
        if !quotas.isEmpty { fields.insert(.quota) }
        return fields
    }

    /// The accounts that a directory calls for, before any is compared with what a provider has.
    ///
    /// - Parameter now: the time that dates in the directory are held against; nil leaves them out of account.
    public func desiredState(directory: DirectorySnapshot, at now: Timestamp? = nil) -> DesiredState {
        var projector = Projector(rules: self, snapshot: directory, groups: resolve(in: directory), at: now)
        var accounts: [DesiredAccount] = []
        for user in directory.users {
            if case .account(let desired) = projector.project(user) { accounts.append(desired) }
        }
        return DesiredState(accounts: accounts, findings: projector.findings.sorted())
    }

    /// For each user of a directory, in its order, whether it is in scope and which rule decided it.
    public func verdicts(directory: DirectorySnapshot, at now: Timestamp? = nil) -> [ScopeVerdict] {
        var projector = Projector(rules: self, snapshot: directory, groups: resolve(in: directory), at: now)
        return directory.users.map { projector.verdict(on: $0) }
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

    func resolve(in directory: DirectorySnapshot) -> GroupResolution {
        GroupResolution(memberships.map(\.group), in: directory)
    }

    /// The memberships that any rule asks for.
    var memberships: [MemberOf] { scope.memberships + quotas.map(\.membership) + rails.flatMap(\.groups) }
}
