public import DirectoryModel
public import ProviderClient
public import ReconcileEngine

/// Carries a plan out: its operations, each once all that it waits for has ended, at most once, and nothing else.
///
/// Every operation is written down before it is tried and after it (``StateDatabase``), and checked by the provider to
/// still fit. One that does not, or that fails, is reported by itself and the rest goes on. A run that was stopped or
/// killed is continued by running the same plan again.
///
/// Cancelling the task stops a run: the operations under way are finished and written down, no further one is begun.
public struct PlanExecutor: Sendable {
    /// How a plan is carried out.
    public struct Options: Sendable, Hashable {
        /// How many operations are under way at once, at most; less than 1 counts as 1.
        ///
        /// They are fewer where the provider has enough.
        public var concurrency: Int
        /// How often an operation is tried while the provider is throttling, busy or not there; less than 1 counts as 1.
        public var attempts: Int
        /// The pause before the second try; it doubles with each further one, up to a minute, is made uneven by chance,
        /// and yields to what the provider asks for.
        public var firstPause: Duration
        /// After that nothing further is begun, counted from the beginning of `apply`; nil for no limit.
        public var timeLimit: Duration?
        /// How many operations may fail, or be stale, before the next one that does ends the run; nil for any number.
        public var maximumFailures: Int?
        /// Whether a provider that is in quarantine is tried all the same.
        public var ignoresQuarantine: Bool
        /// For how long past runs are kept in the journal, to be looked at and undone; older ones are forgotten at the end
        /// of a run.
        public var historyAge: Duration

        /// Makes options.
        public init(
            concurrency: Int = 4, attempts: Int = 4, firstPause: Duration = .milliseconds(250),
            timeLimit: Duration? = nil, maximumFailures: Int? = nil, ignoresQuarantine: Bool = false,
            historyAge: Duration = .seconds(400 * 86400)
        ) {
            self.concurrency = concurrency
            self.attempts = attempts
            self.firstPause = firstPause
            self.timeLimit = timeLimit
            self.maximumFailures = maximumFailures
            self.ignoresQuarantine = ignoresQuarantine
            self.historyAge = historyAge
        }

        /// The pause after a try that failed, counted from 1, before chance and the provider have their say.
        func pause(afterTry number: Int) -> Duration {
            let longest = Duration.seconds(60)
            return min(longest, max(.zero, min(longest, firstPause)) * (1 << min(max(0, number - 1), 20)))
        }
    }

    /// The longest that a run waits because the provider asks for it: where it asks for more, the run ends.
    static let longestWait = Duration.seconds(3600)

    let provider: any AccountProvider
    let state: StateDatabase
    let options: Options
    let passwords: FirstPasswords?
    let clock: RunClock

    /// Makes an executor.
    ///
    /// - Parameter passwords: gives people whose accounts are made a first password; nil for none.
    public init(
        provider: any AccountProvider, state: StateDatabase, options: Options = Options(),
        passwords: FirstPasswords? = nil
    ) {
        self.init(provider: provider, state: state, options: options, passwords: passwords, clock: .system)
    }

    /// Makes an executor with a clock of its own.
    package init(
        provider: any AccountProvider, state: StateDatabase, options: Options, passwords: FirstPasswords? = nil,
        clock: RunClock
    ) {
        self.provider = provider
        self.state = state
        self.options = options
        self.passwords = passwords
        self.clock = clock
    }

    /// Carries a plan out.
    ///
    /// Held operations are not touched, but for those whose violations all are approved.
    ///
    /// - Parameters:
    ///   - approved: the violations that a person has approved, as positions in `Plan.violations`.
    ///   - digest: what identifies the plan; operations that an earlier run with the same digest did are not done again.
    ///   - time: when the plan was made; it becomes the time of the last run in the memory.
    ///   - origin: where the plan comes from, for the record.
    ///   - progress: called after each operation.
    /// - Throws: ``QuarantineError`` where it is too early for a provider that was in trouble;
    ///   ``StateDatabaseError`` or ``FirstPasswordsError`` where nothing can be written down; what is under way then is
    ///   finished first.
    public func apply(
        _ plan: Plan, approving approved: Set<Int> = [], digest: String, madeAt time: Timestamp,
        origin: RunOrigin = RunOrigin(), progress: @escaping @Sendable (ApplyProgress) -> Void = { _ in }
    ) async throws -> ApplyReport {
        let steps = plan.steps(approving: approved)
        let plan = plan.approving(approved)
        let note = RunNote(plan, madeAt: time)
        let end = RunEnd()
        return try await withTaskCancellationHandler {
            // A task of its own is not cancelled with its creator: what is under way is always finished.
            try await Task { try await carryOut(plan, steps, digest, origin, leaving: note, end, progress) }.value
        } onCancel: {
            end.because(.stopped)
        }
    }

    private func carryOut(
        _ plan: Plan, _ steps: [Plan.Step], _ digest: String, _ origin: RunOrigin, leaving note: RunNote?,
        _ end: RunEnd, _ progress: @escaping @Sendable (ApplyProgress) -> Void
    ) async throws -> ApplyReport {
        if steps.isEmpty && note == nil { return ApplyReport(entries: [], ending: end.ending) }
        let earlier = try state.quarantine(of: provider.name)
        if let earlier, !steps.isEmpty, !options.ignoresQuarantine, earlier.until > clock.now() {
            throw QuarantineError(provider: provider.name, quarantine: earlier)
        }
        let done = try Journal.done(state, plan: digest, provider: provider.name)
        let begun = try Journal.begun(state, plan: digest, provider: provider.name)
        if passwords != nil, try await !provider.capabilities().fields.contains(.passwordHash) {
            throw ProviderError(
                .unsupported, "\(provider.name) cannot hold passwords. Remove `people.account.first-password`.")
        }
        let journal = try Journal(
            state, plan: digest, provider: provider.name, operations: steps.count, held: plan.held.count,
            undoing: plan.overview.undoneRun, origin: origin)
        if let note { try journal.recognize(note.recognized) }
        var run = Run(self, steps, done: done, begun: begun, earlier: earlier, journal, end, progress)
        let results = try await run.carryOut()
        let ending = end.ending
        try journal.end(
            ending, leaving: ending == .finished ? note : nil, answered: results.contains { $0.account != nil },
            keeping: options.historyAge)
        let entries = zip(steps, results).map { step, result in
            ApplyReport.Entry(position: step.position, operation: step.operation, result: result)
        }
        return ApplyReport(entries: entries, ending: ending)
    }
}
