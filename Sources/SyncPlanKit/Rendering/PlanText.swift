internal import DirectoryModel
public import ReconcileEngine

/// A plan as text for people: what is destructive first, then the rest, then what is held, what is noteworthy, and a
/// summary.
///
/// Without colour the same plan gives the same text.
public struct PlanText: Sendable {
    /// How text is marked.
    public var style: Style
    /// How many operations of a kind, held operations and notes are shown before the rest is only counted; nil for all.
    public var limit: Int?

    /// Makes a renderer.
    public init(style: Style = Style(), limit: Int? = 20) {
        self.style = style
        self.limit = limit
    }

    /// The whole plan.
    ///
    /// - Parameters:
    ///   - approvals: for each of ``Plan/violations`` the command that approves it, nil where nobody can; empty for a plan
    ///     that is not saved, and so cannot be approved yet.
    ///   - ending: the last sentence, which tells what was done with the plan.
    public func render(_ plan: Plan, approvals: [String?] = [], ending: String) -> String {
        var lines = [header(plan.overview), ""]
        lines += operations(plan)
        lines += held(plan, approvals)
        lines += notes(plan)
        let summary = summary(plan)
        lines.append(ending.isEmpty ? summary : "\(summary)   \(ending)")
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Header and summary

    private func header(_ overview: Plan.Overview) -> String {
        let directory = overview.directoryIncomplete.isEmpty ? "complete" : style.red("INCOMPLETE")
        let provider = overview.providerIncomplete.isEmpty ? "complete" : style.red("INCOMPLETE")
        return "\(style.bold(overview.directory)) (\(directory): \(overview.usersInScope.grouped) of "
            + "\(overview.users.of("user")) in scope)  →  \(style.bold(overview.provider)) "
            + "(\(overview.accounts.of("account")), \(provider))"
    }

    /// The counts in one line.
    ///
    /// They read like `2 creates, 1 update; 3 held; 1 note.`
    public func summary(_ plan: Plan) -> String {
        let counts = plan.counts
        var parts = [
            Self.order.compactMap { kind in
                counts[kind].map { $0.of(kind.rawValue) }
            }.joined(separator: ", ")
        ]
        if parts[0].isEmpty { parts[0] = plan.held.isEmpty ? "Nothing to do" : "Nothing to do but what is held" }
        if !plan.held.isEmpty { parts.append("\(plan.held.count.grouped) held") }
        if !plan.findings.isEmpty { parts.append(plan.findings.count.of("note")) }
        return style.bold(parts.joined(separator: "; ") + ".")
    }

    /// What is destructive comes first.
    private static let order: [Operation.Kind] = [
        .delete, .suspend, .rename, .update, .reactivate, .adopt, .create,
    ]

    // MARK: Operations

    private func operations(_ plan: Plan) -> [String] {
        if plan.operations.isEmpty { return [] }
        let width = plan.operations.lazy.map(\.address.text.count).reduce(0) { max($0, min($1, 40)) }
        let byKind = Dictionary(grouping: plan.operations, by: \.kind)
        var lines: [String] = []
        for kind in Self.order {
            guard let all = byKind[kind] else { continue }
            for operation in all.prefix(limit ?? all.count) { lines += text(of: operation, width: width) }
            if let limit, all.count > limit {
                lines.append("     … and \((all.count - limit).of("more \(kind.rawValue)")); --all shows them.")
            }
        }
        return lines + [""]
    }

    private func text(of operation: Operation, width: Int) -> [String] {
        let address = operation.address.text.printable
        let reasons = operation.reasons.map(\.description.printable).joined(separator: "; ")
        let mark = mark(of: operation.kind)
        switch operation.kind {
        case .create:
            return ["  \(mark)  \(address.padded(width))  \(contents(of: operation, reasons))"]
        case .delete, .suspend:
            return ["  \(mark)  \(address.padded(width))  \(reasons)"]
        case .rename:
            let first = "  \(mark)  \(address) → \(operation.resultingAddress.text.printable)  \(reasons)"
            return [first] + fields(of: operation, without: .address)
        case .update, .reactivate, .adopt:
            let first =
                operation.reasons.allSatisfy { $0.code == .differs } ? address : "\(address.padded(width))  \(reasons)"
            return ["  \(mark)  \(first)"] + fields(of: operation, without: .active)
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
        if let name = account.name { parts.append(name.printable) }
        if let quota = account.quota { parts.append(quota.description) }
        if !account.aliases.isEmpty { parts.append(account.aliases.count.of("alias", "aliases")) }
        return parts.isEmpty ? reasons : "\(parts.joined(separator: ", ")); \(reasons)"
    }

    private func fields(of operation: Operation, without hidden: AccountField) -> [String] {
        let shown = operation.changes.filter { $0.field != hidden }
        let width = shown.map(\.field.rawValue.count).max() ?? 0
        return shown.map { change in
            let reason = change.reason.map { "   \($0.description.printable)" } ?? ""
            return
                "                   \(change.field.rawValue.padded(width))  \(values(of: change))\(style.faint(reason))"
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
        if change.field == .aliases, let old = texts(change.old), let new = texts(change.new) {
            let removed = old.filter { !new.contains($0) }.map { style.red("- \($0.printable)") }
            let added = new.filter { !old.contains($0) }.map { style.green("+ \($0.printable)") }
            return (removed + added).joined(separator: "  ")
        }
        return "\(change.old.description.printable) → \(change.new.description.printable)"
    }

    // MARK: Held and noteworthy

    private func held(_ plan: Plan, _ approvals: [String?]) -> [String] {
        if plan.violations.isEmpty { return [] }
        var lines: [String] = []
        var heldBy = [[HeldOperation]](repeating: [], count: plan.violations.count)
        for held in plan.held {
            for index in held.violations { heldBy[index].append(held) }
        }
        for (index, violation) in plan.violations.enumerated() {
            let operations = heldBy[index].map(\.operation)
            lines.append("\(style.red("held"))   \(violation.text.printable)")
            for operation in operations.prefix(limit ?? operations.count) {
                let reasons = operation.reasons.map(\.description.printable).joined(separator: "; ")
                lines.append(
                    "         \(operation.kind.rawValue.padded(10))  \(operation.address.text.printable)  \(reasons)")
            }
            if let limit, operations.count > limit {
                lines.append("         … and \((operations.count - limit).grouped) more; --all shows them.")
            }
            if index < approvals.count, let command = approvals[index],
                heldBy[index].contains(where: plan.canBeApproved)
            {
                lines.append("       approve exactly these with   \(command.printable)")
            }
        }
        if approvals.isEmpty, plan.held.contains(where: { plan.canBeApproved($0) }) {
            lines.append("       to approve some of these, save the plan first: sync-plan plan --out FILE")
        }
        return lines + [""]
    }

    /// Findings of one kind come together, so that many of one kind do not hide the few of another.
    private func notes(_ plan: Plan) -> [String] {
        if plan.findings.isEmpty { return [] }
        let limit = limit.map { max(1, $0 / 4) }
        var lines: [String] = []
        for (code, findings) in Dictionary(grouping: plan.findings, by: \.code).sorted(by: {
            $0.key.rawValue < $1.key.rawValue
        }) {
            for finding in findings.prefix(limit ?? findings.count) {
                lines.append("\(style.yellow("note"))   \(finding.text.printable)")
            }
            if let limit, findings.count > limit {
                lines.append(
                    "       … and \((findings.count - limit).grouped) more like this (\(code.rawValue)); --all shows them."
                )
            }
        }
        return lines + [""]
    }
}
