import SyncPlanKit
import Testing

/// A run ends when its time is over, also where what is under way does not.
@Suite struct TimeLimitTests {
    struct Failure: Error {}

    @Test func whatIsInTimeIsAnswered() async throws {
        let limit = TimeLimit(.seconds(60), grace: .zero)
        #expect(try await TimeLimit.keep(limit, cancelling: true) { 7 } == 7)
        #expect(try await TimeLimit.keep(nil, cancelling: true) { 7 } == 7)
        await #expect(throws: Failure.self) { try await TimeLimit.keep(limit, cancelling: true) { throw Failure() } }
    }

    /// Whatever it says of being cancelled.
    @Test(arguments: [false, true]) func whatTakesLongerIsCancelled(saysOtherwise: Bool) async throws {
        let begin = ContinuousClock.now
        let limit = TimeLimit(.milliseconds(50), grace: .seconds(60))
        let error = await #expect(throws: TimeLimitError.self) {
            try await TimeLimit.keep(limit, cancelling: true) {
                do { try await Task.sleep(for: .seconds(60)) } catch {
                    if saysOtherwise { throw Failure() }
                    throw error
                }
            }
        }
        #expect(error?.isAbandoned == false)
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    @Test(arguments: [true, false]) func whatNeverEndsIsGivenUp(cancelling: Bool) async throws {
        let limit = TimeLimit(.milliseconds(50), grace: .milliseconds(50))
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        let error = await #expect(throws: TimeLimitError.self) {
            try await TimeLimit.keep(limit, cancelling: cancelling) {
                await Task.detached { for await _ in never {} }.value
            }
        }
        #expect(error?.isAbandoned == true)
        #expect(error.map { ExitStatus(of: $0) } == .unavailable)
        end.finish()
    }

    /// Who stops a run gets to hear that it was stopped, once what is under way has ended.
    @Test func stoppingIsPassedOn() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let limit = TimeLimit(.seconds(60), grace: .seconds(60))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    try await TimeLimit.keep(limit, cancelling: true) {
                        begin.finish()
                        try await Task.sleep(for: .seconds(60))
                    }
                }
            }
            for await _ in begun {}
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
