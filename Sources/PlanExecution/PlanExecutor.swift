public import DirectoryModel
public import ProviderClient
public import ReconcileEngine
import Synchronization

/// Carries a plan out: its operations, in their order, each at most once, and nothing else.
///
/// Every operation is written down before it is tried and after it (``StateDatabase``), and checked by the provider to
/// still fit. One that does not, or that fails, is reported by itself and the rest goes on. A run that was stopped or
/// killed is continued by running the same plan again.
///
/// Cancelling the task stops a run: the operations under way are finished and written down, no further one is begun.
public struct PlanExecutor: Sendable {
    /// How a plan is carried out.
    public struct Options: Sendable, Hashable {
        /// How many operations are under way at once; less than 1 counts as 1.
        public var concurrency: Int
        /// How often an operation is tried while the provider is throttling, busy or not there; less than 1 counts as 1.
        public var attempts: Int
        /// The pause before the second try; it doubles with each further one, up to a minute, and yields to what the
        /// provider asks for.
        public var firstPause: Duration

        /// Makes options.
        public init(concurrency: Int = 4, attempts: Int = 4, firstPause: Duration = .milliseconds(250)) {
            self.concurrency = concurrency
            self.attempts = attempts
            self.firstPause = firstPause
        }
    }

    /// How many operations are written down in one group, before and after they are tried.
    private static let groupSize = 64

    private let provider: any AccountProvider
    private let state: StateDatabase
    private let options: Options
    private let passwords: FirstPasswords?

    /// Makes an executor.
    ///
    /// - Parameter passwords: gives people whose accounts are made a first password; nil for none.
    public init(
        provider: any AccountProvider, state: StateDatabase, options: Options = Options(),
        passwords: FirstPasswords? = nil
    ) {
        self.provider = provider
        self.passwords = passwords
        self.state = state
        self.options = options
    }

    /// Carries a plan out.
    ///
    /// Held operations are not touched, but for those whose violations all are approved.
    ///
    /// - Parameters:
    ///   - approved: the violations that a person has approved, as positions in ``Plan/violations``.
    ///   - digest: what identifies the plan; operations that an earlier run with the same digest did are not done again.
    ///   - time: when the plan was made; it becomes the time of the last run in the memory.
    ///   - progress: called after each group of operations.
    /// - Throws: ``StateDatabaseError`` or ``FirstPasswordsError`` where nothing can be written down; what is under way
    ///   then is finished first.
    public func apply(
        _ plan: Plan, approving approved: Set<Int> = [], digest: String, madeAt time: Timestamp,
        progress: @escaping @Sendable (ApplyProgress) -> Void = { _ in }
    ) async throws -> ApplyReport {
        let run = Run(
            provider: provider, state: state, options: options, passwords: passwords,
            steps: plan.steps(approving: approved), digest: digest,
            note: RunNote(plan.approving(approved), madeAt: time))
        // A task of its own is not cancelled with its creator: what is under way is always finished.
        let work = Task { try await run.carryOut(progress) }
        return try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            run.stop()
        }
    }

    /// One run of one plan.
    private final class Run: Sendable {
        private let provider: any AccountProvider
        private let state: StateDatabase
        private let options: Options
        private let passwords: FirstPasswords?
        private let steps: [Plan.Step]
        private let digest: String
        private let note: RunNote?
        private let ending = Mutex<ApplyReport.Ending>(.finished)

        init(
            provider: any AccountProvider, state: StateDatabase, options: Options, passwords: FirstPasswords?,
            steps: [Plan.Step], digest: String,
            note: RunNote?
        ) {
            self.provider = provider
            self.state = state
            self.options = options
            self.passwords = passwords
            self.steps = steps
            self.digest = digest
            self.note = note
        }

        func stop() { end(.stopped) }

        private func end(_ why: ApplyReport.Ending) {
            ending.withLock { if $0 == .finished { $0 = why } }
        }

        private var isEnding: Bool { ending.withLock { $0 != .finished } }

        func carryOut(_ progress: @Sendable (ApplyProgress) -> Void) async throws -> ApplyReport {
            if steps.isEmpty && note == nil {
                return ApplyReport(entries: [], ending: ending.withLock { $0 })
            }
            let done = try Journal.done(state, plan: digest, provider: provider.name)
            let begun = try Journal.begun(state, plan: digest, provider: provider.name)
            if passwords != nil, try await !provider.capabilities().fields.contains(.passwordHash) {
                throw ProviderError(
                    .unsupported, "\(provider.name) cannot hold passwords. Remove `people.account.first-password`.")
            }
            let journal = try Journal(
                state, plan: digest, provider: provider.name, operations: steps.count)
            if let note { try journal.recognize(note.recognized) }
            var results = [ApplyReport.Result](repeating: .notStarted, count: steps.count)
            var completed = 0
            var failed = 0
            var made: [MailAddress: AccountID] = [:]
            for index in steps.indices {
                guard let id = done[steps[index].position] else { continue }
                results[index] = .doneEarlier
                completed += 1
                if steps[index].operation.kind == .create { made[steps[index].operation.address] = id }
            }
            for group in groups(without: Set(done.keys)) {
                if isEnding { break }
                var operations = group.map { index in
                    (operation: steps[index].operation, isRetry: begun.contains(steps[index].position))
                }
                if let passwords {
                    operations = zip(try passwords.equip(operations), operations).map { ($0, $1.isRetry) }
                }
                try journal.intend(zip(group, operations).map { (steps[$0].position, $1.operation) })
                let outcomes = await tryAll(zip(group, operations).map { ($0, $1.operation, $1.isRetry) }, made)
                for (index, result) in outcomes where steps[index].operation.kind == .create {
                    if let id = result.account { made[steps[index].operation.address] = id }
                }
                try journal.record(outcomes.map { (steps[$0.index].position, steps[$0.index].operation, $0.result) })
                for (index, result) in outcomes {
                    results[index] = result
                    if result != .notStarted { completed += 1 }
                    if result != .notStarted && !result.isSuccess { failed += 1 }
                }
                progress(ApplyProgress(completed: completed, failed: failed, total: results.count))
            }
            let ending = ending.withLock { $0 }
            try journal.end(leaving: ending == .finished ? note : nil)
            let entries = zip(steps, results).map { step, result in
                ApplyReport.Entry(position: step.position, operation: step.operation, result: result)
            }
            return ApplyReport(entries: entries, ending: ending)
        }

        /// What is left to do, as positions in ``steps``, in groups that never mix stages.
        private func groups(without done: Set<Int>) -> [[Int]] {
            var groups: [[Int]] = []
            var stage: Int?
            for index in steps.indices where !done.contains(steps[index].position) {
                let next = steps[index].operation.stage
                if stage == next, let count = groups.last?.count, count < PlanExecutor.groupSize {
                    groups[groups.count - 1].append(index)
                } else {
                    groups.append([index])
                }
                stage = next
            }
            return groups
        }

        /// Tries the operations of one group, so many at once.
        ///
        /// - Parameter made: the accounts that operations of the plan have made, by their primary addresses.
        private func tryAll(
            _ operations: [(index: Int, operation: Operation, isRetry: Bool)], _ made: [MailAddress: AccountID]
        ) async -> [(index: Int, result: ApplyReport.Result)] {
            await withTaskGroup(of: (index: Int, result: ApplyReport.Result).self) { group in
                var results: [(index: Int, result: ApplyReport.Result)] = []
                var rest = operations[...]
                func beginNext() {
                    guard let (index, operation, isRetry) = rest.popFirst() else { return }
                    group.addTask {
                        if operation.id != nil || operation.kind == .create {
                            return (index, await self.attempt(operation, isRetry))
                        }
                        // It changes an account that the plan itself makes.
                        guard let id = made[operation.address] else {
                            return (index, .stale("\(operation.address): The account was not made."))
                        }
                        return (index, await self.attempt(operation.on(id), isRetry))
                    }
                }
                for _ in 0..<max(1, options.concurrency) { beginNext() }
                while let result = await group.next() {
                    results.append(result)
                    beginNext()
                }
                return results
            }
        }

        /// Tries one operation, again where that may help.
        ///
        /// Repeating is safe, because the provider looks first.
        ///
        /// - Parameter isRetry: whether an earlier run has begun it.
        private func attempt(_ operation: Operation, _ isRetry: Bool) async -> ApplyReport.Result {
            if isEnding { return .notStarted }
            var mayHaveBeenApplied = isRetry
            var pause = options.firstPause
            var attempt = 1
            while true {
                do throws(ProviderError) {
                    let applied = try await provider.apply(operation, mayHaveBeenApplied: mayHaveBeenApplied)
                    return applied.wasAlreadyApplied ? .alreadyApplied(applied.id) : .done(applied.id)
                } catch {
                    if error.code == .stale { return .stale(error.message) }
                    if error.outcome == .unknown { mayHaveBeenApplied = true }
                    if error.endsRun { end(.refused(error.message)) }
                    let mayHelp = error.isRetryable && attempt < options.attempts
                    if mayHelp { await wait(error.retryAfter ?? pause) }
                    // A run that ends does not try again, and what was tried is told as it ended.
                    if !mayHelp || isEnding { return .failed(code: error.code.rawValue, message: error.message) }
                }
                pause = min(pause, .seconds(30)) * 2
                attempt += 1
            }
        }

        /// Waits, but no longer than the run goes on.
        private func wait(_ pause: Duration) async {
            let end = ContinuousClock.now + pause
            while !isEnding, ContinuousClock.now < end {
                try? await Task.sleep(for: min(.milliseconds(100), end - .now))
            }
        }
    }
}
