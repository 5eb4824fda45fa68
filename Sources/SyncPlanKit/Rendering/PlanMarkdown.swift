internal import DirectoryModel
internal import ReconcileEngine

/// A plan as Markdown for a ticket or a merge request, as GitHub and GitLab read it.
///
/// What takes something away and what is held stands open; the rest is folded, a click away.
struct PlanMarkdown {
    /// How many entries of a section are shown before the rest is only counted; nil for all.
    var limit: Int?
    /// The most characters, as far as shortening sections allows: GitHub takes 65,536 in a comment.
    static let room = 60_000

    let outline: PlanOutline
    let header: PlanHeader
    let digest: PlanDigest
    /// For each violation the command that approves it, nil where nobody can; empty for a plan that is not saved.
    let approvals: [String?]
    let ending: String

    /// The whole plan; where a limit is set, with shorter sections if it did not fit otherwise.
    var text: String {
        guard let limit else { return text(showing: nil) }
        for shown in [limit, 10, 3, 1] where shown <= limit {
            let text = text(showing: shown)
            if text.utf8.count <= Self.room { return text }
        }
        return text(showing: 0)
    }

    private func text(showing limit: Int?) -> String {
        let overview = outline.plan.overview
        var blocks = [
            "## \(MarkdownText.sentence(overview.directory)) → \(MarkdownText.sentence(overview.provider))",
            "**\(outline.summary)** \(ending)",
            [
                overview.undoneRun == nil
                    ? side(overview.directoryIncomplete, "directory", outline.origin)
                    : "What the run did is undone, as its journal tells it.",
                side(overview.providerIncomplete, "provider", overview.accounts.of("account")),
                "Plan `\(digest.short)` of \(header.madeAt).",
            ].joined(separator: "\n"),
        ]
        blocks += domains(limit)
        var violations = 0
        for section in outline.sections {
            if case .held = section.subject {
                violations += 1
                if let limit, violations > max(limit, 3) { continue }
            }
            blocks += self.section(section, limit)
        }
        if let limit, violations > max(limit, 3) {
            blocks.append("… and \((violations - max(limit, 3)).of("more rule")) that hold something.")
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private func side(_ incomplete: [String], _ name: String, _ count: String) -> String {
        guard let first = incomplete.first else { return "The \(name) was read completely: \(count)." }
        return "**The \(name) was not read completely:** \(MarkdownText.sentence(first)) (\(count))"
    }

    private func domains(_ limit: Int?) -> [String] {
        if outline.domains.count < 2 { return [] }
        let kinds = PlanOutline.kinds.filter { kind in outline.domains.contains { $0.counts[kind] != nil } }
        let shown = outline.domains.prefix(limit ?? outline.domains.count)
        let rows = shown.map { domain in
            [MarkdownText.code(domain.domain)] + kinds.map { domain.counts[$0]?.grouped ?? "" }
        }
        let rest = outline.domains.count - shown.count
        return [table(["domain"] + kinds.map(\.rawValue), rows)]
            + (rest > 0 ? ["… and \(rest.of("more domain"))."] : [])
    }

    // MARK: Sections

    private func section(_ section: PlanOutline.Section, _ limit: Int?) -> [String] {
        let title = "**\(MarkdownText.sentence(outline.title(of: section)))**"
        let shown = section.entries.prefix(limit ?? section.entries.count)
        let content = entries(shown) + remainder(section.entries.dropFirst(shown.count), section.subject)
        switch section.subject {
        case .losses: return ["> [!CAUTION]\n> \(title)"] + content
        case .held(let index):
            let text = MarkdownText.sentence(outline.plan.violations[index].text)
            var quote = "> [!WARNING]\n> \(title). \(text)"
            if let command = outline.approval(of: section, approvals) {
                quote += "\n>\n> Approve exactly these: \(MarkdownText.code(command))"
            }
            return [quote] + content
        case .kind, .later: return folded(title, content)
        case .notes(let code): return folded(title, content + (code.advice.map { ["What to do: \($0)"] } ?? []))
        }
    }

    private func folded(_ title: String, _ content: [String]) -> [String] {
        let title = title.replacing("**", with: "")
        return ["<details>\n<summary>\(title)</summary>"] + content + ["</details>"]
    }

    private func remainder(
        _ entries: some Collection<PlanOutline.Entry>, _ subject: PlanOutline.Subject
    ) -> [String] {
        if entries.isEmpty { return [] }
        let what: String =
            switch subject {
            case .losses, .held: "operation"
            case .kind(let kind): kind.rawValue
            case .later: "account"
            case .notes: "note"
            }
        if case .operation? = entries.first { return ["… and \(outline.remainder(entries, what))."] }
        return ["… and \(entries.count.of("more \(what)"))."]
    }

    private func entries(_ entries: some Collection<PlanOutline.Entry>) -> [String] {
        switch entries.first {
        case nil: return []
        case .operation: return [table(["", "account", "change", "why"], entries.compactMap(row))]
        case .deletion:
            return [
                table(
                    ["account", "deleted on", "why"],
                    entries.compactMap(\.deletion).map { deletion in
                        [
                            MarkdownText.code(deletion.address.text), deletion.day,
                            MarkdownText.sentence(deletion.reason.description),
                        ]
                    })
            ]
        case .finding:
            return [entries.compactMap(\.finding).map { "- \(MarkdownText.sentence($0.text))" }.joined(separator: "\n")]
        }
    }

    private func row(_ entry: PlanOutline.Entry) -> [String]? {
        guard case .operation(let operation, let heldBy) = entry else { return nil }
        var account = MarkdownText.code(operation.address.text)
        if operation.kind == .rename { account += " → \(MarkdownText.code(operation.resultingAddress.text))" }
        let contents =
            operation.contents.isEmpty
            ? [] : [MarkdownText.sentence(operation.contents.joined(separator: ", "))]
        var reasons = operation.tellingReasons.map(MarkdownText.sentence)
        if heldBy.count > 1 {
            let rails = Set(heldBy.map { outline.plan.violations[$0].rail }).sorted()
            reasons.append("needs the approval of each: \(rails.map(MarkdownText.code).joined(separator: ", "))")
        }
        let changes = contents + operation.readings.map(text)
        return [
            operation.isDestructive ? "**\(operation.kind.rawValue)**" : operation.kind.rawValue, account,
            changes.joined(separator: "<br>"), reasons.joined(separator: "; "),
        ]
    }

    private func text(_ reading: Operation.Reading) -> String {
        let (old, new) = (reading.old.map(MarkdownText.code), reading.new.map(MarkdownText.code))
        let values =
            reading.isList
            ? (old.map { "− \($0)" } + new.map { "+ \($0)" }).joined(separator: " ")
            : "\(old.joined()) → \(new.joined())"
        let reason = reading.reason.map { " (\(MarkdownText.sentence($0)))" } ?? ""
        return "\(MarkdownText.sentence(reading.field)): \(values)\(reason)"
    }

    private func table(_ heads: [String], _ rows: [[String]]) -> String {
        ([heads, heads.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }
}
