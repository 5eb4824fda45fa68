/// When a run has to be over.
package struct TimeLimit: Sendable {
    /// How long it may take.
    let limit: Duration
    /// How much later it is given up, where it does not end by itself.
    let grace: Duration
    private let deadline: ContinuousClock.Instant

    /// Begins a limit now.
    package init(_ limit: Duration, grace: Duration) {
        self.limit = limit
        self.grace = grace
        deadline = .now + limit
    }

    /// What is left of it; never negative.
    var rest: Duration { max(.zero, deadline - .now) }

    /// Does work within a limit.
    ///
    /// Work that does not end even after the grace is left alone: it goes on, and nobody waits for it.
    ///
    /// - Parameters:
    ///   - limit: nil for none.
    ///   - cancelling: whether the work is cancelled when the limit is over; otherwise it knows the limit itself.
    /// - Throws: what the work throws; ``TimeLimitError`` where it was cancelled because of the limit, or given up.
    package static func keep<Value: Sendable>(
        _ limit: TimeLimit?, cancelling: Bool, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let limit else { return try await work() }
        let task = Task { try await work() }
        let (results, race) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
        return try await withTaskCancellationHandler {
            let finish = Task { race.yield(await task.result) }
            let alarm = Task {
                try await Task.sleep(until: limit.deadline)
                if cancelling { task.cancel() }
                try await Task.sleep(until: limit.deadline + limit.grace)
                race.yield(.failure(TimeLimitError(limit: limit.limit, isAbandoned: true)))
            }
            defer {
                alarm.cancel()
                finish.cancel()
            }
            // Looking for the result must not end with the task that looks: what is under way is waited for.
            let first = await Task {
                for await result in results { return result }
                return .failure(CancellationError())
            }.value
            do { return try first.get() } catch  where cancelling && !(error is TimeLimitError) && limit.rest == .zero {
                // Whatever is said by what was cancelled, it is because of that.
                throw TimeLimitError(limit: limit.limit)
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// A run took longer than it may.
public struct TimeLimitError: Error, Sendable, Hashable, CustomStringConvertible {
    /// How long it might have taken.
    public let limit: Duration
    /// Whether it did not end by itself and was given up.
    public internal(set) var isAbandoned = false

    /// What happened and what to do.
    public var description: String {
        let advice =
            "Nothing was changed that had not been begun. Allow more with --time-limit or `run.time-limit`, or read less at "
            + "once with `source.ldap.incremental`."
        return isAbandoned
            ? "The run took longer than \(limit), did not end when it should, and was given up. \(advice)"
            : "The time for the run, \(limit), was over before the directory and the provider were read. \(advice)"
    }
}
