internal import DirectoryModel
internal import ProviderClient
internal import ReconcileEngine
import Synchronization

/// One run of one plan.
///
/// One task decides everything; the calls of the provider are children of it, and all they do is to call.
struct Run {
    /// One call for one operation.
    struct Try: Sendable {
        let index: Int
        var operation: Operation
        var mayHaveBeenApplied: Bool
        /// Which one it is, from 1.
        var number = 1
        /// How narrow the window was when it began: see ``ConcurrencyWindow/cuts``.
        var cut = 0
    }

    /// What the run waits for.
    enum Event: Sendable {
        case answered(Try, Result<AppliedOperation, ProviderError>)
        case paused
    }

    /// How many operations are written down in one group, before they are tried.
    private static let groupSize = 64

    let provider: any AccountProvider
    let options: PlanExecutor.Options
    let clock: RunClock
    let passwords: FirstPasswords?
    let steps: [Plan.Step]
    let end: RunEnd
    let journal: Journal
    let progress: @Sendable (ApplyProgress) -> Void

    var results: [ApplyReport.Result]
    /// Operations that an earlier try may have carried out without anybody having heard of it, by position.
    var unsure: Set<Int> = []
    /// The provider's quarantine after an earlier run; nil for none.
    let earlier: Quarantine?
    /// Operations that earlier runs began, by position.
    let begun: Set<Int>
    /// The accounts that operations of the plan have made, by their primary addresses.
    var made: [MailAddress: AccountID] = [:]
    var work: WorkOrder
    /// What is written down and not begun.
    var intended: ArraySlice<Try> = []
    /// What failed and is tried again, each at its time.
    var retries: [(due: Duration, attempt: Try, error: ProviderError)] = []
    /// What came of operations and is not written down yet.
    var outcomes: [Int] = []
    var underWay = 0
    var completed = 0
    var failed = 0

    var window: ConcurrencyWindow
    var health = ProviderHealth()
    /// Before that nothing begins, because the provider said so.
    var pausedUntil = Duration.zero
    /// When a pause ends that is under way.
    var wakesAt: Duration?
    /// After that nothing begins; nil for no limit.
    let deadline: Duration?

    init(
        _ executor: PlanExecutor, _ steps: [Plan.Step], done: [Int: AccountID], begun: Set<Int>, earlier: Quarantine?,
        _ journal: Journal, _ end: RunEnd, _ progress: @escaping @Sendable (ApplyProgress) -> Void
    ) {
        provider = executor.provider
        options = executor.options
        clock = executor.clock
        passwords = executor.passwords
        self.steps = steps
        self.begun = begun
        self.earlier = earlier
        self.journal = journal
        self.end = end
        self.progress = progress
        results = [ApplyReport.Result](repeating: .notStarted, count: steps.count)
        for index in steps.indices {
            guard let id = done[steps[index].position] else { continue }
            results[index] = .doneEarlier
            completed += 1
            if steps[index].operation.kind == .create { made[steps[index].operation.address] = id }
        }
        work = WorkOrder(steps) { done[steps[$0].position] != nil }
        window = ConcurrencyWindow(bound: options.concurrency)
        deadline = options.timeLimit.map { executor.clock.elapsed() + $0 }
    }

    /// Carries everything out; what is under way is finished in any case.
    ///
    /// - Throws: where something cannot be written down.
    mutating func carryOut() async throws -> [ApplyReport.Result] {
        let failure: (any Error)? = await withTaskGroup(of: Event.self) { group in
            var failure: (any Error)?
            repeat {
                if failure != nil { continue }
                do { try advance(in: &group) } catch {
                    failure = error
                    end.because(.stopped)
                }
            } while await handleNext(in: &group)
            return failure
        }
        if let failure { throw failure }
        try flush()
        return results
    }

    // MARK: Beginning

    /// Begins whatever may begin now, and a pause where nothing may.
    private mutating func advance(in group: inout TaskGroup<Event>) throws {
        let now = clock.elapsed()
        if let deadline, max(now, pausedUntil) >= deadline, hasWork { end.because(.outOfTime) }
        if end.isSet { return close() }
        if now >= pausedUntil {
            while underWay < window.limit, let next = try next(at: now) { begin(next, in: &group) }
        }
        try pause(from: now, in: &group)
    }

    private var hasWork: Bool { !intended.isEmpty || !retries.isEmpty || !work.isEmpty }

    /// The next that may begin: what is due again goes first.
    private mutating func next(at now: Duration) throws -> Try? {
        if let index = retries.firstIndex(where: { $0.due <= now }) { return retries.remove(at: index).attempt }
        // What waits for its next try keeps its place, so that what fails never piles up.
        if underWay + retries.count >= window.limit { return nil }
        if intended.isEmpty { try intendMore() }
        return intended.popFirst()
    }

    /// Writes down what has come of operations, and the next group that is about to be tried.
    private mutating func intendMore() throws {
        var operations: [(operation: Operation, isRetry: Bool)] = []
        var indices: [Int] = []
        while indices.count < Self.groupSize, let index = work.next() {
            indices.append(index)
            operations.append((steps[index].operation, begun.contains(steps[index].position)))
        }
        if indices.isEmpty { return }
        var equipped = operations.map(\.operation)
        if let passwords { equipped = try passwords.equip(operations) }
        try flush(intending: zip(indices, equipped).map { (steps[$0].position, $1) })
        intended =
            zip(indices, zip(equipped, operations)).map { index, operation in
                Try(index: index, operation: operation.0, mayHaveBeenApplied: operation.1.isRetry)
            }[...]
    }

    private mutating func begin(_ attempt: Try, in group: inout TaskGroup<Event>) {
        var attempt = attempt
        if attempt.operation.id == nil && attempt.operation.kind != .create {
            // It changes an account that the plan itself makes.
            let address = attempt.operation.address
            guard let id = made[address] else {
                return finish(attempt.index, .stale("\(address): The account was not made."))
            }
            attempt.operation = attempt.operation.on(id)
        }
        attempt.cut = window.cuts
        underWay += 1
        group.addTask { [provider, attempt] in
            do throws(ProviderError) {
                let applied = try await provider.apply(
                    attempt.operation, mayHaveBeenApplied: attempt.mayHaveBeenApplied)
                return .answered(attempt, .success(applied))
            } catch {
                return .answered(attempt, .failure(error))
            }
        }
    }

    /// Waits for the next moment at which something may begin, unless a wait that is under way ends before.
    private mutating func pause(from now: Duration, in group: inout TaskGroup<Event>) throws {
        guard hasWork, let wake = pausedUntil > now ? pausedUntil : retries.map(\.due).min(), wake > now,
            wakesAt.map({ wake < $0 }) ?? true
        else { return }
        wakesAt = wake
        // A pause can be long: what is known by now is not left unwritten.
        try flush()
        group.addTask { [clock, end] in
            while !end.isSet {
                let left = wake - clock.elapsed()
                if left <= .zero { break }
                await clock.sleep(min(.milliseconds(100), left))
            }
            return .paused
        }
    }

    // MARK: Ending

    /// Waits for what happens next.
    ///
    /// - Returns: false where nothing is under way any more.
    private mutating func handleNext(in group: inout TaskGroup<Event>) async -> Bool {
        switch await group.next() {
        case .answered(let attempt, let answer):
            underWay -= 1
            handle(answer, to: attempt)
        case .paused: wakesAt = nil
        case nil: return false
        }
        return true
    }

    private mutating func handle(_ answer: Result<AppliedOperation, ProviderError>, to attempt: Try) {
        switch answer {
        case .success(let applied):
            if applied.wasAlreadyApplied && attempt.mayHaveBeenApplied { unsure.insert(steps[attempt.index].position) }
            window.succeeded()
            health.note(isTroubled: false)
            finish(attempt.index, applied.wasAlreadyApplied ? .alreadyApplied(applied.id) : .done(applied.id))
        case .failure(let error):
            if error.endsRun { end.because(.refused(error.message)) }
            if error.isRetryable {
                window.refused(begunAfter: attempt.cut)
                if let asked = error.retryAfter { rest(for: asked, error) }
            }
            if tryAgain(attempt, after: error) { return }
            health.note(isTroubled: error.isTrouble)
            if health.isPoor { end.because(.quarantined(quarantine(error))) }
            if attempt.mayHaveBeenApplied || error.outcome == .unknown { unsure.insert(steps[attempt.index].position) }
            finish(attempt.index, Self.result(of: error))
        }
    }

    /// Begins nothing for as long as the provider asks; where that is too long to wait, the run ends.
    private mutating func rest(for pause: Duration, _ error: ProviderError) {
        if pause > PlanExecutor.longestWait {
            end.because(.quarantined(quarantine(error, atLeast: pause)))
        } else {
            pausedUntil = max(pausedUntil, clock.elapsed() + pause)
        }
    }

    private func quarantine(_ error: ProviderError, atLeast pause: Duration = .zero) -> Quarantine {
        Quarantine(after: earlier, at: clock.now(), because: error.message, atLeast: pause)
    }

    /// Whether a try is repeated, and when.
    ///
    /// Repeating is safe, because the provider looks first.
    private mutating func tryAgain(_ attempt: Try, after error: ProviderError) -> Bool {
        guard error.isRetryable, attempt.number < options.attempts, !end.isSet else { return false }
        // Never sooner than the provider asks, and not all at the same moment.
        let usual = options.pause(afterTry: attempt.number)
        let chance = clock.chance()
        let pause = error.retryAfter.map { $0 + options.pause(afterTry: 1) * chance } ?? usual * (0.5 + chance / 2)
        let due = clock.elapsed() + pause
        if let deadline, due >= deadline { return false }
        var next = attempt
        next.number += 1
        if error.outcome == .unknown { next.mayHaveBeenApplied = true }
        retries.append((due, next, error))
        return true
    }

    private mutating func finish(_ index: Int, _ result: ApplyReport.Result) {
        results[index] = result
        outcomes.append(index)
        if result != .notStarted {
            completed += 1
            if !result.isSuccess { failed += 1 }
            if steps[index].operation.kind == .create, let id = result.account {
                made[steps[index].operation.address] = id
            }
            if let most = options.maximumFailures, failed > most { end.because(.tooManyFailures(failed)) }
            progress(ApplyProgress(completed: completed, failed: failed, total: results.count))
        }
        work.end(index)
    }

    /// Tells of everything that is not going to be tried any more how it ended.
    private mutating func close() {
        // What was tried is told as it ended.
        for retry in retries {
            if retry.attempt.mayHaveBeenApplied { unsure.insert(steps[retry.attempt.index].position) }
            finish(retry.attempt.index, Self.result(of: retry.error))
        }
        retries = []
        for attempt in intended { finish(attempt.index, .notStarted) }
        intended = []
    }

    private static func result(of error: ProviderError) -> ApplyReport.Result {
        error.code == .stale ? .stale(error.message) : .failed(code: error.code.rawValue, message: error.message)
    }

    private mutating func flush(intending next: [(position: Int, operation: Operation)] = []) throws {
        if outcomes.isEmpty && next.isEmpty { return }
        try journal.record(
            outcomes.map { (steps[$0].position, steps[$0].operation, results[$0]) }, unsure: unsure, intending: next)
        outcomes = []
        unsure = []
    }
}

/// Why a run comes to its end, once there is a reason: the first one counts.
final class RunEnd: Sendable {
    private let reason = Mutex<ApplyReport.Ending?>(nil)

    func because(_ ending: ApplyReport.Ending) { reason.withLock { $0 = $0 ?? ending } }

    var isSet: Bool { reason.withLock { $0 != nil } }

    /// The reason; ``ApplyReport/Ending/finished`` where there is none.
    var ending: ApplyReport.Ending { reason.withLock { $0 ?? .finished } }
}
