internal import DirectoryModel

/// Scope and mapping rules, made ready for one snapshot: attribute names are slots, groups are positions.
///
/// It holds buffers that are used again for each user, so that a million users cost little more than their texts.
struct Projector {
    private let scope: CompiledScope
    private let systemObjects: SystemObjects
    private let functional: CompiledScope?
    private let mapping: AccountMapping
    private let derivation: AddressDerivation
    private var sources: MappedAttributes
    private var membership: Membership
    /// The positions of what rules ask for; those of the groups that become accounts come after them.
    private let positions: [MemberOf: Int]
    private let entitlements: CompiledEntitlements
    private let fields: AccountFields
    /// What the user at hand is a member of, as positions in ascending order.
    private(set) var memberships: [Int] = []

    private var noted: [Finding] = []
    private let schemes: Set<PasswordScheme>
    /// How many people in scope have a password that is not forwarded, by the reason.
    private var withheld: [PasswordRefusal: Int] = [:]

    /// How many memberships the rules ask for: from there on, positions are those of ``GroupProjector``.
    let ruleMemberships: Int

    /// Makes the rules ready.
    ///
    /// - Parameters:
    ///   - accounts: the groups that become accounts, whose members are asked for too.
    ///   - schemes: the ways of hashing passwords that the provider takes.
    init(
        rules: Reconciler, snapshot: DirectorySnapshot, groups: GroupResolution, at now: Timestamp?,
        accounts: [(group: Int, isNested: Bool)] = [], schemes: Set<PasswordScheme> = Set(PasswordScheme.allCases)
    ) {
        self.schemes = schemes
        scope = CompiledScope(rules.scope)
        systemObjects = SystemObjects(in: snapshot)
        functional = rules.functionalUsers.isEmpty ? nil : CompiledScope(Scope(include: rules.functionalUsers))
        mapping = rules.mapping
        derivation = AddressDerivation(domains: rules.domains)
        sources = MappedAttributes(mapping, rules.activity, at: now, in: snapshot)
        var positions: [MemberOf: Int] = [:]
        var targets: [(group: Int, isNested: Bool)] = []
        for membership in rules.memberships where positions[membership] == nil {
            // A group that is not there has no members; that it is not there is the business of a rail.
            guard let group = groups.positions[membership.group] else { continue }
            positions[membership] = targets.count
            targets.append((group, membership.isNested))
        }
        self.positions = positions
        ruleMemberships = targets.count
        entitlements = CompiledEntitlements(
            rules.entitlements, choice: rules.entitlementChoice, positions: positions)
        membership = Membership(of: targets + accounts, in: snapshot)
        fields = rules.userFields
    }

    mutating func project(_ user: DirectoryUser) -> Projection {
        let candidate = candidate(user)
        guard case .included(let reason) = verdict(on: candidate) else { return .outOfScope }
        let values = sources.values(of: user)
        guard let key = mapping.key == nil ? user.id : values.key.flatMap({ ObjectID(text: $0) }) else {
            let name = mapping.key?.text ?? ""
            find(.noAddress, user, "\(user.displayName) has no \(name), which the rules use as the key: no account.")
            return .blocked(key: nil, address: values.addresses.primary)
        }
        guard let (primary, aliases) = derivation.addresses(of: user, values.addresses, into: &noted) else {
            return .blocked(key: key, address: nil)
        }
        var isFunctional = false
        if case .included = functional?.verdict(on: candidate) { isFunctional = true }
        // A mailbox that people share is disabled in the directory, because nobody signs in to it.
        let inactivity = isFunctional ? nil : values.inactivity
        var account = values.account(isFunctional ? .functional : .personal, key: key, primary, aliases, mapping)
        account.isActive = inactivity == nil
        switch PasswordHash.choose(from: values.passwords, takenBy: schemes) {
        case .success(let hash): account.passwordHash = hash
        case .failure(let refusal): withheld[refusal, default: 0] += 1
        case nil: break
        }
        let reasons = grant(&account, to: user)
        return .account(
            DesiredAccount(
                account: account, fields: fields, scope: reason, entitlements: reasons, inactivity: inactivity))
    }

    // MARK: Scope and entitlements

    /// Whether a user is in scope; it also finds what the user is a member of.
    mutating func verdict(on user: DirectoryUser) -> ScopeVerdict { verdict(on: candidate(user)) }

    private func verdict(on candidate: Candidate) -> ScopeVerdict {
        if let what = systemObjects.description(of: candidate.user) { return .notAPerson(what) }
        return scope.verdict(on: candidate)
    }

    /// What a contact is a member of.
    mutating func memberships(of contact: DirectoryContact) -> [Int] {
        membership.collect(contact, into: &memberships)
        return memberships
    }

    /// A user as conditions see it.
    mutating func candidate(_ user: DirectoryUser) -> Candidate {
        membership.collect(user, into: &memberships)
        return Candidate(user: user, memberships: memberships, positions: positions, addresses: mapping.addresses)
    }

    private mutating func grant(_ account: inout Account, to user: DirectoryUser) -> [AccountField: Reason] {
        var reasons: [AccountField: Reason] = [:]
        for granted in entitlements.granted(memberships) {
            // The configuration has checked that the value is of the field's type.
            try? account.set(granted.field, to: granted.value)
            reasons[granted.field] = granted.group.map { Reason(.memberOf, $0) } ?? Reason(.byDefault)
            if granted.conflict.isEmpty { continue }
            find(
                .entitlementConflict, user,
                "\(user.displayName) is in \(granted.conflict.joined(separator: " and ")): the \(granted.field) "
                    + "\(granted.value) of \(granted.group ?? "") counts.")
        }
        // What somebody had by a membership and has no more is to be cleared.
        for name in entitlements.attributes where account.attributes[name] == nil { account.attributes[name] = "" }
        return reasons
    }

    private mutating func find(_ code: Finding.Code, _ user: DirectoryUser, _ text: String) {
        noted.append(Finding(code, user.displayName, text))
    }

    /// What somebody should know about the users projected so far.
    var findings: [Finding] {
        noted
            + withheld.map { refusal, count in
                let people = count == 1 ? "1 person in scope has" : "\(count) people in scope have"
                return Finding(
                    .passwordLeftOut, "\(mapping.passwordHash?.text ?? "") \(refusal)",
                    "\(people) a password \(refusal). It is not forwarded, and an account that has one keeps it.")
            }
    }
}

extension MappedAttributes.Values {
    /// The account that these values make.
    func account(
        _ kind: AccountKind, key: ObjectID, _ primary: MailAddress, _ aliases: [MailAddress], _ mapping: AccountMapping
    ) -> Account {
        var unit = organizationalUnit
        if case .mailDomain(let units, let otherwise) = mapping.organizationalUnit {
            unit = units[primary.domain] ?? otherwise
        }
        return Account(
            kind: kind, key: key, userName: userName, address: primary, aliases: aliases, name: name,
            givenName: givenName, familyName: familyName, mobile: mobile, organizationalUnit: unit,
            requiresMFA: mapping.requiresMFA, attributes: attributes)
    }
}
