internal import DirectoryModel

/// Settles who gets the addresses that accounts want and do not have yet (requirement BE6).
///
/// All addresses of a provider are one namespace. An address that several people want goes to nobody, and one that an
/// account has and keeps stays there. What the loser wanted besides is done all the same, unless it was the primary
/// address of an account that does not exist yet.
struct AddressClaims {
    private var pairs: [Matcher.Pair]
    private let capabilities: ProviderCapabilities
    private(set) var findings: [Finding] = []

    init(_ pairs: [Matcher.Pair], capabilities: ProviderCapabilities) {
        self.pairs = pairs
        self.capabilities = capabilities
    }

    /// The pairs that remain, and for each the pairs that must be done before it because they release an address.
    ///
    /// - Parameter deleted: the positions of accounts that are going to be deleted, which releases all they have.
    mutating func settle(
        _ index: inout AccountIndex, deleted: Set<Int>
    ) -> (pairs: [Matcher.Pair], waitsFor: [[Release]]) {
        // Refusing an address can keep another from being released, so this repeats until nothing is refused.
        while refuseOnce(&index, deleted: deleted) {}
        let releases = releasesByAccount()
        var waitsFor: [[Release]] = []
        for pair in pairs {
            var found: [Release] = []
            for address in Self.claims(pair, index) {
                guard let holder = index.position(holding: address), holder != pair.account else { continue }
                if deleted.contains(holder) {
                    found.append(.deletion(of: holder))
                } else if let pair = releases[holder] {
                    found.append(.pair(pair))
                }
            }
            waitsFor.append(found)
        }
        return (pairs, waitsFor)
    }

    /// What has to be done before an address is free.
    enum Release {
        /// The change at this position of the pairs.
        case pair(Int)
        /// The deletion of the account at this position.
        case deletion(of: Int)
    }

    /// Refuses every claim that cannot be met, as things stand.
    ///
    /// - Returns: whether anything was refused.
    private mutating func refuseOnce(_ index: inout AccountIndex, deleted: Set<Int>) -> Bool {
        var claimants: [MailAddress: [Int]] = [:]
        for (position, pair) in pairs.enumerated() {
            for address in Self.claims(pair, index) { claimants[address, default: []].append(position) }
        }
        let releases = releasesByAccount()
        var refused: [(address: MailAddress, pair: Int)] = []
        for (address, positions) in claimants {
            if positions.count > 1 {
                note(address, wantedBy: positions)
                for position in positions { refused.append((address, position)) }
            } else if let holder = index.position(holding: address), holder != pairs[positions[0]].account,
                !deleted.contains(holder), !gives(up: address, releases[holder])
            {
                note(address, wantedBy: positions[0], heldBy: index.accounts[holder].account)
                refused.append((address, positions[0]))
            }
        }
        if refused.isEmpty { return false }
        refuse(refused, index)
        return true
    }

    private mutating func refuse(_ refused: [(address: MailAddress, pair: Int)], _ index: AccountIndex) {
        var isDropped = [Bool](repeating: false, count: pairs.count)
        for (address, position) in refused {
            guard let account = pairs[position].account else {
                if pairs[position].desired.account.address == address { isDropped[position] = true }
                pairs[position].desired.account.remove(address, keeping: pairs[position].desired.account.address)
                continue
            }
            let current = index.accounts[account].account
            pairs[position].desired.account.remove(address, keeping: current.address)
            let desired = pairs[position].desired
            pairs[position].changes = Difference.changes(
                from: current, to: desired.account,
                fields: capabilities.fields(for: desired.account.kind).comparable.intersection(desired.fields))
            if pairs[position].changes.isEmpty, pairs[position].adoption == nil { isDropped[position] = true }
        }
        pairs = zip(pairs, isDropped).filter { !$0.1 }.map(\.0)
    }

    /// The addresses that a pair wants and its account does not have.
    private static func claims(_ pair: Matcher.Pair, _ index: AccountIndex) -> [MailAddress] {
        guard let account = pair.account else { return pair.desired.account.addresses }
        guard pair.changes.contains(where: { $0.field == .address || $0.field == .aliases }) else { return [] }
        let held = Set(index.accounts[account].account.addresses)
        return pair.desired.account.addresses.filter { !held.contains($0) }
    }

    private func releasesByAccount() -> [Int: Int] {
        var result: [Int: Int] = [:]
        for (position, pair) in pairs.enumerated() {
            if let account = pair.account { result[account] = position }
        }
        return result
    }

    private func gives(up address: MailAddress, _ position: Int?) -> Bool {
        guard let position else { return false }
        return !pairs[position].desired.account.addresses.contains(address)
    }

    private mutating func note(_ address: MailAddress, wantedBy positions: [Int]) {
        let names = positions.map { pairs[$0].desired.owner }.sorted().joined(separator: ", ")
        findings.append(
            Finding(
                .addressCollision, address.text,
                "\(positions.count) people share \(address): \(names). None of them gets it."))
    }

    private mutating func note(_ address: MailAddress, wantedBy position: Int, heldBy account: Account) {
        let holder = account.address == address ? "the account \(address)" : "the account \(account.address)"
        let owner = account.name.map { "\(holder) (\($0))" } ?? holder
        findings.append(
            Finding(
                .addressCollision, address.text,
                "\(address) is wanted by \(pairs[position].desired.owner) and belongs to \(owner), which keeps it."))
    }
}

extension Account {
    /// Gives an address up; where it is the primary one, `fallback` takes its place.
    fileprivate mutating func remove(_ address: MailAddress, keeping fallback: MailAddress) {
        setAddresses(
            primary: self.address == address ? fallback : self.address, aliases: aliases.filter { $0 != address })
    }
}
