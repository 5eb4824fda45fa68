import DirectoryModel
import Foundation
import PlanExecution
import SyncPlanKit
import TestSupport
import Testing

/// A source that does not even end when it is told to.
@Suite struct AbandonedRunTests {
    private struct DeafReader: DirectoryReader {
        let name = "deaf"
        let end: AsyncStream<Void>

        func read(
            _ request: ReadRequest, progress: @escaping @Sendable (ReadProgress) -> Void
        ) async throws -> DirectorySnapshot {
            // A task that is cancelled with nobody.
            await Task.detached { for await _ in end {} }.value
            return DirectorySnapshot(source: name, users: [], groups: [])
        }

        func check(_ request: ReadRequest) async -> [CheckStep] { [] }
    }

    /// The run is given up, and whoever is still at work keeps the lock until it has ended.
    @Test func keepsTheLock() async throws {
        let folder = try temporaryFolder("abandoned")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("staff.yaml").path
        try "source: { ldif: { path: none.ldif } }\nprovider: { mailbox-database: { path: mail.db } }\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        var profile = try Profile(configuration: ConfigurationFile(path: path).load())
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        profile.reader = DeafReader(end: stream)

        let outcome = await profile.run(timeLimit: .milliseconds(100), grace: .milliseconds(100))
        #expect(outcome.isAbandoned)
        #expect(outcome.status == .unavailable)
        let problems = outcome.problemEntries(configuration: path)
        #expect(problems.count == 1 && problems.first?.text.contains("was given up") == true, "\(problems)")
        #expect(isLocked(profile))
        end.finish()
        let deadline = ContinuousClock.now + .seconds(30)
        while isLocked(profile) {
            try #require(ContinuousClock.now < deadline, "the lock was never given back")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func isLocked(_ profile: Profile) -> Bool {
        do throws(RunLockError) {
            _ = try profile.lock()
            return false
        } catch {
            return error.isHeld
        }
    }
}
