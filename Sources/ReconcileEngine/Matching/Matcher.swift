internal import DirectoryModel

/// Finds for each user and group the account that belongs to it, in the order that ``Matching`` has.
///
/// They come one at a time and are forgotten as soon as they turn out to need nothing. What it cannot tell it does not
/// guess: it leaves all that is concerned alone and says so.
struct Matcher {
    /// A directory object with the account that belongs to it, where they differ; or one without an account.
    struct Pair {
        var desired: DesiredAccount
        /// The account's position; nil where there is none yet.
        var account: Int?
        /// What has to change; empty without an account.
        var changes: [FieldChange]
        /// How the account was found, where it was bound to nobody and is adopted.
        var adoption: Reason?
    }

    private(set) var index: AccountIndex
    private let rules: Rules
    private let memory: Memory?

    /// Pairs that differ, users that are disabled, and users without an account.
    private(set) var pairs: [Pair] = []
    private var unmatched: [DesiredAccount] = []
    /// For each account whether somebody in scope has it, or something about it is unclear: it is not missing.
    private(set) var isAccountedFor: [Bool]
    /// The accounts found by their binding that memory did not know.
    private(set) var recognized: [RecognizedLink] = []
    /// For each account whether somebody is bound to it.
    private var isClaimed: [Bool]
    /// Accounts that several are bound to.
    private(set) var repeated: Set<Int> = []
    /// The accounts of those who were found by other means than a binding.
    private(set) var adopted: [ObjectID: Int] = [:]
    /// The unbound accounts that could be somebody's, with the step that found them.
    private(set) var candidates: [ObjectID: (accounts: [Int], by: Reason)] = [:]
    private(set) var findings: [Finding] = []

    /// What matching goes by.
    struct Rules {
        /// What the provider can hold, and so can be compared at all.
        let capabilities: ProviderCapabilities
        let matching: Matching
        /// The kinds of account that stay suspended until somebody activates them at the provider.
        let keepsSuspended: Set<AccountKind>
        /// Whether an account may become one of another kind.
        let converts: Bool
    }

    init(_ observed: ObservedState, rules: Rules, memory: Memory?) {
        index = AccountIndex(observed.accounts)
        self.rules = rules
        self.memory = memory
        isAccountedFor = [Bool](repeating: false, count: observed.accounts.count)
        isClaimed = isAccountedFor
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
        if let key {
            if let position = index.position(forKey: key) { isAccountedFor[position] = true }
            if let id = memory?.links[key], let position = index.position(of: id) { isAccountedFor[position] = true }
        }
        if let address, let position = index.position(holding: address) { isAccountedFor[position] = true }
    }

    /// Takes the next user or group.
    ///
    /// - Returns: the position of the account it is bound to; nil where that is not known yet, or unclear.
    @discardableResult
    mutating func match(_ desired: DesiredAccount) -> Int? {
        guard rules.capabilities.kinds.contains(desired.account.kind) else {
            unsupported[desired.account.kind, default: []].append(desired.account.address)
            leaveAlone(key: desired.account.key, address: desired.account.address)
            return nil
        }
        guard let key = desired.account.key, let position = bound(to: key, desired) else {
            if desired.account.key.map({ !isUnclear($0) }) ?? true { unmatched.append(desired) }
            return nil
        }
        if index.ambiguous.contains(position) { return nil }
        isAccountedFor[position] = true
        guard !isClaimed[position] else {
            repeated.insert(position)
            return nil
        }
        isClaimed[position] = true
        if let memory, memory.links[key] != index.accounts[position].id {
            recognized.append(RecognizedLink(key: key, id: index.accounts[position].id))
        }
        pair(desired, with: position, adoption: nil)
        return position
    }

    // MARK: Bindings

    private var unclear: Set<ObjectID> = []

    /// The primary addresses of accounts of kinds that the provider does not have.
    private var unsupported: [AccountKind: [MailAddress]] = [:]

    private func isUnclear(_ key: ObjectID) -> Bool { unclear.contains(key) }

    /// The account that the link or the provider binds to a directory object.
    private mutating func bound(to key: ObjectID, _ desired: DesiredAccount) -> Int? {
        let steps = rules.matching.steps
        let byKey = steps.contains(.externalID) ? index.position(forKey: key) : nil
        guard steps.contains(.link), let id = memory?.links[key] else { return byKey }
        if let byKey, index.accounts[byKey].id == id { return byKey }
        guard let linked = index.position(of: id) else { return byKey }
        // An account that says it belongs to somebody else is not taken from them for the sake of an old link.
        if let other = index.accounts[linked].account.key, other != key, steps.contains(.externalID) { return byKey }
        guard let byKey else { return linked }
        unclear.insert(key)
        for position in [linked, byKey] {
            isAccountedFor[position] = true
            repeated.insert(position)
        }
        let names = [linked, byKey].map { index.accounts[$0].account.address }.sorted().map(\.text)
        findings.append(
            Finding(
                .ambiguousMatch, desired.account.address.text,
                "\(desired.owner) is remembered to have one account and bound to another (\(names.joined(separator: ", "))): "
                    + "neither is touched."))
        return nil
    }

    // MARK: Adoption

    /// Looks for the accounts of those users who have none by a binding, once all users have come.
    mutating func finish() {
        for (kind, addresses) in unsupported {
            findings.append(
                Finding(
                    .unsupported, kind.rawValue,
                    "The provider has no \(kind.rawValue) accounts: \(addresses.count) are left out, among them "
                        + "\(addresses.min()?.text ?? "")."))
        }
        for position in repeated where isClaimed[position] {
            findings.append(Self.severalUsers(index.accounts[position]))
        }
        pairs.removeAll { $0.account.map(repeated.contains) ?? false }
        let unclearIDs = Set(repeated.map { index.accounts[$0].id })
        recognized.removeAll { unclearIDs.contains($0.id) }
        var keys: [ObjectID: Int] = [:]
        for desired in unmatched { if let key = desired.account.key { keys[key, default: 0] += 1 } }
        let linked = unmatched.isEmpty ? [] : Set(memory.map { Array($0.links.values) } ?? [])
        // All candidates are looked at before any is decided on, so that the order of the users makes no difference.
        var candidates: [Int: [(desired: DesiredAccount, reason: Reason, isOnly: Bool)]] = [:]
        for desired in unmatched {
            if let key = desired.account.key, keys[key] ?? 0 > 1 {
                findings.append(Self.repeatedKey(desired))
                continue
            }
            let (found, reason) = unbound(for: desired, linked)
            if found.isEmpty { pairs.append(Pair(desired: desired, account: nil, changes: [])) }
            if found.count > 1 { noteSeveral(found, for: desired) }
            if !found.isEmpty, let key = desired.account.key { self.candidates[key] = (found, reason) }
            for position in found { candidates[position, default: []].append((desired, reason, found.count == 1)) }
        }
        unmatched = []
        for (position, candidates) in candidates {
            isAccountedFor[position] = true
            if candidates.count == 1 {
                guard candidates[0].isOnly else { continue }
                if let key = candidates[0].desired.account.key { adopted[key] = position }
                pair(candidates[0].desired, with: position, adoption: candidates[0].reason)
                continue
            }
            let names = candidates.map(\.desired.owner).sorted().joined(separator: ", ")
            let address = index.accounts[position].account.address
            findings.append(
                Finding(
                    .ambiguousMatch, address.text,
                    "The account \(address) could belong to any of \(candidates.count) people: \(names). It is not touched."
                ))
        }
    }

    /// The accounts bound to nobody that could be a user's, by the first step that finds any.
    private mutating func unbound(for desired: DesiredAccount, _ linked: Set<AccountID>) -> ([Int], Reason) {
        let wanted = desired.account
        for step in rules.matching.steps {
            var found: [Int]
            var reason = Reason(.adopted)
            switch step {
            case .link, .externalID: continue
            case .address:
                found = [index.position(holding: wanted.address)].compactMap { $0 }
                found = found.filter { index.accounts[$0].account.address == wanted.address }
            case .alias:
                reason = Reason(.adopted, "alias")
                found = [index.position(holding: wanted.address)].compactMap { $0 }
                for alias in wanted.aliases {
                    guard let position = index.position(holding: alias), !found.contains(position),
                        index.accounts[position].account.address == alias
                    else { continue }
                    found.append(position)
                }
            case .field(let field):
                guard case .text(let text) = wanted[field] else { continue }
                reason = Reason(.adopted, field.rawValue)
                found = index.positions(with: text, in: field)
            }
            found.removeAll { !isFree($0, linked) }
            if !found.isEmpty { return (found, reason) }
        }
        return ([], Reason(.adopted))
    }

    /// Whether an account is bound to nobody and in use.
    ///
    /// A suspended one may hold the mail of somebody who left and had the same name, so it takes a person to decide.
    private func isFree(_ position: Int, _ linked: Set<AccountID>) -> Bool {
        let observed = index.accounts[position]
        return observed.account.key == nil && observed.account.isActive && !linked.contains(observed.id)
            && !isAccountedFor[position]
    }

    private mutating func noteSeveral(_ positions: [Int], for desired: DesiredAccount) {
        let names = positions.map { index.accounts[$0].account.address }.sorted().map(\.text)
        findings.append(
            Finding(
                .ambiguousMatch, desired.account.address.text,
                "\(desired.owner) could have any of the accounts \(names.joined(separator: ", ")): none is touched, "
                    + "and none is made."))
    }

    // MARK: Pairs

    private mutating func pair(_ desired: DesiredAccount, with position: Int, adoption: Reason?) {
        let current = index.accounts[position].account
        var desired = desired
        let fields = rules.capabilities.fields(for: desired.account.kind).comparable
        if current.kind != desired.account.kind, fields.contains(.kind), !rules.converts {
            findings.append(Self.otherKind(desired, current))
            return
        }
        if !desired.isWanted {
            // An account that is about to be taken away is left as it is otherwise.
            if adoption == nil { pairs.append(Pair(desired: desired, account: position, changes: [])) }
            return
        }
        if !current.isActive, rules.keepsSuspended.contains(desired.account.kind) { desired.account.isActive = false }
        // A hash that cannot be read, or is in no recorded snapshot, is no reason to lock somebody out.
        if desired.account.passwordHash == nil { desired.account.passwordHash = current.passwordHash }
        var changes = Difference.changes(
            from: current, to: desired.account, fields: fields.intersection(desired.fields))
        var adoption = adoption
        if adoption != nil, !fields.contains(.key) {
            if memory == nil {
                // There is nowhere to write that the account is bound: it is found by its address every time.
                adoption = nil
            } else {
                changes.insert(FieldChange(.key, from: .unset, to: desired.account[.key]), at: 0)
            }
        }
        if changes.isEmpty { return }
        pairs.append(Pair(desired: desired, account: position, changes: changes, adoption: adoption))
    }

    private static func repeatedKey(_ desired: DesiredAccount) -> Finding {
        Finding(
            .ambiguousMatch, desired.account.address.text,
            "Several users have the key \(desired.account.key?.text ?? ""), among them \(desired.owner): "
                + "nothing is done for any of them.")
    }

    private static func severalUsers(_ observed: ObservedAccount) -> Finding {
        Finding(
            .ambiguousMatch, observed.account.address.text,
            "Several users or groups are bound to the account \(observed.account.address): nothing is done for any of them."
        )
    }

    private static func otherKind(_ desired: DesiredAccount, _ current: Account) -> Finding {
        Finding(
            .otherKind, current.address.text,
            "\(current.address) is a \(current.kind.rawValue) account and should be a \(desired.account.kind.rawValue) one: "
                + "it is left alone until converting is allowed.")
    }
}
