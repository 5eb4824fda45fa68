public import DirectoryModel
public import PlanExecution
internal import ReconcileEngine

/// The report of a run as text for people: what did not work, each with the provider's words, and a summary.
public struct ReportText: Sendable {
    /// How text is marked.
    public var style: Style

    /// Makes a renderer.
    public init(style: Style = Style()) { self.style = style }

    /// The whole report.
    public func render(_ report: ApplyReport) -> String {
        var lines: [String] = []
        for entry in report.entries {
            let subject = "\(entry.operation.kind.rawValue.padded(10))  \(entry.operation.address.text.printable)"
            switch entry.result {
            case .failed(let code, let message):
                lines.append("\(style.red("failed"))   \(subject)  \(message.printable) [\(code)]")
            case .stale(let message):
                lines.append("\(style.yellow("stale"))    \(subject)  \(message.printable)")
            case .done, .alreadyApplied, .doneEarlier, .notStarted: break
            }
        }
        if !lines.isEmpty { lines.append("") }
        lines.append(style.bold(summary(of: report)))
        return lines.joined(separator: "\n") + "\n"
    }

    /// The run in a sentence or two.
    func summary(of report: ApplyReport) -> String {
        let text = counts(of: report)
        return switch report.ending {
        case .finished: text
        case .stopped: "Stopped. \(text) Run the same command again to go on."
        case .outOfTime: "The time was over. \(text) Run the same command again to go on."
        case .tooManyFailures(let count):
            "Ended early, because \(count.grouped) operations failed or were stale. \(text)"
        case .quarantined(let quarantine):
            "Ended early, because most calls failed. The provider is left alone until \(quarantine.until). \(text) "
                + "Run the same command again then, or with --now."
        case .refused(let message): "Ended early, because the provider refuses the credentials: \(message) \(text)"
        }
    }

    /// How many operations ended how.
    func counts(of report: ApplyReport) -> String {
        var parts: [String] = []
        func add(_ word: String, _ condition: (ApplyReport.Result) -> Bool) {
            let count = report.count(where: condition)
            if count > 0 { parts.append("\(count.grouped) \(word)") }
        }
        add("done") { if case .done = $0 { true } else { false } }
        add("already so") { if case .alreadyApplied = $0 { true } else { false } }
        add("done by an earlier run") { $0 == .doneEarlier }
        add("stale") { if case .stale = $0 { true } else { false } }
        add("failed") { if case .failed = $0 { true } else { false } }
        add("not started") { $0 == .notStarted }
        return (parts.isEmpty ? "Nothing done" : parts.joined(separator: ", ")) + "."
    }

    /// The steps of a check, one line each, and one more where the same can be tried with another tool.
    public func render(_ steps: [CheckStep]) -> String {
        steps.map { step in
            let mark = step.passed ? style.green("ok  ") : style.red("FAIL")
            let command = step.command.map { "      \(style.faint("try: \($0.printable)"))\n" } ?? ""
            return "\(mark)  \(step.title.padded(14))  \(step.detail.printable)\n\(command)"
        }.joined()
    }
}
