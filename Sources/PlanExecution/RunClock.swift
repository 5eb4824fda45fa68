package import DirectoryModel
import Foundation

/// Time and chance, as a run sees them; tests bring their own.
package struct RunClock: Sendable {
    /// How long it has been since some moment, which is always the same.
    package var elapsed: @Sendable () -> Duration
    /// Waits; it may end early.
    package var sleep: @Sendable (Duration) async -> Void
    /// A number from 0 up to 1, which makes pauses uneven.
    package var chance: @Sendable () -> Double
    /// The time of day, in UTC.
    package var now: @Sendable () -> Timestamp

    package init(
        elapsed: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async -> Void,
        chance: @escaping @Sendable () -> Double, now: @escaping @Sendable () -> Timestamp
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
        self.chance = chance
        self.now = now
    }

    /// The real ones.
    package static var system: RunClock {
        let begin = ContinuousClock.now
        return RunClock(
            elapsed: { ContinuousClock.now - begin }, sleep: { try? await Task.sleep(for: $0) },
            chance: { Double.random(in: 0..<1) },
            now: { Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970)) })
    }
}
