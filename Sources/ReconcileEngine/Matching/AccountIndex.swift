internal import DirectoryModel

/// Finds the accounts of a provider by key, by id, by address and by any field.
///
/// All but the first are built on first use: a run that changes nothing never needs them.
struct AccountIndex {
    let accounts: [ObservedAccount]
    private var byKey: HashIndex
    /// Positions of accounts whose key another account has too.
    private(set) var ambiguous: Set<Int> = []
    private var byID: [AccountID: Int]?
    private var byAddress: AddressIndex?
    private var byText: [AccountField: [String: [Int]]] = [:]

    init(_ accounts: [ObservedAccount]) {
        self.accounts = accounts
        byKey = HashIndex(capacity: accounts.count)
        for position in accounts.indices {
            guard let key = accounts[position].account.key else { continue }
            if let other = byKey.insert(position, hash: key.hash64, isSame: { accounts[$0].account.key == key }) {
                ambiguous.insert(position)
                ambiguous.insert(other)
            }
        }
    }

    /// The account bound to a directory object.
    func position(forKey key: ObjectID) -> Int? {
        byKey.find(hash: key.hash64) { accounts[$0].account.key == key }
    }

    /// The account with an id.
    mutating func position(of id: AccountID) -> Int? {
        if let byID { return byID[id] }
        let index = Dictionary(
            accounts.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        byID = index
        return index[id]
    }

    /// The account that has an address, as its primary one or an alias.
    mutating func position(holding address: MailAddress) -> Int? {
        if byAddress == nil { byAddress = AddressIndex(accounts) }
        return byAddress?.holder(of: address)
    }

    /// The accounts that have a text in a field, letters' case aside, in ascending order.
    mutating func positions(with text: String, in field: AccountField) -> [Int] {
        if byText[field] == nil {
            var index: [String: [Int]] = [:]
            for position in accounts.indices {
                if case .text(let text) = accounts[position].account[field] {
                    index[text.lowercased(), default: []].append(position)
                }
            }
            byText[field] = index
        }
        return byText[field]?[text.lowercased()] ?? []
    }
}

/// Finds the holder of an address.
private struct AddressIndex {
    private let table: HashIndex
    private let holdings: [(address: MailAddress, account: Int)]

    init(_ accounts: [ObservedAccount]) {
        var holdings: [(address: MailAddress, account: Int)] = []
        for (position, observed) in accounts.enumerated() {
            holdings.append((observed.account.address, position))
            for alias in observed.account.aliases { holdings.append((alias, position)) }
        }
        var table = HashIndex(capacity: holdings.count)
        for (index, holding) in holdings.enumerated() {
            _ = table.insert(index, hash: holding.address.hash64) { holdings[$0].address == holding.address }
        }
        self.table = table
        self.holdings = holdings
    }

    func holder(of address: MailAddress) -> Int? {
        table.find(hash: address.hash64) { holdings[$0].address == address }.map { holdings[$0].account }
    }
}
