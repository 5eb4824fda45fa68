internal import DirectoryModel

/// Settles the delegates of accounts, once it is known which accounts there will be and under which addresses.
struct DelegateSettlement {
    /// An account that is to have delegates, or has some.
    struct Principal {
        /// The directory object it belongs to, and its name for people.
        let key: ObjectID
        let name: String
        /// The account's position; nil where it is to be made.
        let account: Int?
        /// Who is to be a delegate.
        let people: [Delegations.Person]
        let ownership: GroupRule.Ownership
        /// Whether the list of members was read only in part, so that nobody can be called gone from it.
        let isPartial: Bool
    }

    /// Delegates that an existing account gets or loses: an operation of its own, which nothing waits for.
    struct Change {
        let account: Int
        /// The account's other change, as a position of the pairs.
        let pair: Int?
        let change: FieldChange
        /// The pairs that make or rename a delegate's account.
        let waitsFor: [Int]
    }

    private(set) var pairs: [Matcher.Pair]
    private(set) var findings: [Finding] = []
    private let accounts: [ObservedAccount]
    private let addresses: [ObjectID: MailAddress]
    private let accountByKey: [ObjectID: Int]
    private let memory: Memory?
    private let proof: CompletenessProof?
    private var pairByKey: [ObjectID: Int] = [:]
    private var pairByAddress: [MailAddress: Int] = [:]
    private var renamed: [MailAddress: MailAddress] = [:]
    /// The primary addresses of accounts that are going to be deleted, which takes them out of all delegates.
    private let deleted: Set<MailAddress>

    /// Makes the settlement.
    ///
    /// - Parameters:
    ///   - pairs: what is going to be done, with addresses settled.
    ///   - accountByKey: the accounts that there are of those who may be delegates.
    ///   - addresses: the addresses that they wanted.
    ///   - deleted: the positions of accounts that are going to be deleted.
    ///   - proof: that the directory was read completely; without it delegates are added only.
    init(
        _ pairs: [Matcher.Pair], accountByKey: [ObjectID: Int], addresses: [ObjectID: MailAddress],
        accounts: [ObservedAccount], deleted: Set<Int>, memory: Memory?, proof: CompletenessProof?
    ) {
        self.deleted = Set(deleted.map { accounts[$0].account.address })
        self.pairs = pairs
        self.accountByKey = accountByKey
        self.addresses = addresses
        self.accounts = accounts
        self.memory = memory
        self.proof = proof
        for (position, pair) in pairs.enumerated() {
            if let key = pair.desired.account.key { pairByKey[key] = position }
            pairByAddress[pair.desired.account.address] = position
            if let account = pair.account, accounts[account].account.address != pair.desired.account.address {
                renamed[accounts[account].account.address] = pair.desired.account.address
            }
        }
    }

    /// Settles the delegates of one account.
    ///
    /// - Returns: the change; nil where there is none, or where it is part of making the account.
    mutating func settle(_ principal: Principal) -> Change? {
        var members: Set<MailAddress> = []
        var leftOut: [String] = []
        for person in principal.people {
            switch person {
            case .leftOut(let name, let why): leftOut.append("\(name) (\(why))")
            case .account(let key):
                guard let address = address(of: key) else {
                    leftOut.append("\(addresses[key]?.text ?? key.text) (no account)")
                    continue
                }
                members.insert(address)
            }
        }
        note(leftOut, of: principal)
        if principal.isPartial {
            findings.append(
                Finding(
                    .partialMembers, principal.name,
                    "\(principal.name): its list of members was read in part, so nobody is taken out of the delegates.")
            )
        }
        let pair = pairByKey[principal.key]
        guard let account = principal.account ?? pair.flatMap({ pairs[$0].account }) else {
            if let pair { pairs[pair].desired.account.setDelegates(Array(members)) }
            return nil
        }
        // An address that passes from an account that is deleted to another is that of somebody else by then.
        let kept = accounts[account].account.delegates.filter {
            !deleted.contains($0) || !members.contains($0) && pairByAddress[$0] == nil
        }
        let current = Set(kept.map { renamed[$0] ?? $0 })
        let gone = removal(of: current.subtracting(members), from: accounts[account].id, principal)
        let own = pair.map { pairs[$0].desired.account.address } ?? accounts[account].account.address
        let wanted = current.union(members).subtracting(gone?.addresses ?? []).subtracting([own])
        if wanted == current { return nil }
        return Change(
            account: account, pair: pair,
            change: FieldChange(.delegates, from: Self.value(current), to: Self.value(wanted)),
            waitsFor: waits(for: current.symmetricDifference(wanted)))
    }

    /// The pairs that the delegates of a new account have to wait for.
    func waitsOfNewAccount(_ pair: Int) -> [Int] {
        waits(for: Set(pairs[pair].desired.account.delegates)).filter { $0 != pair }
    }

    private func waits(for addresses: Set<MailAddress>) -> [Int] {
        addresses.compactMap { pairByAddress[$0] }.sorted()
    }

    /// Whom an account may lose, with the proof that they are called for no more.
    private struct Removal {
        let addresses: Set<MailAddress>
        let proof: CompletenessProof
    }

    private func removal(of surplus: Set<MailAddress>, from id: AccountID, _ principal: Principal) -> Removal? {
        guard let proof, !principal.isPartial else { return nil }
        switch principal.ownership {
        case .exact: return Removal(addresses: surplus, proof: proof)
        case .own:
            let given = Set((memory?.delegations[id] ?? []).map { renamed[$0] ?? $0 })
            return Removal(addresses: surplus.intersection(given), proof: proof)
        }
    }

    /// The address that the account of a directory object is going to have; nil where there is no account.
    private func address(of key: ObjectID) -> MailAddress? {
        if let pair = pairByKey[key] { return pairs[pair].desired.account.address }
        return accountByKey[key].map { accounts[$0].account.address }
    }

    private static func value(_ addresses: Set<MailAddress>) -> FieldValue {
        addresses.isEmpty ? .unset : .list(addresses.sorted().map(\.text))
    }

    private static let namesShown = 10

    private mutating func note(_ leftOut: [String], of principal: Principal) {
        if leftOut.isEmpty { return }
        var names = leftOut.sorted().prefix(Self.namesShown).joined(separator: ", ")
        if leftOut.count > Self.namesShown { names += " and \(leftOut.count - Self.namesShown) more" }
        findings.append(
            Finding(.delegateLeftOut, principal.name, "\(principal.name): left out of the delegates: \(names)."))
    }
}
