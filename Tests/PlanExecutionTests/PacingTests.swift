import DirectoryModel
import PlanExecution
import ProviderClient
import ReconcileEngine
import Synchronization
import TestSupport
import Testing

/// How fast a run goes: how much at once, what waits for what, and pauses.
@Suite struct PacingTests {
    // MARK: Concurrency

    @Test func theWindowIsHalvedOnceForThoseThatWereUnderWayTogether() {
        var window = ConcurrencyWindow(bound: 16)
        #expect(window.limit == 16)
        for _ in 0..<16 { window.refused(begunAfter: 0) }
        #expect(window.limit == 8 && window.cuts == 1)
        window.refused(begunAfter: 1)
        #expect(window.limit == 4)
        for cut in 2..<10 { window.refused(begunAfter: cut) }
        #expect(window.limit == 1)
    }

    @Test func theWindowGrowsByOneForEachWindowOfSuccesses() {
        var window = ConcurrencyWindow(bound: 4)
        window.refused(begunAfter: 0)
        window.refused(begunAfter: 1)
        var limits: [Int] = []
        for _ in 0..<8 {
            window.succeeded()
            limits.append(window.limit)
        }
        #expect(limits == [2, 2, 3, 3, 3, 4, 4, 4])
        // A refusal begins the count anew.
        window.refused(begunAfter: 2)
        window.succeeded()
        window.refused(begunAfter: 2)
        window.succeeded()
        #expect(window.limit == 2)
    }

    @Test(arguments: [Int.min, -1, 0, 1]) func theWindowIsNeverClosed(bound: Int) {
        var window = ConcurrencyWindow(bound: bound)
        #expect(window.limit == 1 && window.bound == 1)
        for cut in 0..<3 { window.refused(begunAfter: cut) }
        for _ in 0..<100 { window.succeeded() }
        #expect(window.limit == 1)
    }

    /// A provider that bears three at once gets three or four in the long run.
    @Test func aRunFindsOutWhatTheProviderBears() async throws {
        let underWay = Mutex(0)
        let refusals = Mutex(0)
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            let now = underWay.withLock { count in
                count += 1
                return count
            }
            try? await Task.sleep(for: .microseconds(300))
            underWay.withLock { $0 -= 1 }
            if now > 3 {
                refusals.withLock { $0 += 1 }
                throw ProviderError(.throttled, "Slowly.")
            }
            return done(operation)
        }
        let report = try await Self.apply(
            try Plan.creations(400), provider, .init(concurrency: 16, attempts: 20, firstPause: .milliseconds(1)))
        #expect(report.isComplete)
        #expect(provider.mostInFlight > 3)
        #expect(refusals.withLock { $0 } < 400)
    }

    // MARK: Order

    @Test func nothingWaitsForWhatItDoesNotDependOn() async throws {
        // u3 waits for u1 only; u0 does not answer until u3 is done.
        let lines =
            Plan.creationLines(stages: [0, 0, 0]) + [
                Plan.creationLines(stages: [0, 0, 0, 0])[4].replacing("\"stage\":0", with: "\"stage\":1,\"after\":[1]")
            ]
        let plan = try Plan(lines: lines.map { Array($0.utf8) })
        let gate = Gate()
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if operation.address.text.hasPrefix("u0@") { await gate.wait() }
            if operation.address.text.hasPrefix("u3@") { gate.open() }
            return done(operation)
        }
        let report = try await Self.apply(plan, provider, .init(concurrency: 2))
        #expect(report.isComplete && provider.addresses.map { $0.prefix(2) }.last == "u3")
        let u1 = try #require(provider.calls.first { $0.address.hasPrefix("u1@") })
        #expect(try #require(provider.calls.last).began > u1.ended)
    }

    @Test(arguments: ["[0]", "[1]", "[9]", "[-1]"]) func whatWaitsForNothingBeforeItIsNoPlan(after: String) {
        var lines = Plan.creationLines(stages: [0, 0])
        lines[1] = lines[1].replacing("\"stage\":0", with: "\"stage\":0,\"after\":\(after)")
        let error = #expect(throws: PlanLineError.self) { try Plan(lines: lines.map { Array($0.utf8) }) }
        #expect(error?.description == "Line 2 of the plan: it waits for an operation that is not before it.")
    }

    @Test(arguments: [UInt64](1...20)) func theOrderOffersEverythingOnceAndInTime(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let plan = try Plan.creations(stages: (0..<60).map { _ in Int.random(in: 0...4, using: &random) }.sorted())
        let steps = plan.steps()
        let done = Set(steps.indices.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
        var order = WorkOrder(steps) { done.contains($0) }
        var underWay: [Int] = []
        var ended = done
        var begun: Set<Int> = []
        while true {
            if let index = order.next() {
                #expect(Set(steps[index].operation.after ?? []).isSubset(of: ended))
                #expect(begun.insert(index).inserted && !done.contains(index))
                underWay.append(index)
            } else if underWay.isEmpty {
                break
            }
            if !underWay.isEmpty, order.isEmpty || Bool.random(using: &random) {
                let index = underWay.remove(at: Int.random(in: underWay.indices, using: &random))
                ended.insert(index)
                order.end(index)
            }
        }
        #expect(ended == Set(steps.indices), "seed \(seed)")
    }

    // MARK: Pauses

    @Test func aPauseThatTheProviderAsksForIsForEverybody() async throws {
        let clock = TestClock()
        let calls = Mutex<[Duration]>([])
        let provider = ScriptedProvider { (operation, attempt) async throws(ProviderError) in
            calls.withLock { $0.append(clock.elapsed) }
            if operation.address.text.hasPrefix("u0@"), attempt == 1 {
                throw ProviderError(.throttled, "Wait.", retryAfter: .seconds(600))
            }
            return done(operation)
        }
        let report = try await Self.apply(try Plan.creations(10), provider, .init(concurrency: 1), clock)
        #expect(report.isComplete)
        let times = calls.withLock { $0 }
        #expect(times.count == 11 && times[0] == .zero)
        #expect(times.dropFirst().allSatisfy { $0 >= .seconds(600) && $0 < .seconds(601) })
    }

    @Test(arguments: [UInt64](1...5)) func pausesGrowUnevenly(seed: UInt64) async throws {
        let clock = TestClock(seed: seed)
        let calls = Mutex<[Duration]>([])
        let provider = ScriptedProvider { (operation, attempt) async throws(ProviderError) in
            calls.withLock { $0.append(clock.elapsed) }
            throw ProviderError(.unavailable, "Nobody is there.")
        }
        let options = PlanExecutor.Options(attempts: 10, firstPause: .seconds(1))
        #expect(try await !Self.apply(try Plan.creations(1), provider, options, clock).isComplete)
        let times = calls.withLock { $0 }
        let pauses = zip(times, times.dropFirst()).map { $1 - $0 }
        try #require(pauses.count == 9)
        for (pause, most) in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
            #expect(pause >= .seconds(Double(most) / 2) && pause <= .seconds(most), "seed \(seed)")
        }
        #expect(pauses[6] != pauses[7] && pauses[7] != pauses[8])
    }

    static func apply(
        _ plan: Plan, _ provider: ScriptedProvider, _ options: PlanExecutor.Options, _ clock: TestClock? = nil
    ) async throws -> ApplyReport {
        let folder = try StateFolder()
        let executor = PlanExecutor(
            provider: provider, state: try folder.open(), options: options, clock: clock?.clock ?? .system)
        return try await executor.apply(plan, digest: "digest", madeAt: .earliest)
    }
}
