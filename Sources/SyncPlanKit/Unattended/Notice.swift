package import DirectoryModel
import Foundation

/// What people are told of a run, by whatever way.
package struct Notice {
    let event: IncidentRecord.Event
    /// Since when it goes on, or went on.
    let since: Timestamp
    let at: Timestamp
    let profile: String
    /// The machine.
    let host: String
    let status: ExitStatus
    /// What did not go well, one line each, the first of many.
    let problems: [String]
    /// The run in one sentence.
    let summary: String

    /// How many problems are told, and how many characters of each.
    private static let most = (problems: 20, characters: 400)

    package init(
        _ event: IncidentRecord.Event, since: Timestamp, at: Timestamp, outcome: RunOutcome, configuration: String,
        host: String = ProcessInfo.processInfo.hostName
    ) {
        let problems = outcome.problems(configuration: configuration)
        self.event = event
        self.since = since
        self.at = at
        profile = outcome.profile
        self.host = host
        status = outcome.status
        summary = outcome.summary.text
        var lines = problems.prefix(Self.most.problems).map { problem in
            let text = problem.entry.text
            return text.count > Self.most.characters ? "\(text.prefix(Self.most.characters))…" : text
        }
        if problems.count > lines.count { lines.append("… and \((problems.count - lines.count).grouped) more") }
        self.problems = lines
    }

    /// What it is about, in a few words.
    var headline: String {
        let what =
            switch event {
            case .recovery: "works again"
            case .incident: status.phrase
            case .reminder: "still \(status.phrase)"
            }
        return "sync-plan \(profile) on \(host): \(what)".printable
    }

    /// The whole message as plain text.
    package var text: String {
        var lines = [headline + ".", ""]
        if event == .recovery {
            lines += ["It did not work from \(since) on."]
        } else {
            lines += problems.map { "- \($0)" }
            lines += ["", "Since \(since); exit code \(status.rawValue)."]
        }
        lines += [summary, "", "Told at \(at) by sync-plan \(SyncPlan.version)."]
        return lines.joined(separator: "\n") + "\n"
    }
}

extension ExitStatus {
    /// What it says about a run.
    var phrase: String {
        switch self {
        case .success: "done"
        case .held: "held back by a safety rule"
        case .appliedInPart: "applied in part"
        case .incomplete: "read in part"
        case .unavailable: "directory or provider not available"
        case .cannotWrite: "a file cannot be written"
        case .busy: "another run is active"
        case .refused: "credentials or rights refused"
        case .configuration: "mistake in the configuration"
        case .interrupted: "stopped"
        case .testsFailed, .changesPending, .usage: "exit code \(rawValue)"
        }
    }
}
