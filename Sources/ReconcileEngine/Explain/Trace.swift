internal import DirectoryModel

/// What a ``Planner`` notes on its way, for somebody who wants to know why.
struct Trace {
    /// What is to become of an account that nobody should have.
    struct Removal {
        let removal: Lifecycle.Removal
        let reason: Reason
    }

    /// The objects that should have accounts, by the keys of those.
    private(set) var objects: [ObjectID: ObjectID] = [:]
    /// The accounts that belong to objects, as positions, by the objects' keys.
    private(set) var accounts: [ObjectID: Int] = [:]
    /// The unbound accounts that could belong to objects, by the objects' keys.
    private(set) var candidates: [ObjectID: (accounts: [Int], by: Reason)] = [:]
    /// What is to become of accounts that nobody should have, by their positions.
    private(set) var removals: [Int: Removal] = [:]
    /// Accounts that nobody should have and that are left alone, for this profile neither made nor adopted them.
    private(set) var unmanaged: Set<Int> = []
    /// Accounts of which it cannot be told whose they are, by their positions.
    private(set) var unclear: Set<Int> = []
    /// Keys that several objects have.
    private(set) var repeatedKeys: Set<ObjectID> = []
    /// What is to be done, with addresses settled.
    var pairs: [Matcher.Pair] = []

    mutating func note(_ object: ObjectID, _ desired: DesiredAccount, _ account: Int?) {
        guard let key = desired.account.key else { return }
        if objects.updateValue(object, forKey: key) != nil { repeatedKeys.insert(key) }
        if let account { accounts[key] = account }
    }

    mutating func note(_ matcher: Matcher) {
        accounts.merge(matcher.adopted) { bound, _ in bound }
        candidates = matcher.candidates
        unclear = matcher.repeated.union(matcher.index.ambiguous)
    }

    mutating func note(_ account: Int, _ removal: Lifecycle.Removal, _ reason: Reason) {
        removals[account] = Removal(removal: removal, reason: reason)
    }

    mutating func noteUnmanaged(_ account: Int) { unmanaged.insert(account) }
}
