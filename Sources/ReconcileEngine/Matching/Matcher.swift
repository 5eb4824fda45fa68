internal import DirectoryModel

/// Finds for each user the account that belongs to it: by the bound directory object, then by address.
///
/// Users come one at a time and are forgotten as soon as they turn out to need nothing. What it cannot tell it does not
/// guess: it leaves all that is concerned alone and says so.
struct Matcher {
    /// A user with the account that belongs to it, where they differ; or a user without an account.
    struct Pair {
        var desired: DesiredAccount
        /// The account's position; nil where there is none yet.
        var account: Int?
        /// What has to change; empty without an account.
        var changes: [FieldChange]
        /// Whether the account was found by its address and is bound to the user from now on.
        var isAdopted = false
    }

    private(set) var index: AccountIndex
    private let fields: AccountFields

    /// Pairs that differ, and users without an account.
    private(set) var pairs: [Pair] = []
    private var unmatched: [DesiredAccount] = []
    /// For each account whether somebody in scope has it, or something about it is unclear: it is not missing.
    private(set) var isAccountedFor: [Bool]
    private var repeated: Set<Int> = []
    private(set) var findings: [Finding] = []

    init(_ observed: ObservedState, fields: AccountFields) {
        index = AccountIndex(observed.accounts)
        self.fields = fields
        isAccountedFor = [Bool](repeating: false, count: observed.accounts.count)
        for position in index.ambiguous {
            isAccountedFor[position] = true
            let account = observed.accounts[position].account
            findings.append(
                Finding(
                    .ambiguousMatch, account.address.text,
                    "Several accounts are bound to the directory object \(account.key?.text ?? ""), "
                        + "among them \(account.address): none of them is touched."))
        }
    }

    /// Keeps the account of a user, for whom no account can be derived just now, as it is.
    ///
    /// Who has lost the attribute that is the key is known by the address only, and is not gone for that.
    mutating func leaveAlone(key: ObjectID?, address: MailAddress?) {
        if let key, let position = index.position(forKey: key) { isAccountedFor[position] = true }
        if let address, let position = index.position(holding: address) { isAccountedFor[position] = true }
    }

    /// Takes the next user.
    mutating func match(_ desired: DesiredAccount) {
        guard let key = desired.account.key, let position = index.position(forKey: key) else {
            unmatched.append(desired)
            return
        }
        if index.ambiguous.contains(position) { return }
        guard !isAccountedFor[position] else {
            repeated.insert(position)
            findings.append(Self.repeatedKey(desired))
            return
        }
        isAccountedFor[position] = true
        pair(desired, with: position, isAdopted: false)
    }

    /// Looks for the accounts of those users who have none by their key, once all users have come.
    mutating func finish() {
        pairs.removeAll { $0.account.map(repeated.contains) ?? false }
        var keys: [ObjectID: Int] = [:]
        for desired in unmatched { if let key = desired.account.key { keys[key, default: 0] += 1 } }
        var adopters: [Int: [DesiredAccount]] = [:]
        for desired in unmatched {
            if let key = desired.account.key, keys[key] ?? 0 > 1 {
                findings.append(Self.repeatedKey(desired))
            } else if let position = index.position(holding: desired.account.address),
                canBeAdopted(position, by: desired)
            {
                adopters[position, default: []].append(desired)
            } else {
                pairs.append(Pair(desired: desired, account: nil, changes: []))
            }
        }
        unmatched = []
        for (position, candidates) in adopters {
            isAccountedFor[position] = true
            if candidates.count == 1 {
                pair(candidates[0], with: position, isAdopted: true)
                continue
            }
            let names = candidates.map(\.owner).sorted().joined(separator: ", ")
            let address = index.accounts[position].account.address
            findings.append(
                Finding(
                    .ambiguousMatch, address.text,
                    "The account \(address) could belong to any of \(candidates.count) people: \(names). It is not touched."
                ))
        }
    }

    /// Whether an account that is bound to nobody has the user's address as its own primary one.
    ///
    /// A suspended one may hold the mail of somebody who left and had the same name, so it takes a person to decide.
    private func canBeAdopted(_ position: Int, by desired: DesiredAccount) -> Bool {
        let account = index.accounts[position].account
        return account.key == nil && account.isActive && account.address == desired.account.address
    }

    private mutating func pair(_ desired: DesiredAccount, with position: Int, isAdopted: Bool) {
        let current = index.accounts[position].account
        // An account that stays suspended, or is about to be, is left as it is otherwise.
        guard desired.account.isActive || current.isActive else { return }
        let changes = Difference.changes(from: current, to: desired.account, fields: fields)
        if changes.isEmpty { return }
        pairs.append(Pair(desired: desired, account: position, changes: changes, isAdopted: isAdopted))
    }

    private static func repeatedKey(_ desired: DesiredAccount) -> Finding {
        Finding(
            .ambiguousMatch, desired.account.address.text,
            "Several users have the key \(desired.account.key?.text ?? ""), among them \(desired.owner): "
                + "nothing is done for any of them.")
    }
}
