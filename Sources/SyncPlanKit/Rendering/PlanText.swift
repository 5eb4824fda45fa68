internal import DirectoryModel
public import ReconcileEngine

/// A plan as text for people: what takes something away first, then what is held, the rest, what will be deleted one day,
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
    ///   - approvals: for each of `Plan.violations` the command that approves it, nil where nobody can; empty for a plan
    ///     that is not saved, and so cannot be approved yet.
    ///   - ending: the last sentence, which tells what was done with the plan.
    public func render(_ plan: Plan, approvals: [String?] = [], ending: String) -> String {
        let outline = PlanOutline(plan)
        var lines = [header(outline), ""]
        var last: PlanOutline.Subject?
        var rules = 0
        for section in outline.sections {
            if case .held = section.subject {
                rules += 1
                if let limit, rules > limit { continue }
            }
            let isFirst = last.map { !$0.isBeside(section.subject) } ?? true
            if isFirst, last != nil { lines += offer(after: last, plan, approvals) + [""] }
            lines += text(of: section, outline, approvals)
            last = section.subject
        }
        lines += offer(after: last, plan, approvals)
        if let limit, rules > limit {
            lines += ["", "held   … by \((rules - limit).of("more rule")), too; --all shows them."]
        }
        if last != nil { lines.append("") }
        lines += domains(outline)
        let summary = style.bold(outline.summary)
        lines.append(ending.isEmpty ? summary : "\(summary)   \(ending)")
        return lines.flatMap(self.lines).joined(separator: "\n") + "\n"
    }

    private func header(_ outline: PlanOutline) -> String {
        let overview = outline.plan.overview
        let directory = overview.directoryIncomplete.isEmpty ? "complete" : style.red("INCOMPLETE")
        let provider = overview.providerIncomplete.isEmpty ? "complete" : style.red("INCOMPLETE")
        let source = overview.undoneRun == nil ? "\(directory): \(outline.origin)" : outline.origin
        return "\(style.bold(overview.directory)) (\(source))  →  \(style.bold(overview.provider)) "
            + "(\(overview.accounts.of("account")), \(provider))"
    }

    /// The counts of each domain, where there are several.
    private func domains(_ outline: PlanOutline) -> [String] {
        if outline.domains.count < 2 { return [] }
        let shown = outline.domains.prefix(limit ?? outline.domains.count)
        let width = shown.map(\.domain.count).max() ?? 0
        var lines = shown.map { "in \($0.domain.padded(width))  \(PlanOutline.text($0.counts))" }
        if outline.domains.count > shown.count {
            lines.append("   … and \((outline.domains.count - shown.count).of("more domain")); --all shows them.")
        }
        return lines + [""]
    }

    // MARK: Sections

    private func text(
        of section: PlanOutline.Section, _ outline: PlanOutline, _ approvals: [String?]
    ) -> [String] {
        switch section.subject {
        case .losses: [style.red(style.bold(outline.title(of: section))) + ":"] + operations(section.entries, outline)
        case .kind: operations(section.entries, outline)
        case .held(let index):
            ["\(style.red("held"))   \(outline.plan.violations[index].text.printable)"]
                + held(section.entries, index, outline)
                + (outline.approval(of: section, approvals)
                    .map { ["       approve exactly these with   \($0.printable)"] } ?? [])
        case .later: later(section.entries)
        case .notes(let code): notes(section.entries, code)
        }
    }

    /// What follows the last of the sections of violations.
    private func offer(after subject: PlanOutline.Subject?, _ plan: Plan, _ approvals: [String?]) -> [String] {
        guard case .held = subject, approvals.isEmpty, plan.held.contains(where: { plan.canBeApproved($0) }) else {
            return []
        }
        let command = plan.overview.undoneRun.map { "revert \($0)" } ?? "plan"
        return ["       to approve some of these, save the plan first: sync-plan \(command) --out FILE"]
    }

    /// What a violation holds: operations that an earlier one holds too have been shown there.
    private func held(_ entries: [PlanOutline.Entry], _ index: Int, _ outline: PlanOutline) -> [String] {
        let fresh = entries.filter { $0.heldBy.first == index }
        var lines = operations(fresh, outline, indented: "     ")
        let others = entries.filter { $0.heldBy.first != index }.compactMap(\.address)
        if !others.isEmpty {
            let named = others.prefix(limit.map { max(1, $0 / 4) } ?? others.count).map(\.text.printable)
            let more = others.count > named.count ? " and \((others.count - named.count).grouped) more" : ""
            lines.append("       shown above: \(named.joined(separator: ", "))\(more)")
        }
        let rails = Set(entries.flatMap(\.heldBy).filter { $0 != index }).sorted().map {
            outline.plan.violations[$0].rail
        }
        if !rails.isEmpty {
            let count = entries.count { $0.heldBy.count > 1 }
            let names = Set(rails).sorted().joined(separator: ", ").printable
            lines.append(
                "       \(count.grouped) of these \(count == 1 ? "is" : "are") held by \(names), too: it takes the approval of each"
            )
        }
        return lines
    }

    /// Operations by kind, of each as many as ``limit`` allows.
    private func operations(
        _ entries: [PlanOutline.Entry], _ outline: PlanOutline, indented margin: String = ""
    ) -> [String] {
        var lines: [String] = []
        var rest = entries[...]
        while case .operation(let first, _)? = rest.first {
            let all = rest.prefix { entry in
                if case .operation(let operation, _) = entry { operation.kind == first.kind } else { false }
            }
            rest = rest.dropFirst(all.count)
            let shown = all.prefix(limit ?? all.count)
            for case .operation(let operation, _) in shown {
                lines += text(of: operation, width: outline.width).map { margin + $0 }
            }
            if all.count > shown.count {
                let remainder = outline.remainder(all.dropFirst(shown.count), first.kind.rawValue)
                lines.append("\(margin)     … and \(remainder); --all shows them.")
            }
        }
        return lines
    }

    private func later(_ entries: [PlanOutline.Entry]) -> [String] {
        let deletions = entries.compactMap(\.deletion)
        let shown = deletions.prefix(limit ?? deletions.count)
        let width = shown.lazy.map(\.address.text.printable.count).reduce(0) { max($0, min($1, 40)) }
        var lines = shown.map { "\(style.yellow("later"))  \(text(of: $0, width: width))" }
        if deletions.count > shown.count {
            lines.append("       … and \((deletions.count - shown.count).grouped) more; --all shows them.")
        }
        return lines
    }

    /// Findings of one kind come together, so that many of one kind do not hide the few of another.
    private func notes(_ entries: [PlanOutline.Entry], _ code: Finding.Code) -> [String] {
        let findings = entries.compactMap(\.finding)
        let shown = findings.prefix(limit.map { max(1, $0 / 4) } ?? findings.count)
        var lines = shown.map { "\(style.yellow("note"))   \($0.text.printable)" }
        if findings.count > shown.count {
            lines.append(
                "       … and \((findings.count - shown.count).grouped) more like this (\(code.rawValue)); --all shows them."
            )
        }
        return lines + (code.advice.map { [style.faint("       \($0)")] } ?? [])
    }
}

extension PlanOutline.Subject {
    /// Whether no empty line parts it from another.
    fileprivate func isBeside(_ other: Self) -> Bool {
        switch (self, other) {
        case (.held, .held), (.kind, .kind), (.notes, .notes): true
        default: false
        }
    }
}

extension PlanOutline.Entry {
    var deletion: PendingDeletion? { if case .deletion(let deletion) = self { deletion } else { nil } }
    var finding: Finding? { if case .finding(let finding) = self { finding } else { nil } }

    /// The address of an operation.
    var address: MailAddress? { if case .operation(let operation, _) = self { operation.address } else { nil } }

    /// The violations that hold it.
    var heldBy: [Int] { if case .operation(_, let heldBy) = self { heldBy } else { [] } }

    /// Whether it is an operation that can be done once everything that holds it is approved.
    func canBeApproved(in plan: Plan) -> Bool {
        guard case .operation(let operation, let heldBy) = self else { return false }
        return plan.canBeApproved(HeldOperation(operation, by: heldBy))
    }
}
