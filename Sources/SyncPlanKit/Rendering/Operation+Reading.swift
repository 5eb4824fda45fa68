internal import DirectoryModel
internal import ReconcileEngine

/// What is shown of an operation, in whatever it is written.
///
/// Values are as the directory and the provider have them: whoever writes them makes them harmless first.
extension Operation {
    /// One field that changes, as what is taken and what is given.
    struct Reading: Sendable {
        let field: String
        /// Whether these are members of a list; the others of the list stay.
        let isList: Bool
        /// The members that go, or the old value.
        let old: [String]
        /// The members that come, or the new value.
        let new: [String]
        /// Why the new value is what it is; nil where there is no more to say than that the directory says so.
        let reason: String?
    }

    /// The changes to show: without those that the kind of operation says itself.
    var readings: [Reading] {
        changes.filter { change in
            switch kind {
            case .rename: change.field != .address
            case .create, .delete, .suspend, .update, .reactivate, .adopt: change.field != .active
            }
        }.map { Reading($0) }
    }

    /// The changes to show in one text.
    var changesText: String {
        readings.map { reading in
            reading.isList
                ? "\(reading.field): \((reading.old.map { "- \($0)" } + reading.new.map { "+ \($0)" }).joined(separator: " "))"
                : "\(reading.field): \(reading.old.joined()) → \(reading.new.joined())"
        }.joined(separator: "; ")
    }

    /// What an account that is made has, in a few words; empty for other operations.
    var contents: [String] {
        guard let account else { return [] }
        var parts: [String] = []
        if let kind = account.kind.phrase { parts.append(kind) }
        if let name = account.name { parts.append(name) }
        if let quota = account.quota { parts.append(quota.description) }
        if !account.aliases.isEmpty { parts.append(account.aliases.count.of("alias", "aliases")) }
        if !account.delegates.isEmpty {
            parts.append(account.delegates.count.of(account.kind == .group ? "member" : "delegate"))
        }
        return parts
    }

    /// The reasons that say more than that the directory says so, or that the plan undoes a run.
    var tellingReasons: [String] {
        reasons.allSatisfy { $0.code == .differs || $0.code == .undoes } ? [] : reasons.map(\.description)
    }
}

extension Operation.Reading {
    init(_ change: FieldChange) {
        func texts(_ value: FieldValue) -> [String]? {
            switch value {
            case .unset: []
            case .list(let texts): texts
            default: nil
            }
        }
        field = change.field.rawValue
        reason = change.reason?.description
        isList = change.field == .aliases || change.field == .delegates
        if isList, let old = texts(change.old), let new = texts(change.new) {
            let (inOld, inNew) = (Set(old), Set(new))
            self.old = old.filter { !inNew.contains($0) }
            self.new = new.filter { !inOld.contains($0) }
        } else {
            old = [change.old.description]
            new = [change.new.description]
        }
    }
}

extension AccountKind {
    /// What it is called where it is no person's own account.
    var phrase: String? {
        switch self {
        case .personal: nil
        case .functional: "functional account"
        case .group: "group"
        }
    }
}

extension PendingDeletion {
    /// The day on which it may be deleted: `2026-11-21`.
    var day: String { String(due.description.prefix(10)) }
}

extension Finding.Code {
    /// What somebody can do about it; nil where that depends too much on what was found.
    var advice: String? {
        switch self {
        case .addressCollision: "Take the address away from all but one of them, in the directory or at the provider."
        case .foreignDomain: "Where the domain is yours, add it to `domains`."
        case .noAddress: "Give them a primary address in the directory, or keep them out with `people.exclude`."
        case .malformedAddress: "Correct the value in the directory."
        case .entitlementConflict: "Take them out of all but one of the groups, or leave it: the larger one counts."
        case .ambiguousMatch: "See `sync-plan explain` for whoever is named."
        case .unknownAttribute: "Correct the name in the configuration; `sync-plan attributes` lists what there is."
        case .delegateLeftOut: "Bring whoever is named into scope, or leave it."
        case .changedSince: "Look at the accounts, and put right by hand what should not be so."
        case .lostForGood:
            "What an account held, its password, the provider's id of it, and that it was a delegate of others where the "
                + "run did not change that, do not come back."
        case .keptSuspended: "`sync-plan revert --delete` deletes them instead."
        case .wantedAgain:
            "Before you apply anything else, change the rules or the directory, keep people out with `people.exclude`, "
                + "or list their accounts under `protected`."
        case .otherKind: "Convert the account at the provider, or leave it."
        default: nil
        }
    }
}
