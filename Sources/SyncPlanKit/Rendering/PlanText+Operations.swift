internal import DirectoryModel
internal import ReconcileEngine

/// Single operations as text.
extension PlanText {
    /// An operation with what it changes, one line each.
    ///
    /// - Parameters:
    ///   - width: how wide addresses are at least.
    ///   - mark: the sign that the line begins with, and its colour; nil for the one of the operation's kind.
    func text(of operation: Operation, width: Int, mark: String? = nil) -> [String] {
        let address = operation.address.text.printable
        let reasons = operation.reasons.map(\.description.printable).joined(separator: "; ")
        let mark = mark ?? self.mark(of: operation.kind)
        switch operation.kind {
        case .create:
            return ["  \(mark)  \(address.padded(width))  \(contents(of: operation, reasons))"]
        case .delete, .suspend:
            return ["  \(mark)  \(address.padded(width))  \(reasons)"]
        case .rename:
            let first = "  \(mark)  \(address) → \(operation.resultingAddress.text.printable)  \(reasons)"
            return [first] + fields(operation.changes, without: .address)
        case .update, .reactivate, .adopt:
            let first =
                operation.reasons.allSatisfy { $0.code == .differs } ? address : "\(address.padded(width))  \(reasons)"
            return ["  \(mark)  \(first)"] + fields(operation.changes, without: .active)
        }
    }

    private func mark(of kind: Operation.Kind) -> String {
        let word = kind.rawValue.padded(10)
        return switch kind {
        case .delete: style.red("-  \(word)")
        case .suspend: style.red("!  \(word)")
        case .rename: style.cyan(">  \(word)")
        case .update: style.yellow("~  \(word)")
        case .reactivate: style.green("^  \(word)")
        case .adopt: style.cyan("=  \(word)")
        case .create: style.green("+  \(word)")
        }
    }

    private func contents(of operation: Operation, _ reasons: String) -> String {
        guard let account = operation.account else { return reasons }
        var parts: [String] = []
        if let kind = account.kind.phrase { parts.append(kind) }
        if let name = account.name { parts.append(name.printable) }
        if let quota = account.quota { parts.append(quota.description) }
        if !account.aliases.isEmpty { parts.append(account.aliases.count.of("alias", "aliases")) }
        if !account.delegates.isEmpty {
            parts.append(account.delegates.count.of(account.kind == .group ? "member" : "delegate"))
        }
        return parts.isEmpty ? reasons : "\(parts.joined(separator: ", ")); \(reasons)"
    }

    /// Changes of fields, one line each.
    func fields(_ changes: [FieldChange], without hidden: AccountField? = nil) -> [String] {
        let shown = changes.filter { $0.field != hidden }
        let width = shown.map(\.field.rawValue.printable.count).max() ?? 0
        return shown.map { change in
            let reason = change.reason.map { "   \($0.description.printable)" } ?? ""
            let field = change.field.rawValue.printable.padded(width)
            return "                   \(field)  \(values(of: change))\(style.faint(reason))"
        }
    }

    private func values(of change: FieldChange) -> String {
        func texts(_ value: FieldValue) -> [String]? {
            switch value {
            case .unset: []
            case .list(let texts): texts
            default: nil
            }
        }
        if change.field == .aliases || change.field == .delegates, let old = texts(change.old),
            let new = texts(change.new)
        {
            let (inOld, inNew) = (Set(old), Set(new))
            let removed = old.filter { !inNew.contains($0) }.map { style.red("- \($0.printable)") }
            let added = new.filter { !inOld.contains($0) }.map { style.green("+ \($0.printable)") }
            return (removed + added).joined(separator: "  ")
        }
        return "\(change.old.description.printable) → \(change.new.description.printable)"
    }

    /// A deletion to come, with its day.
    func text(of deletion: PendingDeletion, width: Int = 0) -> String {
        "delete on \(deletion.due.description.prefix(10))  \(deletion.address.text.printable.padded(width))  "
            + deletion.reason.description.printable
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
