public import DirectoryModel
public import PlanExecution
public import ReconcileEngine

/// What came of one run that nobody watched.
public struct RunOutcome: Sendable {
    /// The profile's name.
    public let profile: String
    /// When it began.
    public let began: Timestamp
    /// How long it took.
    public package(set) var duration = Duration.zero
    /// How many entries of the directory were read; 0 where none were.
    public package(set) var entries = 0
    /// What was to be done; nil where it did not get so far.
    public package(set) var plan: Plan?
    /// What became of it; nil where nothing was begun.
    public package(set) var report: ApplyReport?
    /// Why it ended before everything was tried, or before anything was; nil where it did not.
    public package(set) var failure: (any Error)?
    /// Whether what was under way could not be ended and goes on in this process, which should end now.
    public package(set) var isAbandoned = false

    /// Makes the outcome of a run that has just begun.
    package init(profile: String, began: Timestamp) {
        self.profile = profile
        self.began = began
    }

    /// What it means for the exit code.
    public var status: ExitStatus {
        if let failure { return ExitStatus(of: failure) }
        guard let plan, let report else { return .success }
        return ExitStatus(of: report, plan: plan)
    }

    /// What was done, one entry for each change.
    public var changes: [LogEntry] {
        (report?.entries ?? []).compactMap { entry in
            guard case .done(let id) = entry.result else { return nil }
            return LogEntry(
                .notice, .change, entry.operation.story,
                [
                    ("kind", .text(entry.operation.kind.rawValue)), ("address", .text(entry.operation.address.text)),
                    ("account", .text(id.rawValue)),
                ])
        }
    }

    /// The run in one sentence.
    public var summary: LogEntry {
        var text = (status == .interrupted ? "Stopped. " : "") + (report.map(ReportText().counts) ?? "Nothing done.")
        if let plan {
            if !plan.held.isEmpty { text += " \(plan.held.count.grouped) held." }
            text +=
                " \(plan.overview.usersInScope.grouped) of \(plan.overview.users.of("user")) in scope, "
                + "\(plan.overview.accounts.of("account")), \(plan.findings.count.of("note"))."
        }
        return LogEntry(
            .info, .summary, text,
            [("status", .number(Double(status.rawValue))), ("seconds", .number(duration.seconds))])
    }

    /// Whether there is anything to tell besides problems.
    var hasChanges: Bool { report.map { !$0.entries.isEmpty } ?? false }
}

extension Duration {
    /// In seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension Operation {
    /// What was done, as a phrase that fits on a line.
    fileprivate var story: String {
        let word =
            switch kind {
            case .create: "created"
            case .adopt: "adopted"
            case .update: "changed"
            case .rename: "renamed"
            case .suspend: "suspended"
            case .reactivate: "reactivated"
            case .delete: "deleted"
            }
        let fields = readings.map { reading in
            let values =
                reading.isList
                ? (reading.old.map { "-\($0)" } + reading.new.map { "+\($0)" }).joined(separator: " ")
                : "\(reading.old.joined()) → \(reading.new.joined())"
            return "\(reading.field) \(values)"
        }
        let parts = contents + fields + tellingReasons
        let subject = kind == .rename ? "\(address) → \(resultingAddress)" : address.text
        return ("\(word) \(subject)" + (parts.isEmpty ? "" : ": \(parts.joined(separator: "; "))")).printable
    }
}
