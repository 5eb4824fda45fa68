internal import DirectoryModel
public import ReconcileEngine

/// A plan as text for people: what is destructive first, then the rest, then what will be deleted one day, what is held,
/// what is noteworthy, and a summary.
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
        lines += pending(plan)
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
        if !plan.pending.isEmpty { parts.append("\(plan.pending.count.grouped) to be deleted later") }
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

    // MARK: Later, held and noteworthy

    private func pending(_ plan: Plan) -> [String] {
        if plan.pending.isEmpty { return [] }
        let shown = plan.pending.prefix(limit ?? plan.pending.count)
        let width = shown.lazy.map(\.address.text.printable.count).reduce(0) { max($0, min($1, 40)) }
        var lines = shown.map { "\(style.yellow("later"))  \(text(of: $0, width: width))" }
        if plan.pending.count > shown.count {
            lines.append("       … and \((plan.pending.count - shown.count).grouped) more; --all shows them.")
        }
        return lines + [""]
    }

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
