internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Threads for work that blocks, as many as there is work at once; those that are done wait for more.
///
/// They are used again because GnuTLS never frees what it keeps for each thread that it was used on, some 200 octets
/// (random.c), which with a thread a connection would add up.
final class ThreadPool: Sendable {
    static let shared = ThreadPool()

    /// How many threads wait at most; further ones end when they are done.
    private static let waitingLimit = 16

    typealias Work = @Sendable () -> Void

    /// Work that waiting threads were woken for, at most as much as threads are waiting.
    private let queue = Mutex<(work: [Work], waiting: Int)>(([], 0))
    private let wake = DispatchSemaphore(value: 0)

    /// Does the work on a thread that does nothing else meanwhile.
    ///
    /// Answers 0, or the error number of `pthread_create`, in which case nothing is done.
    func run(_ work: @escaping Work) -> Int32 {
        let isTaken = queue.withLock { queue in
            if queue.waiting <= queue.work.count { return false }
            queue.work.append(work)
            return true
        }
        if !isTaken { return ThreadStart(pool: self, work: work).begin() }
        wake.signal()
        return 0
    }

    /// What a thread does from its beginning to its end.
    fileprivate func live(_ start: ThreadStart) {
        // libldap writes to sockets with write(2): a closed one would end the process with SIGPIPE. Blocked here, it is
        // an error code; the other threads, and every other signal, are left as the program wants them.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        var work = start.takeWork()
        while work != nil {
            work?()
            // What it held is not kept while waiting.
            work = nil
            work = next()
        }
    }

    /// Waits for more to do; nil where enough threads wait already.
    private func next() -> Work? {
        let mayWait = queue.withLock { queue in
            if queue.waiting == Self.waitingLimit { return false }
            queue.waiting += 1
            return true
        }
        guard mayWait else { return nil }
        wake.wait()
        return queue.withLock { queue in
            queue.waiting -= 1
            return queue.work.removeFirst()
        }
    }
}

/// What a new thread begins with.
private final class ThreadStart: Sendable {
    let pool: ThreadPool
    private let work: Mutex<ThreadPool.Work?>

    init(pool: ThreadPool, work: @escaping ThreadPool.Work) {
        self.pool = pool
        self.work = Mutex(work)
    }

    func takeWork() -> ThreadPool.Work? { work.withLock { $0.take() } }

    /// Starts a detached thread; answers 0 or an error number.
    func begin() -> Int32 {
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
}

#if canImport(Darwin)
    private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
        start.pool.live(start)
        return nil
    }
#else
    private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
        start.pool.live(start)
        return nil
    }
#endif
