internal import DirectoryModel

/// Turns what a run did to accounts into what undoes it: nothing that somebody has changed since is touched.
struct Undoing {
    /// What is to be done, as far as it needs no look at other accounts.
    private(set) var pairs: [Matcher.Pair] = []
    private(set) var removals: [Planner.RemovalOfAccount] = []
    /// The accounts that the run let be used again, by their positions.
    private(set) var suspensions: [(account: Int, proof: JournalProof)] = []
    /// The accounts of which the run changed the delegates, by their positions; nil for one that is made again.
    private(set) var listed: [(account: Int?, trail: AccountTrail)] = []
    private(set) var findings: [Finding] = []

    let reason: Reason
    private let planner: Planner
    private let run: PastRun
    private let deletesMade: Bool
    private var kept = 0

    init(_ run: PastRun, _ planner: Planner, deletesMade: Bool) {
        self.run = run
        self.planner = planner
        self.deletesMade = deletesMade
        reason = Reason(.undoes, run.description)
    }

    mutating func take(_ trails: [AccountTrail], _ index: inout AccountIndex) {
        for trail in trails {
            if trail.made != nil {
                takeMade(trail, &index)
            } else if trail.isDeleted {
                takeDeleted(trail, &index)
            } else {
                takeChanged(trail, &index)
            }
        }
        noteOnTheWhole()
    }

    private func fields(_ account: Account) -> AccountFields { planner.heldFields(account.kind) }

    // MARK: Made

    private mutating func takeMade(_ trail: AccountTrail, _ index: inout AccountIndex) {
        guard let made = trail.made, let evidence = trail.evidence else { return }
        let position = trail.id.map { index.position(of: $0) } ?? made.key.flatMap { index.position(forKey: $0) }
        // What was not made, or is gone, need not be taken away.
        guard let position else { return }
        let observed = planner.provider.accounts[position]
        let expected = made.keeping(only: fields(made))
        guard let proof = JournalProof(evidence, that: observed, is: expected, fields: fields(expected)) else {
            let differing = observed.account.differences(from: expected, fields: fields(expected)).map(\.field.rawValue)
            return note(
                .changedSince, observed.account.address,
                "was made by the run and has been changed since (\(differing.joined(separator: ", "))): it is left as it is."
            )
        }
        let operation: Operation
        if deletesMade && !planner.switches(for: observed.account.kind).contains(.deleteDisables) {
            operation = .delete(observed, because: [reason], fields: fields(observed.account), proof: proof)
        } else {
            guard observed.account.isActive else { return }
            guard fields(observed.account).contains(.active) else {
                findings.append(Planner.cannotSuspend(observed.account))
                return
            }
            kept += 1
            operation = .suspend(observed, because: [reason], fields: fields(observed.account), proof: proof)
        }
        removals.append(Planner.RemovalOfAccount(operation: operation, account: position))
    }

    // MARK: Deleted

    private mutating func takeDeleted(_ trail: AccountTrail, _ index: inout AccountIndex) {
        // A deletion that was begun and not carried out left the account there.
        if let id = trail.id, index.position(of: id) != nil { return }
        guard var account = trail.former else {
            return note(.lostForGood, trail.address, "was deleted, and the journal does not have what it was like.")
        }
        if let key = account.key, let other = index.position(forKey: key) {
            return note(
                .changedSince, account.address,
                "was deleted, and its directory object has the account "
                    + "\(planner.provider.accounts[other].account.address) by now: it is not made again.")
        }
        account.passwordHash = nil
        account.setDelegates([])
        note(.lostForGood, account.address, "is made again with its fields, and nothing else.")
        add(account, at: nil, fields: .all)
        if trail.former?.delegates.isEmpty == false { listed.append((nil, trail)) }
    }

    // MARK: Changed

    private mutating func takeChanged(_ trail: AccountTrail, _ index: inout AccountIndex) {
        guard let position = trail.id.flatMap({ index.position(of: $0) }) else {
            return note(
                .changedSince, trail.address, "is not there any more: what the run changed of it is not undone.")
        }
        let observed = planner.provider.accounts[position]
        var account = observed.account
        var changed: [String] = []
        var restored: AccountFields = []
        for (field, values) in trail.values.sorted(by: { $0.key.order < $1.key.order }) {
            let current = observed.account[field]
            if field == .passwordHash {
                note(
                    .lostForGood, account.address,
                    "has the password that the run gave it: its earlier one is not known.")
            } else if current == values.old {
                continue
            } else if !values.contains(current) {
                changed.append("\(field) is \(current) and was \(values.new)")
            } else if field == .active, values.old == .flag(false) {
                // What else the run changed may have been changed since: being used again is the run's doing all the same.
                let proof = trail.evidence.flatMap {
                    JournalProof($0, that: observed, is: observed.account, fields: fields(observed.account))
                }
                if let proof { suspensions.append((position, proof)) }
            } else if (try? account.restore(field, to: values.old)) != nil {
                restored.insert(field)
            }
        }
        if !changed.isEmpty {
            note(
                .changedSince, observed.account.address,
                "has been changed since the run: \(changed.joined(separator: "; ")). That is left as it is.")
        }
        add(account, at: position, fields: restored)
        if !trail.added.isEmpty || !trail.removed.isEmpty { listed.append((position, trail)) }
    }

    private mutating func add(_ account: Account, at position: Int?, fields: AccountFields) {
        let changes = position.map {
            Difference.changes(
                from: planner.provider.accounts[$0].account, to: account,
                fields: self.fields(account).comparable.intersection(fields))
        }
        if changes?.isEmpty == true { return }
        pairs.append(
            Matcher.Pair(
                desired: DesiredAccount(account: account, fields: fields, scope: reason), account: position,
                changes: changes ?? []))
    }

    // MARK: Notes

    private mutating func note(_ code: Finding.Code, _ address: MailAddress, _ text: String) {
        findings.append(Finding(code, address.text, "\(address) \(text)"))
    }

    private mutating func noteOnTheWhole() {
        for address in run.untold {
            note(
                .lostForGood, address,
                "was changed by the run, and its journal does not say how: an older version wrote it.")
        }
        if !run.hasEnded {
            findings.append(
                Finding(
                    .changedSince, "", "The journal does not say that \(run) has ended: it was killed, or is at work."))
        }
        if kept > 0 {
            findings.append(
                Finding(
                    .keptSuspended, "",
                    (kept == 1 ? "An account that the run made is" : "\(kept) accounts that the run made are")
                        + " suspended and not deleted, with all addresses, for there may be mail by now."))
        }
    }
}

extension Account {
    /// Gives a field the value that it had.
    fileprivate mutating func restore(_ field: AccountField, to old: FieldValue) throws(FieldTypeError) {
        // Only attributes that an account speaks of are compared.
        if case .attribute(let name) = field, old == .unset { attributes[name] = "" } else { try set(field, to: old) }
    }
}

extension AccountField {
    /// Its place among the fields; free attributes come last.
    fileprivate var order: (Int, String) { (Self.allCases.firstIndex(of: self) ?? Self.allCases.count, rawValue) }
}
