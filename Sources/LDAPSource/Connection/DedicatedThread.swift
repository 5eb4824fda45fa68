internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Runs `body` on a thread of its own and waits for it without holding up the cooperative pool.
///
/// libldap blocks, so each read gets a thread from its first to its last call. When the task is cancelled `body` hears it
/// from its ``Watch`` and ends by itself; nothing is torn from under libldap.
func onDedicatedThread<Value: Sendable>(
    watch: Watch, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            let work = ThreadWork { continuation.resume(with: Result { try body() }) }
            let started = work.start()
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

/// What a thread has to do, kept alive until it begins.
private final class ThreadWork: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    /// Starts a detached thread; answers 0, or the error number of `pthread_create`, in which case nothing was done.
    func start() -> Int32 {
        let unmanaged = unsafe Unmanaged.passRetained(self)
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let result = unsafe pthread_create(&thread, &attributes, threadMain, unmanaged.toOpaque())
        if result != 0 { unsafe unmanaged.release() }
        return result
    }

    func run() {
        // libldap writes to sockets with write(2): a closed one would end the process with SIGPIPE. Blocked here, it is
        // an error code; the other threads, and every other signal, are left as the program wants them.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        body()
    }
}

#if canImport(Darwin)
    private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        unsafe Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().run()
        return nil
    }
#else
    private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument = unsafe argument {
            unsafe Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
    }
#endif

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
