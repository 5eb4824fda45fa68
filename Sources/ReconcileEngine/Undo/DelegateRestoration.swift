internal import DirectoryModel

/// Gives back the delegates that a run took, and takes those that it gave, under the addresses that they will have.
///
/// A journal speaks of delegates by their addresses. Whoever has such an address by now, and did not have it then, is
/// somebody else and gets nothing, as far as this profile's own runs have passed it on.
struct DelegateRestoration {
    /// What changes, and the pairs that make or rename a delegate's account.
    struct Change {
        let change: FieldChange
        let waitsFor: [Int]
    }

    /// An account that can be a delegate: the address that it will have, and what is going to be done to it.
    private struct Delegate: Hashable {
        let address: MailAddress
        let pair: Int?
    }

    private let accounts: [ObservedAccount]
    private let pairs: [Matcher.Pair]
    private let deleted: Set<Int>
    private let passedOn: Set<MailAddress>
    private var pairOfAccount: [Int: Int] = [:]
    private var pairOfNew: [MailAddress: Int] = [:]
    /// The primary addresses that accounts are going to have again.
    private let restored: Set<MailAddress>
    /// The accounts by the primary addresses that they have now.
    private var positions: [MailAddress: Int] = [:]
    /// The accounts that the run changed, by the primary addresses that they had before it and after it; nil for those
    /// that are not there.
    private var atFirst: [MailAddress: Int?] = [:]
    private var atLast: [MailAddress: Int?] = [:]
    private var changed: Set<Int> = []

    /// Makes a restoration.
    ///
    /// - Parameters:
    ///   - pairs: what is going to be done, with addresses settled.
    ///   - deleted: the positions of accounts that are going to be deleted.
    ///   - trails: what the run did.
    ///   - passedOn: addresses that later runs gave to somebody.
    ///   - isNeeded: whether anybody is going to ask about delegates.
    init(
        _ pairs: [Matcher.Pair], _ index: inout AccountIndex, deleted: Set<Int>, _ trails: [AccountTrail],
        passedOn: Set<MailAddress>, isNeeded: Bool
    ) {
        accounts = index.accounts
        self.pairs = pairs
        self.deleted = deleted
        self.passedOn = passedOn
        restored = Set(pairs.map(\.desired.account.address))
        for (index, pair) in pairs.enumerated() {
            if let account = pair.account {
                pairOfAccount[account] = index
            } else {
                pairOfNew[pair.desired.account.address] = index
            }
        }
        guard isNeeded else { return }
        for (position, observed) in accounts.enumerated() { positions[observed.account.address] = position }
        for trail in trails {
            let position = trail.id.flatMap { index.position(of: $0) }
            if let position { changed.insert(position) }
            if trail.made == nil { atFirst[trail.address] = position }
            if !trail.isDeleted { atLast[trail.lastAddress] = position }
        }
    }

    /// What is going to be done to an account.
    func pair(of account: Int) -> Int? { pairOfAccount[account] }

    /// What makes an account again.
    func pair(ofNew address: MailAddress) -> Int? { pairOfNew[address] }

    /// What becomes of the delegates of one account, nil where they are as they were; and who is lost to it.
    ///
    /// - Parameter account: its position; nil for one that is made again.
    func change(of account: Int?, _ trail: AccountTrail) -> (Change?, [Finding]) {
        var current: Set<Delegate> = []
        var wanted: Set<Delegate> = []
        var lost: [MailAddress] = []
        func give(_ members: some Sequence<MailAddress>, _ find: (MailAddress) -> Delegate?) {
            for member in members {
                if let delegate = find(member) { wanted.insert(delegate) } else { lost.append(member) }
            }
        }
        if let account {
            current = Set(accounts[account].account.delegates.compactMap { positions[$0].flatMap(delegate) })
            // Not every provider takes whoever is deleted out by itself.
            let leaving = accounts[account].account.delegates.compactMap { positions[$0].flatMap(deletedDelegate) }
            wanted = current.subtracting(trail.added.compactMap(delegateAtLast))
            current.formUnion(leaving)
            give(trail.removed, delegateAtLast)
        } else {
            give(trail.former?.delegates ?? [], delegateAtFirst)
        }
        let own = account.flatMap(delegate)?.address ?? trail.address
        wanted = wanted.filter { $0.address != own }
        let findings = lost.sorted().map { member in
            Finding(
                .changedSince, trail.address.text,
                "\(trail.address) does not get its delegate \(member) back: that account is not there any more, or its "
                    + "address is somebody else's by now.")
        }
        if wanted == current { return (nil, findings) }
        let change = Change(
            change: FieldChange(.delegates, from: Self.value(current), to: Self.value(wanted)),
            waitsFor: current.symmetricDifference(wanted).compactMap(\.pair).sorted())
        return (change, findings)
    }

    /// Who had an address after the run; where nobody did, the account that it deleted.
    private func delegateAtLast(_ address: MailAddress) -> Delegate? {
        if let position = atLast[address] { return position.flatMap(delegate) }
        return delegateAtFirst(address)
    }

    /// Who had an address before the run.
    private func delegateAtFirst(_ address: MailAddress) -> Delegate? {
        if let position = atFirst[address] { return position.flatMap(delegate) ?? newDelegate(address) }
        return untouched(address)
    }

    /// Who had an address when the run left its account alone.
    private func untouched(_ address: MailAddress) -> Delegate? {
        guard !passedOn.contains(address), let position = positions[address], !changed.contains(position) else {
            return nil
        }
        return delegate(position)
    }

    private func newDelegate(_ address: MailAddress) -> Delegate? {
        pairOfNew[address].map { Delegate(address: address, pair: $0) }
    }

    private func delegate(_ position: Int) -> Delegate? {
        if deleted.contains(position) { return nil }
        let pair = pairOfAccount[position]
        return Delegate(
            address: pair.map { pairs[$0].desired.account.address } ?? accounts[position].account.address, pair: pair)
    }

    /// An account that is going to be deleted, unless its address passes to another, who would be taken for it.
    private func deletedDelegate(_ position: Int) -> Delegate? {
        let address = accounts[position].account.address
        guard deleted.contains(position), !restored.contains(address) else { return nil }
        return Delegate(address: address, pair: nil)
    }

    private static func value(_ delegates: Set<Delegate>) -> FieldValue {
        delegates.isEmpty ? .unset : .list(delegates.map(\.address).sorted().map(\.text))
    }
}
