internal import DirectoryModel
import Foundation
internal import PlanExecution
internal import ProviderClient
internal import ReconcileEngine
import Synchronization

extension Profile {
    /// How much longer than the time limit what is under way may take to end, before the run is given up.
    static let usualGrace = Duration.seconds(120)

    /// Plans and carries out, as a timer wants it: without asking, under the lock, within a time limit for all of it.
    ///
    /// It throws nothing: what went wrong is a part of the outcome. Cancelling the task ends it as it ends an apply.
    ///
    /// - Parameters:
    ///   - timeLimit: after that nothing further is begun, and reading ends; nil for no limit.
    ///   - grace: how much longer it may take to end, before what is under way is left alone.
    package func run(
        timeLimit: Duration? = nil, grace: Duration = usualGrace,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async -> RunOutcome {
        let begin = ContinuousClock.now
        let entries = Mutex(0)
        var outcome = RunOutcome(profile: configuration.name, began: Timestamp.now)
        do {
            let lock = HeldLock(try lock())
            let limit = timeLimit.map { TimeLimit($0, grace: grace) }
            try requireNoQuarantine()
            let file = try await TimeLimit.keep(limit, cancelling: true) {
                defer { lock.extendLife() }
                return try await plan { step in
                    if case .reading(let count) = step { entries.withLock { $0 = count } }
                    progress(step)
                }
            }
            outcome.plan = file.plan
            var options = configuration.apply.options
            if let rest = limit?.rest { options.timeLimit = min(rest, options.timeLimit ?? rest) }
            outcome.report = try await TimeLimit.keep(limit, cancelling: false) { [options] in
                defer { lock.extendLife() }
                return try await apply(file, options: options, progress: progress)
            }
            lock.extendLife()
        } catch {
            let isOverTime = error is TimeLimitError
            // A provider that is stopped while it is asked says that it cannot be reached.
            outcome.failure = Task.isCancelled && !isOverTime ? CancellationError() : error
            outcome.isAbandoned = (error as? TimeLimitError)?.isAbandoned ?? false
        }
        outcome.entries = entries.withLock { $0 }
        outcome.duration = .now - begin
        return outcome
    }
}

/// The lock, for as long as anybody works under it, also after the run has been given up.
private final class HeldLock: Sendable {
    private let lock: RunLock

    init(_ lock: consuming RunLock) { self.lock = lock }

    /// Keeps the lock until here.
    func extendLife() { withExtendedLifetime(self) {} }
}

extension Timestamp {
    /// This moment.
    static var now: Timestamp { Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970)) }
}
