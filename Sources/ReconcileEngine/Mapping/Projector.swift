internal import DirectoryModel

/// Scope and mapping rules, made ready for one snapshot: attribute names are slots, groups are positions.
///
/// It holds buffers that are used again for each user, so that a million users cost little more than their texts.
struct Projector {
    private let snapshot: DirectorySnapshot
    private let scope: CompiledScope
    private let systemObjects: SystemObjects
    private let mapping: AccountMapping
    private let domains: ClaimedDomains
    private var sources: MappedAttributes
    private var membership: Membership
    /// What rules ask for, in the order of their memberships' positions, and those positions.
    private let wanted: [MemberOf]
    private let positions: [MemberOf: Int]
    private let quotaByMembership: [Int: ByteCount]
    private var memberships: [Int] = []

    private(set) var findings: [Finding] = []

    init(rules: Reconciler, snapshot: DirectorySnapshot, groups: GroupResolution, at now: Timestamp?) {
        self.snapshot = snapshot
        scope = CompiledScope(rules.scope)
        systemObjects = SystemObjects(in: snapshot)
        mapping = rules.mapping
        domains = rules.domains
        sources = MappedAttributes(mapping, rules.activity, at: now, in: snapshot)
        var wanted: [MemberOf] = []
        var positions: [MemberOf: Int] = [:]
        var targets: [(group: Int, isNested: Bool)] = []
        for membership in rules.memberships where positions[membership] == nil {
            // A group that is not there has no members; that it is not there is the business of a rail.
            guard let group = groups.positions[membership.group] else { continue }
            positions[membership] = wanted.count
            wanted.append(membership)
            targets.append((group, membership.isNested))
        }
        self.wanted = wanted
        self.positions = positions
        var quotas: [Int: ByteCount] = [:]
        for rule in rules.quotas {
            guard let position = positions[rule.membership] else { continue }
            quotas[position] = max(rule.quota, quotas[position] ?? rule.quota)
        }
        quotaByMembership = quotas
        membership = Membership(of: targets, in: snapshot)
    }

    mutating func project(_ user: DirectoryUser) -> Projection {
        guard case .included(let reason) = verdict(on: user) else { return .outOfScope }
        let values = sources.values(of: user)
        guard let key = mapping.key == nil ? user.id : values.key.flatMap({ ObjectID(text: $0) }) else {
            let name = mapping.key?.text ?? ""
            find(.noAddress, user, "\(user.displayName) has no \(name), which the rules use as the key: no account.")
            return .blocked(key: nil, address: values.addresses.primary)
        }
        guard let (primary, aliases) = addresses(of: user, values) else { return .blocked(key: key, address: nil) }
        let quota = grantedQuota(of: user)
        let account = Account(
            key: key, address: primary, aliases: aliases, name: values.name, givenName: values.givenName,
            familyName: values.familyName, mobile: values.mobile, organizationalUnit: values.organizationalUnit,
            quota: quota?.amount, isActive: values.inactivity == nil)
        return .account(
            DesiredAccount(
                account: account, scope: reason, quota: quota?.reason, inactivity: values.inactivity))
    }

    // MARK: Scope and entitlements

    /// Whether a user is in scope; it also finds the memberships that entitlements go by.
    mutating func verdict(on user: DirectoryUser) -> ScopeVerdict {
        if let what = systemObjects.description(of: user) { return .notAPerson(what) }
        membership.collect(user, into: &memberships)
        return scope.verdict(
            on: Candidate(user: user, memberships: memberships, positions: positions, addresses: mapping.addresses))
    }

    private mutating func grantedQuota(of user: DirectoryUser) -> (amount: ByteCount, reason: Reason)? {
        var best: (amount: ByteCount, group: Int)?
        var granting = 0
        for group in memberships {
            guard let amount = quotaByMembership[group] else { continue }
            granting += 1
            if best.map({ amount > $0.amount }) ?? true { best = (amount, group) }
        }
        guard let best else { return nil }
        if granting > 1 {
            let names = memberships.filter { quotaByMembership[$0] != nil }.map { wanted[$0].group.text }.sorted()
            find(
                .entitlementConflict, user,
                "\(user.displayName) is in \(names.joined(separator: " and ")): the larger quota, \(best.amount), counts."
            )
        }
        return (best.amount, Reason(.memberOf, wanted[best.group].group.text))
    }

    // MARK: Addresses

    private mutating func addresses(
        of user: DirectoryUser, _ values: MappedAttributes.Values
    ) -> (primary: MailAddress, aliases: [MailAddress])? {
        let list = values.addresses
        for finding in list.findings {
            switch finding {
            case .noPrimary:
                find(.noAddress, user, "\(user.displayName) has no primary address: no account. (\(user.dn.text))")
            case .severalPrimaries(let addresses):
                let names = addresses.map(\.text).joined(separator: " and ")
                find(
                    .noAddress, user,
                    "\(user.displayName) has several primary addresses, \(names): no account until one is chosen. "
                        + "(\(user.dn.text))")
            case .malformed, .repeated: find(.malformedAddress, user, "\(user.displayName): \(finding)")
            }
        }
        guard let primary = list.primary else { return nil }
        guard domains.contains(primary) else {
            find(
                .foreignDomain, user,
                "\(user.displayName)'s primary address \(primary) is in no claimed domain: no account.")
            return nil
        }
        let foreign = list.aliases.filter { !domains.contains($0) }
        if foreign.isEmpty { return (primary, list.aliases) }
        let names = foreign.map(\.text).joined(separator: ", ")
        find(.foreignDomain, user, "\(primary) does not get \(names): the domain is not claimed.")
        return (primary, list.aliases.filter(domains.contains))
    }

    private mutating func find(_ code: Finding.Code, _ user: DirectoryUser, _ text: String) {
        findings.append(Finding(code, user.displayName, text))
    }
}
