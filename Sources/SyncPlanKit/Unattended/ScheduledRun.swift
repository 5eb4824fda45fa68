internal import DirectoryModel
internal import FileSource
internal import PlanExecution
internal import ReconcileEngine

/// A run that nobody watches: it writes to a log what came of it, leaves metrics, and tells people where somebody has to
/// look (requirements SO8, CL6).
///
/// ```swift
/// let configuration = try ConfigurationFile(path: path).load()
/// let outcome = await ScheduledRun(configuration, path: path) { print($0.text) }.perform()
/// ```
public struct ScheduledRun: Sendable {
    /// The configuration.
    public let configuration: Configuration
    /// Where it was read from, for the commands that the log names.
    public let path: String
    /// After how long everything ends, reading included; nil for no limit.
    public var timeLimit: Duration?
    /// Whether the log also gets what needs nobody's attention.
    public var isVerbose = false
    private let log: @Sendable (LogEntry) -> Void

    /// Makes a run; its time limit is the configuration's.
    ///
    /// - Parameter log: gets each line of the log.
    public init(_ configuration: Configuration, path: String, log: @escaping @Sendable (LogEntry) -> Void) {
        self.configuration = configuration
        self.path = path
        self.log = log
        timeLimit = configuration.runTimeLimit
    }

    /// Plans, carries out, and tells.
    ///
    /// Where nothing was to be done and nothing is wrong, nothing is logged. That people could not be told, or metrics not
    /// be written, is logged and changes nothing else.
    public func perform(
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async -> RunOutcome {
        await perform(grace: Profile.usualGrace, progress: progress)
    }

    package func perform(
        grace: Duration, progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async -> RunOutcome {
        let outcome: RunOutcome
        do {
            let profile = try Profile(configuration: configuration)
            for warning in profile.reader.warnings { log(LogEntry(.warning, .warning, warning)) }
            outcome = await profile.run(timeLimit: timeLimit, grace: grace) { [log, isVerbose] step in
                if case .note(let note) = step {
                    if isVerbose { log(LogEntry(.info, .note, note)) }
                } else {
                    progress(step)
                }
            }
            // Whoever is at work now tells what comes of it.
            if outcome.status != .busy { await finish(outcome, quarantine: try? profile.quarantine()?.until) }
        } catch {
            var failed = RunOutcome(profile: configuration.name, began: .now)
            failed.failure = error
            outcome = failed
            await finish(outcome, quarantine: nil)
        }
        if outcome.status == .busy { write(outcome, outcome.problems(configuration: path)) }
        return outcome
    }

    private func finish(_ outcome: RunOutcome, quarantine: Timestamp?) async {
        let problems = outcome.problems(configuration: path)
        write(outcome, problems)
        let notifier = Notifier(configuration: configuration.notify) { [configuration] in configuration.resolve($0) }
        if configuration.metrics == nil && notifier.isEmpty { return }
        let now = Timestamp.now
        let before = IncidentRecord(path: configuration.incidentPath)
        var record = before
        let due = record.note(
            outcome.status, problems.map(\.cause), at: now, reminding: configuration.notify.remindAfter)
        writeMetrics(outcome, record, quarantine)
        if let due, !notifier.isEmpty {
            let notice = Notice(due.event, since: due.since, at: now, outcome: outcome, configuration: path)
            let (failures, isTold) = await notifier.tell(notice)
            for failure in failures {
                log(LogEntry(.error, .notification, "Nobody was told by this way. \(failure)"))
            }
            if !isTold { record.takeBack(to: before) }
            if isTold && isVerbose { log(LogEntry(.info, .notification, "People were told: \(notice.headline).")) }
        }
        if record == before { return }
        do { try record.write(to: configuration.incidentPath) } catch {
            log(LogEntry(.error, .notification, "What people were told is not remembered, and told again. \(error)"))
        }
    }

    private func write(_ outcome: RunOutcome, _ problems: [RunProblem]) {
        for entry in outcome.changes { log(entry) }
        for problem in problems { log(problem.entry) }
        if outcome.hasChanges || isVerbose || outcome.status == .interrupted { log(outcome.summary) }
        guard isVerbose, let plan = outcome.plan else { return }
        for finding in plan.findings { log(LogEntry(.info, .note, finding.text)) }
    }

    private func writeMetrics(_ outcome: RunOutcome, _ record: IncidentRecord, _ quarantine: Timestamp?) {
        guard let path = configuration.metrics else { return }
        let metrics = Metrics(outcome, lastSuccess: record.lastSuccess, quarantinedUntil: quarantine)
        do throws(FileError) {
            let file = try FileReplacement(of: configuration.resolve(path))
            try file.write(Array(metrics.text.utf8).span)
            try file.allowReading()
            try file.finish()
        } catch {
            log(LogEntry(.error, .metrics, "The metrics are missing. \(error)"))
        }
    }
}
