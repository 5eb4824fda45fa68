import DirectoryModel
import PlanExecution
import Synchronization
import TestSupport

/// A clock on which time passes only by waiting, and then at once.
final class TestClock: Sendable {
    private let state: Mutex<(elapsed: Duration, random: SeededGenerator)>

    /// When it begins, in UTC.
    static let begin = Timestamp(secondsSince1970: 1_790_000_000)

    init(seed: UInt64 = 1) { state = Mutex((.zero, SeededGenerator(seed: seed))) }

    /// How much time has passed.
    var elapsed: Duration { state.withLock { $0.elapsed } }

    /// Lets time pass.
    func advance(by duration: Duration) { state.withLock { $0.elapsed += duration } }

    var clock: RunClock {
        RunClock(
            elapsed: { self.elapsed },
            sleep: { pause in
                self.advance(by: pause)
                await Task.yield()
            },
            chance: { self.state.withLock { Double.random(in: 0..<1, using: &$0.random) } },
            now: { Timestamp(secondsSince1970: Self.begin.secondsSince1970 + self.elapsed.components.seconds) })
    }
}
