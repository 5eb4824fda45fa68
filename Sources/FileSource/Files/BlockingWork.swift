private import Dispatch
private import Synchronization

/// Whether somebody waits no longer for a piece of work.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }

    /// Throws where the work is no longer wanted.
    func check() throws(CancellationError) {
        if isCancelled { throw CancellationError() }
    }
}

/// Does work that blocks on a thread that is none of the few on which all of Swift's tasks run.
///
/// `work` looks at its argument now and then, and gives up where the task was cancelled.
func onThreadOfItsOwn<Value: Sendable>(
    _ work: @escaping @Sendable (Cancellation) throws -> Value
) async throws -> Value {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "sync-plan.file").async {
                continuation.resume(with: Result { try work(cancellation) })
            }
        }
    } onCancel: {
        cancellation.cancel()
    }
}
