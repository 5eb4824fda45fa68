internal import DirectoryModel
internal import PlanExecution
internal import ReconcileEngine

/// Something that a run leaves for a person to do.
struct RunProblem: Sendable {
    let priority: LogEntry.Priority
    /// What it is and what to do or to type, on one line.
    let text: String
    /// What stays the same as long as the cause does, from run to run: no times, no counts.
    let cause: String
    var details: [(key: String, value: LogEntry.Value)] = []

    var entry: LogEntry { LogEntry(priority, .problem, text, details) }
}

extension RunOutcome {
    /// What did not go well, one entry for each problem, with what to do or to type.
    ///
    /// - Parameter configuration: the configuration file's path, for the commands that are named.
    public func problemEntries(configuration: String) -> [LogEntry] {
        problems(configuration: configuration).map(\.entry)
    }

    /// What did not go well; empty where everything did.
    ///
    /// - Parameter configuration: the configuration file's path, for the commands that are named.
    func problems(configuration: String) -> [RunProblem] {
        let option = "--config \(configuration.shellWord)"
        var problems = failureProblems(option)
        if let plan {
            for reason in plan.overview.directoryIncomplete {
                problems.append(
                    RunProblem(
                        priority: .error, text: "The directory was read in part: \(reason)",
                        cause: "directory \(reason.withoutNumbers)"))
            }
            for reason in plan.overview.providerIncomplete {
                problems.append(
                    RunProblem(
                        priority: .error, text: "The provider's accounts were listed in part: \(reason)",
                        cause: "provider \(reason.withoutNumbers)"))
            }
            problems += held(plan, option)
        }
        for entry in report?.entries ?? [] {
            if let problem = Self.problem(entry, option) { problems.append(problem) }
        }
        return problems
    }

    private func failureProblems(_ option: String) -> [RunProblem] {
        if status == .interrupted { return [] }
        let now = "To try at once: sync-plan apply --now \(option)"
        if let failure {
            if failure is QuarantineError {
                return [RunProblem(priority: .error, text: "\(failure) \(now)", cause: Self.trouble)]
            }
            let text = "\(failure)"
            return [
                RunProblem(
                    priority: .error, text: text, cause: "failure \(status.rawValue) \(text.withoutNumbers)")
            ]
        }
        guard let report else { return [] }
        let text = ReportText().summary(of: report)
        return switch report.ending {
        case .finished, .stopped: []
        case .refused: [RunProblem(priority: .error, text: text, cause: "refused")]
        case .outOfTime: [RunProblem(priority: .error, text: text, cause: "out-of-time")]
        case .tooManyFailures: [RunProblem(priority: .error, text: text, cause: "too-many-failures")]
        case .quarantined: [RunProblem(priority: .error, text: "\(text) \(now)", cause: Self.trouble)]
        }
    }

    /// A provider in trouble is one cause, whether a run found out or was refused because of it.
    private static let trouble = "provider-in-trouble"

    private func held(_ plan: Plan, _ option: String) -> [RunProblem] {
        plan.violations.indices.compactMap { index in
            let held = plan.held.filter { $0.violations.contains(index) }
            guard let first = held.first else { return nil }
            let violation = plan.violations[index]
            let what =
                "\(held.count.grouped) held: \(first.operation.kind.rawValue) \(first.operation.address)"
                + (held.count > 1 ? " and \((held.count - 1).grouped) more" : "")
            let advice =
                violation.isApprovable
                ? "To see and to approve: sync-plan plan \(option) --out held.plan"
                : "To see: sync-plan plan \(option)"
            return RunProblem(
                priority: .warning, text: "\(what). \(violation.text) \(advice)", cause: "held \(violation.rail)",
                details: [("rail", .text(violation.rail)), ("held", .number(Double(held.count)))])
        }
    }

    private static func problem(_ entry: ApplyReport.Entry, _ option: String) -> RunProblem? {
        let what = "\(entry.operation.kind.rawValue) \(entry.operation.address)"
        let advice = "To see why: sync-plan explain \(entry.operation.address.text.shellWord) \(option)"
        var details: [(key: String, value: LogEntry.Value)] = [
            ("kind", .text(entry.operation.kind.rawValue)), ("address", .text(entry.operation.address.text)),
        ]
        switch entry.result {
        case .failed(let code, let message):
            details.append(("code", .text(code)))
            return RunProblem(
                priority: .error, text: "failed: \(what): \(message) [\(code)] \(advice)",
                cause: "failed \(what) \(code)", details: details)
        case .stale(let message):
            details.append(("code", .text("stale")))
            return RunProblem(
                priority: .warning, text: "stale: \(what): \(message) \(advice)", cause: "stale \(what)",
                details: details)
        case .done, .alreadyApplied, .doneEarlier, .notStarted: return nil
        }
    }
}

extension String {
    /// The text with `#` for each number in it, which may be another at the next run: a port, a count, a time.
    fileprivate var withoutNumbers: String { replacing(/[0-9]+/, with: "#") }

    /// The text as a shell takes it for one word.
    var shellWord: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "@"), 0x80...:
                true
            default: false
            }
        }
        return isPlain && !isEmpty && !hasPrefix("-") ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
