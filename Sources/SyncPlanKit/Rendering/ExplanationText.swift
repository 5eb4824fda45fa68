internal import DirectoryModel
public import ReconcileEngine

/// An explanation as text for people: who it is, what was read, what the rules say of it, and what the plan does about it.
public struct ExplanationText: Sendable {
    /// How text is marked.
    public var style: Style

    /// Makes a renderer.
    public init(style: Style = Style()) { self.style = style }

    /// The whole explanation.
    public func render(_ explanation: Explanation) -> String {
        var sections = [header(explanation)]
        sections.append(section("read", attributes(explanation)))
        sections.append(section("groups", memberships(explanation.memberships)))
        sections.append(section("rules", explanation.rules.map(text)))
        sections.append(section("verdict", verdict(explanation)))
        sections.append(section("account", fields(explanation.fields)))
        sections.append(section("found", match(explanation)))
        sections.append(plan(explanation))
        sections.append(section("note", explanation.findings.map { [$0.text.printable] }))
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private func header(_ explanation: Explanation) -> [String] {
        guard let object = explanation.object else {
            let names = explanation.accounts.map { "\($0.account.address)".printable }.joined(separator: ", ")
            return ["\(style.bold(names)): an account that belongs to nobody in the directory"]
        }
        return [
            "\(style.bold(object.name.printable)): \(object.kind.rawValue) \(object.dn.text.printable)",
            style.faint("id \(object.id.text.printable)"),
        ]
    }

    /// Rows of cells in columns, the first of which has the section's name before it.
    private func section(_ name: String, _ rows: [[String]]) -> [String] {
        var widths: [Int] = []
        for row in rows {
            // The last cell of a row may be as wide as it likes.
            for (column, cell) in row.dropLast().enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], min(cell.count, 40))
            }
        }
        return rows.enumerated().map { index, row in
            let cells = row.enumerated().map { $0 < row.count - 1 ? $1.padded(widths[$0]) : $1 }
            return style.cyan((index == 0 ? name : "").padded(9)) + cells.joined(separator: "  ")
        }
    }

    // MARK: What was read

    private func attributes(_ explanation: Explanation) -> [[String]] {
        let attributes = explanation.attributes
        var rows: [[String]] = []
        for attribute in attributes where attribute.isSecret || !attribute.values.isEmpty {
            let values = attribute.isSecret ? ["‹secret›"] : attribute.values.map(\.printable)
            rows += values.enumerated().map { [$0 == 0 ? attribute.name.text.printable : "", $1] }
        }
        let absent = attributes.filter { !$0.isSecret && $0.values.isEmpty }.map(\.name.text.printable)
        // Most of what the rules read is about users.
        if explanation.object?.kind == .user, !absent.isEmpty {
            rows += lines("not there: \(absent.joined(separator: ", "))").map { [style.faint($0)] }
        }
        return rows
    }

    /// A text of many words in lines that fit beside the margin.
    private func lines(_ text: String) -> [String] {
        guard let columns = style.columns else { return [text] }
        return text.split(separator: " ").reduce(into: [String]()) { lines, word in
            if let last = lines.last, last.count + word.count + 12 <= columns {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
    }

    private func memberships(_ memberships: [ExplainedMembership]) -> [[String]] {
        memberships.map { membership in
            let way =
                switch membership.way {
                case .none: "not a member"
                case .direct: style.green("a member")
                case .primary: style.green("a member: the primary group")
                case .nested:
                    style.green("a member, by way of \(membership.via.map(\.printable).joined(separator: ", "))")
                }
            return [membership.group.text.printable + (membership.countsNested ? " (nested)" : ""), way]
        }
    }

    // MARK: What the rules say

    private func text(of outcome: RuleOutcome) -> [String] {
        let conditions = outcome.conditions.map { condition in
            outcome.conditions.count == 1
                ? condition.text.printable : "\(condition.text.printable) (\(condition.holds ? "yes" : "no"))"
        }
        return [
            "\(outcome.list.rawValue) \(outcome.number)", outcome.holds ? "yes" : "no",
            conditions.isEmpty ? "everybody" : conditions.joined(separator: " and "),
        ]
    }

    private func verdict(_ explanation: Explanation) -> [[String]] {
        guard let verdict = explanation.verdict else { return [] }
        let text =
            switch verdict {
            case .included(let reason): "\(style.green("in scope")): \(reason.description.printable)"
            case .excluded(let rule): "\(style.red("out of scope")): kept out by \(rule.printable)"
            case .unmatched: "\(style.red("out of scope")): no rule of include is met"
            case .notAPerson(let what): "\(style.red("out of scope")): \(what.printable)"
            }
        guard let inactivity = explanation.inactivity else { return [[text]] }
        return [[text], ["\(style.red("not active")): \(inactivity.description.printable)"]]
    }

    private func fields(_ fields: [MappedField]) -> [[String]] {
        fields.map { field in
            [
                field.field.rawValue.printable, field.value.description.printable,
                style.faint(field.reason?.description.printable ?? "from \(field.origin.printable)"),
            ]
        }
    }

    // MARK: What there is, and what is to be done

    private func match(_ explanation: Explanation) -> [[String]] {
        var rows: [[String]] = []
        if let match = explanation.match {
            let steps = match.steps.map(\.description.printable).joined(separator: " and ")
            let ids = match.accounts.map(\.rawValue.printable).joined(separator: ", ")
            switch match.outcome {
            case .bound: rows.append(["account \(ids) is bound to it: by \(steps)"])
            case .adopted: rows.append(["account \(ids) is bound to nobody: the same \(steps)"])
            case .notFound: rows.append(["no account"])
            case .unclear:
                rows.append([ids.isEmpty ? "unclear which account is meant" : "unclear which account is meant: \(ids)"])
            }
        }
        for account in explanation.accounts {
            let kind = account.account.kind.phrase.map { ", a \($0)" } ?? ""
            let state = account.account.isActive ? "" : ", suspended"
            var text = "\(account.id.rawValue.printable)  \(account.account.address.text.printable)\(kind)\(state)"
            if let removal = account.removal {
                text += ": \(removal.removal), because \(removal.reason.description.printable)"
            } else if account.isUnmanaged {
                text += ": left alone, for this profile neither made nor adopted it"
            }
            rows.append([text])
        }
        return rows
    }

    private func plan(_ explanation: Explanation) -> [String] {
        let renderer = PlanText(style: style, limit: nil)
        var lines = explanation.operations.flatMap { planned in
            renderer.text(of: planned.operation, width: 0)
                + planned.heldBy.map { "       \(style.red("held"))  \($0.text.printable)" }
        }
        lines += explanation.pending.map { "  \(style.yellow("later"))  \(renderer.text(of: $0))" }
        if lines.isEmpty { lines.append("  Nothing to do.") }
        for reason in explanation.directoryIncomplete {
            lines.append("  Nothing is taken away from anybody: \(reason.printable)")
        }
        return [style.cyan("plan")] + lines
    }
}
