internal import Synchronization

/// Runs `body` on a thread that does nothing else meanwhile, and waits for it without holding up the cooperative pool.
///
/// libldap blocks, so each read has a thread from its first to its last call. When the task is cancelled `body` hears it
/// from its ``Watch`` and ends by itself; nothing is torn from under libldap.
func onDedicatedThread<Value: Sendable>(
    watch: Watch, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            let started = ThreadPool.shared.run { continuation.resume(with: Result { try body() }) }
            if started != 0 {
                continuation.resume(
                    throwing: LDAPError(
                        .other, "No thread could be started to talk to the directory (errno \(started))."))
            }
        }
    } onCancel: {
        watch.cancel()
    }
}

/// What ends a read from outside: its task's cancellation, and the time allowed for all of it.
final class Watch: Sendable {
    private let isCancelled = Atomic(false)
    private let end: ContinuousClock.Instant

    /// Makes a watch whose time begins now.
    init(allowing duration: Duration) { end = .now + duration.bounded }

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    var wasCancelled: Bool { isCancelled.load(ordering: .relaxed) }

    /// Throws `cancelled`; cheap enough for every message.
    func checkCancellation() throws(LDAPError) {
        if wasCancelled { throw LDAPError(.cancelled, "The read was cancelled.") }
    }

    /// Whether the time for the whole read has run out.
    var isOver: Bool { ContinuousClock.now >= end }
}
