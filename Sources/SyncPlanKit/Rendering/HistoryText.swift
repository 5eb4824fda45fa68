internal import DirectoryModel
public import PlanExecution
internal import ReconcileEngine

/// Past runs as text for people.
public struct HistoryText: Sendable {
    /// How text is marked.
    public var style: Style
    /// How many operations of a run are shown before the rest is only counted; nil for all.
    public var limit: Int?

    /// Makes a renderer.
    public init(style: Style = Style(), limit: Int? = 20) {
        self.style = style
        self.limit = limit
    }

    /// The runs, the latest first.
    public func render(_ runs: [RunRecord]) -> String {
        if runs.isEmpty { return "There is no such run.\n" }
        let table = TextTable(
            heads: ["run", "began", "took", "ended", "by", "done", "failed", "stale", "held", "plan", ""],
            rows: runs.map { run in
                [
                    "\(run.number)", "\(run.began)", run.duration ?? "", run.endingText, run.user, run.done.grouped,
                    Self.count(run.counts[.failed]), Self.count(run.counts[.stale]), Self.count(run.held),
                    String(run.plan.prefix(8)), run.undoing,
                ]
            })
        return table.lines(style).joined(separator: "\n") + "\n"
    }

    /// One run with its operations: what did not work first, then the rest in the order of the plan.
    public func render(_ run: RunDetails) -> String {
        let record = run.record
        var lines = [
            "\(style.bold("run \(record.number)")) of \(record.began)\(record.undoing.isEmpty ? "" : ", \(record.undoing)")",
            style.faint(
                [
                    "by \(record.user)", "sync-plan \(record.tool)", "plan \(record.plan.prefix(8))",
                    "configuration \(record.configuration.prefix(8))",
                ].filter { $0.last != " " }.joined(separator: ", ").printable), "",
        ]
        let (troubled, fine) = (run.entries.filter(\.isTroubled), run.entries.filter { !$0.isTroubled })
        lines += operations(troubled) + operations(fine)
        if !run.entries.isEmpty { lines.append("") }
        lines.append(style.bold(Self.summary(record)))
        let renderer = PlanText(style: style)
        return lines.flatMap(renderer.lines).joined(separator: "\n") + "\n"
    }

    private func operations(_ entries: [JournalEntry]) -> [String] {
        let shown = entries.prefix(limit ?? entries.count)
        let width = shown.reduce(0) { max($0, min($1.address.text.printable.count, 40)) }
        let renderer = PlanText(style: style, limit: nil)
        var lines: [String] = []
        for entry in shown {
            if let operation = entry.operation {
                lines += renderer.text(of: operation, width: width)
            } else {
                lines.append(
                    "  \(entry.kind.sign)  \(entry.kind.rawValue.padded(10))  \(entry.address.text.printable)  "
                        + style.faint("(what changed was not written down)"))
            }
            if let result = result(of: entry) { lines.append("       \(result)") }
        }
        if entries.count > shown.count {
            lines.append("     … and \((entries.count - shown.count).of("more operation")); --all shows them.")
        }
        return lines
    }

    private func result(of entry: JournalEntry) -> String? {
        let message = (entry.message ?? "").printable
        return switch entry.state {
        case .done: nil
        case .already: style.faint("was so already")
        case .stale: "\(style.yellow("stale"))   \(message)"
        case .failed: "\(style.red("failed"))  \(message)"
        case .intended: "\(style.yellow("begun"))   what became of it is not known"
        }
    }

    private static func summary(_ run: RunRecord) -> String {
        let words: [(JournalEntry.State, String)] = [
            (.done, "done"), (.already, "already so"), (.stale, "stale"), (.failed, "failed"), (.intended, "unknown"),
        ]
        var parts = words.compactMap { state, word in run.counts[state].map { "\($0.grouped) \(word)" } }
        let begun = run.counts.values.reduce(0, +)
        if begun < run.operations { parts.append("\((run.operations - begun).grouped) not begun or done earlier") }
        if let held = run.held, held > 0 { parts.append("\(held.grouped) held") }
        let text = parts.isEmpty ? "Nothing to do" : parts.joined(separator: ", ")
        return "\(text). \(run.endingSentence)"
    }

    /// The runs as comma-separated values (RFC 4180), the latest first, with a head.
    public func csv(_ runs: [RunRecord]) -> String {
        var values = CommaSeparatedValues()
        values.append([
            "run", "began", "ended", "ending", "user", "tool", "operations", "done", "already", "stale", "failed",
            "unknown", "held", "undoes", "undone-by", "plan", "configuration",
        ])
        for run in runs {
            let counts = [.done, .already, .stale, .failed, .intended].map { (state: JournalEntry.State) in
                "\(run.counts[state] ?? 0)"
            }
            values.append(
                ([
                    "\(run.number)", "\(run.began)", run.ended?.description ?? "", run.ending ?? "", run.user, run.tool,
                    "\(run.operations)",
                ] + counts + [
                    run.held.map { "\($0)" } ?? "", run.undoes.map { "\($0)" } ?? "",
                    run.undoneBy.map { "\($0)" }.joined(separator: " "), run.plan, run.configuration,
                ]).map(\.printable))
        }
        return values.text
    }

    /// The operations of a run as comma-separated values (RFC 4180) in the order of the plan, with a head.
    public func csv(_ run: RunDetails) -> String {
        var values = CommaSeparatedValues()
        values.append(["position", "at", "result", "kind", "address", "account", "changes", "reasons", "message"])
        for entry in run.entries {
            values.append(
                [
                    "\(entry.position)", "\(entry.at)", entry.state.rawValue, entry.kind.rawValue, entry.address.text,
                    entry.account?.rawValue ?? "", entry.operation?.changesText ?? "",
                    entry.operation?.reasons.map(\.description).joined(separator: "; ") ?? "", entry.message ?? "",
                ].map(\.printable))
        }
        return values.text
    }

    private static func count(_ number: Int?) -> String { number.map { $0 == 0 ? "" : $0.grouped } ?? "" }
}

extension JournalEntry {
    /// Whether it is one of those to be looked at first.
    fileprivate var isTroubled: Bool { state == .failed || state == .stale || state == .intended }
}

extension RunRecord {
    /// How long it took; nil where it is not known.
    fileprivate var duration: String? {
        guard let ended else { return nil }
        let seconds = max(0, ended.secondsSince1970 - began.secondsSince1970)
        if seconds < 120 { return "\(seconds) s" }
        return seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }

    /// How it ended, in a word or two.
    fileprivate var endingText: String { ended == nil ? "killed or at work" : ending ?? "ended" }

    fileprivate var endingSentence: String {
        guard ended != nil else { return "It was killed, or is at work." }
        return "It \(ending == "finished" || ending == nil ? "came to its end" : "ended: \(ending ?? "")") after "
            + "\(duration ?? "some time")."
    }

    /// Which run it undid, or was undone by.
    fileprivate var undoing: String {
        let parts = [
            undoes.map { "undid run \($0)" },
            undoneBy.isEmpty ? nil : "undone by run \(undoneBy.map { "\($0)" }.joined(separator: ", "))",
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}
