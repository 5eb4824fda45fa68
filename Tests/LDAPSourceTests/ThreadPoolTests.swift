import Foundation
import Testing

@testable import LDAPSource

/// The threads that libldap is used on.
@Suite struct ThreadPoolTests {
    /// Does some work on a thread of the pool; answers which one it was: `PID/task/TID`.
    private func thread(_ pool: ThreadPool, _ work: @escaping @Sendable () -> Void = {}) async -> String? {
        await withCheckedContinuation { continuation in
            let status = pool.run {
                work()
                continuation.resume(
                    returning: try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))
            }
            #expect(status == 0)
        }
    }

    @Test func threadsAreUsedAgain() async {
        let pool = ThreadPool()
        var threads: Set<String?> = []
        for _ in 0..<500 { threads.insert(await thread(pool)) }
        #expect(!threads.contains(nil))
        // The one before may not be back yet.
        #expect(threads.count < 20)
    }

    @Test("work never waits for other work, also where there is more than threads that are kept")
    func allAtOnce() async {
        let pool = ThreadPool()
        for count in [50, 1, 17, 50] {
            let all = DispatchSemaphore(value: 0)
            let present = Counts()
            let threads = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<count {
                    group.addTask {
                        await thread(pool) {
                            present.append(1)
                            if present.values.count == count { for _ in 0..<count { all.signal() } }
                            all.wait()
                        }
                    }
                }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(threads.count == count)
        }
    }

    @Test func whatWorkHeldIsNotKept() async throws {
        final class Held: Sendable {}
        let pool = ThreadPool()
        weak var last: Held?
        do {
            let held = Held()
            last = held
            _ = await thread(pool) { withExtendedLifetime(held) {} }
        }
        for _ in 0..<100 where last != nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(last == nil)
    }
}
