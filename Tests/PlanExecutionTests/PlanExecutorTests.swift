import DirectoryModel
import Foundation
import PlanExecution
import ProviderClient
import ReconcileEngine
import Synchronization
import TestSupport
import Testing

/// Carrying plans out: order, concurrency, what fails by itself, and what ends a run.
@Suite struct PlanExecutorTests {
    private static let patient = PlanExecutor.Options(concurrency: 4, attempts: 3, firstPause: .milliseconds(1))

    private static func apply(
        _ plan: Plan, _ provider: ScriptedProvider, _ options: PlanExecutor.Options = patient,
        _ clock: TestClock? = nil
    ) async throws -> ApplyReport {
        let folder = try StateFolder()
        let executor = PlanExecutor(
            provider: provider, state: try folder.open(), options: options, clock: clock?.clock ?? .system)
        return try await executor.apply(plan, digest: "digest", madeAt: .earliest)
    }

    @Test func anEmptyPlanIsDone() async throws {
        let provider = ScriptedProvider()
        let report = try await Self.apply(try Plan.creations(0), provider)
        #expect(report == ApplyReport(entries: [], ending: .finished))
        #expect(report.isComplete && provider.calls.isEmpty)
    }

    @Test func everyOperationOnceAndInTheReport() async throws {
        let plan = try Plan.creations(200)
        let provider = ScriptedProvider()
        let report = try await Self.apply(plan, provider)
        #expect(provider.addresses.sorted() == plan.operations.map(\.address.text).sorted())
        #expect(report.ending == .finished && report.isComplete)
        #expect(report.entries.map(\.position) == Array(0..<200))
        #expect(report.entries.map(\.operation) == plan.operations)
        #expect(report.entries.allSatisfy { $0.result == .done(AccountID("id of \($0.operation.address)")) })
    }

    @Test(arguments: [UInt64](1...8)) func aStageBeginsWhenTheOneBeforeItIsOver(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let sizes = (0..<4).map { _ in Int.random(in: 1...150, using: &random) }
        let stages = sizes.indices.flatMap { Array(repeating: $0, count: sizes[$0]) }
        let plan = try Plan.creations(stages: stages)
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            // Different for every operation, and the same for the same.
            let pause = StableHash.hash(utf8: operation.address.text) % 500
            try? await Task.sleep(for: .microseconds(Int(pause)))
            return done(operation)
        }
        let report = try await Self.apply(plan, provider, PlanExecutor.Options(concurrency: 8))
        #expect(report.isComplete)
        let stageOf = Dictionary(uniqueKeysWithValues: plan.operations.map { ($0.address.text, $0.stage) })
        var lastEnd: [Int: Int] = [:]
        var firstBegin: [Int: Int] = [:]
        for call in provider.calls {
            let stage = try #require(stageOf[call.address])
            lastEnd[stage] = max(lastEnd[stage] ?? 0, call.ended)
            firstBegin[stage] = min(firstBegin[stage] ?? .max, call.began)
        }
        for stage in 1..<4 {
            #expect(try #require(lastEnd[stage - 1]) < #require(firstBegin[stage]), "seed \(seed), stage \(stage)")
        }
    }

    /// A plan makes two accounts that are each other's delegates: made first, then changed, by the ids they got.
    @Test(arguments: [nil, "u0@", "u1@"]) func whatIsMadeByThePlanIsChangedByIt(failing: String?) async throws {
        let lines =
            Plan.creationLines(stages: [0, 0])
            + [0, 1].map { number in
                """
                {"operation":{"kind":"update","address":"u\(number)@corp.example","changes":[{"field":"delegates","old":null,\
                "new":["u\(1 - number)@corp.example"]}],"reasons":[{"code":"differs"}],"precondition":"0123456789abcdef",\
                "stage":1,"after":[\(number)]}}
                """
            }
        let plan = try Plan(lines: lines.map { Array($0.utf8) })
        let changed = Mutex<[AccountID?]>([])
        let mayFail = Mutex(true)
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if operation.kind == .update { changed.withLock { $0.append(operation.id) } }
            if let failing, operation.kind == .create, operation.address.text.hasPrefix(failing),
                mayFail.withLock({ $0 })
            {
                throw ProviderError(.refused, "No.")
            }
            return done(operation)
        }
        let folder = try StateFolder()
        let executor = PlanExecutor(provider: provider, state: try folder.open())
        let report = try await executor.apply(plan, digest: "d", madeAt: .earliest)
        let made = ["u0@corp.example", "u1@corp.example"].filter { failing == nil || !$0.hasPrefix(failing!) }
        #expect(Set(changed.withLock { $0 }) == Set(made.map { AccountID("id of \($0)") }))
        let stale = ApplyReport.Result.stale("\(failing ?? "")corp.example: The account was not made.")
        #expect(report.entries.count { $0.result == stale } == (failing == nil ? 0 : 1))
        // The next run knows the ids that the first one got.
        mayFail.withLock { $0 = false }
        #expect(try await executor.apply(plan, digest: "d", madeAt: .earliest).isComplete)
        #expect(changed.withLock { $0.count } == 2)
    }

    @Test(arguments: [1, 3, 16]) func asManyAtOnceAsAllowed(concurrency: Int) async throws {
        let begun = Atomic(0)
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            // Nobody ends before as many as may have begun, however busy the machine is.
            begun.add(1, ordering: .relaxed)
            for _ in 0..<10_000 where begun.load(ordering: .relaxed) < concurrency {
                try? await Task.sleep(for: .milliseconds(1))
            }
            try? await Task.sleep(for: .milliseconds(4))
            return done(operation)
        }
        let report = try await Self.apply(try Plan.creations(100), provider, .init(concurrency: concurrency))
        #expect(report.isComplete)
        #expect(provider.mostInFlight == concurrency)
    }

    @Test(arguments: [Int.min, -1, 0]) func nonsenseInOptionsIsOneAtATime(number: Int) async throws {
        var options = PlanExecutor.Options()
        options.concurrency = number
        options.attempts = number
        let provider = ScriptedProvider()
        let report = try await Self.apply(try Plan.creations(3), provider, options)
        #expect(report.isComplete && provider.mostInFlight == 1)
    }

    @Test(arguments: [
        ProviderError(.stale, "It has changed."), ProviderError(.addressTaken, "It is taken."),
        ProviderError(.refused, "No."), ProviderError(.malformed, "What?"), ProviderError(.unsupported, "Cannot."),
        ProviderError(ProviderError.Code(rawValue: "unheard-of"), "New."),
    ])
    func whatFailsFailsAlone(_ error: ProviderError) async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if operation.address.text.hasPrefix("u7@") { throw error }
            return done(operation)
        }
        let report = try await Self.apply(try Plan.creations(20), provider)
        #expect(report.ending == .finished && !report.isComplete)
        #expect(report.count(where: \.isSuccess) == 19)
        let expected: ApplyReport.Result =
            error.code == .stale ? .stale(error.message) : .failed(code: error.code.rawValue, message: error.message)
        #expect(report.entries[7].result == expected)
        #expect(provider.calls.count == 20, "what cannot succeed was repeated")
    }

    @Test(arguments: [ProviderError.Code.throttled, .unavailable, .busy])
    func whatMayPassIsRepeated(_ code: ProviderError.Code) async throws {
        let provider = ScriptedProvider { (operation, attempt) async throws(ProviderError) in
            // u0 works at the last try, u1 never does.
            if operation.address.text.hasPrefix("u0@") && attempt < 3 { throw ProviderError(code, "Wait.") }
            if operation.address.text.hasPrefix("u1@") {
                throw ProviderError(code, "Wait \(attempt).", outcome: .unknown)
            }
            return done(operation)
        }
        let report = try await Self.apply(try Plan.creations(3), provider)
        #expect(provider.addresses.count { $0.hasPrefix("u0@") } == 3)
        #expect(provider.addresses.count { $0.hasPrefix("u1@") } == 3)
        #expect(report.entries[0].result.isSuccess && report.entries[2].result.isSuccess)
        #expect(report.entries[1].result == .failed(code: code.rawValue, message: "Wait 3."))
        #expect(report.ending == .finished)
        // Only of u1 nobody knows what came of the tries before.
        let looks = provider.calls.filter(\.mayHaveBeenApplied).map(\.address)
        #expect(looks == ["u1@corp.example", "u1@corp.example"])
    }

    @Test func aRepetitionWaitsAsLongAsTheProviderAsks() async throws {
        let provider = ScriptedProvider { (operation, attempt) async throws(ProviderError) in
            if attempt == 1 { throw ProviderError(.throttled, "Wait.", retryAfter: .milliseconds(300)) }
            return done(operation)
        }
        let begin = ContinuousClock.now
        let report = try await Self.apply(try Plan.creations(1), provider)
        #expect(report.isComplete)
        #expect(ContinuousClock.now - begin >= .milliseconds(300))
    }

    @Test func pausesNeverOverflow() async throws {
        let provider = ScriptedProvider { (operation, attempt) async throws(ProviderError) in
            if attempt < 200 { throw ProviderError(.busy, "Wait.", retryAfter: .zero) }
            return done(operation)
        }
        let report = try await Self.apply(
            try Plan.creations(1), provider, .init(attempts: 200, firstPause: .seconds(Int64.max)), TestClock())
        #expect(report.isComplete)
    }

    @Test func anOperationThatWasDoneAlreadyIsASuccess() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            AppliedOperation(id: AccountID("1"), wasAlreadyApplied: true)
        }
        let report = try await Self.apply(try Plan.creations(2), provider)
        #expect(report.isComplete)
        #expect(report.entries.map(\.result) == [.alreadyApplied(AccountID("1")), .alreadyApplied(AccountID("1"))])
    }

    @Test func refusedCredentialsEndTheRun() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if operation.address.text.hasPrefix("u5@") { throw ProviderError(.unauthorized, "The token has expired.") }
            try? await Task.sleep(for: .milliseconds(2))
            return done(operation)
        }
        let report = try await Self.apply(try Plan.creations(500), provider)
        #expect(report.ending == .refused("The token has expired."))
        #expect(report.entries[5].result == .failed(code: "unauthorized", message: "The token has expired."))
        #expect(report.count { $0 == .notStarted } > 480)
        // At most those under way at the time are called besides, so that nobody is locked out.
        #expect(provider.calls.count <= 6 + Self.patient.concurrency)
        #expect(report.count(where: \.isSuccess) == provider.calls.count - 1)
    }

    @Test func progressGrowsToTheTotal() async throws {
        let seen = Mutex<[ApplyProgress]>([])
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if operation.address.text.hasPrefix("u9") { throw ProviderError(.refused, "No.") }
            return done(operation)
        }
        let folder = try StateFolder()
        _ = try await PlanExecutor(provider: provider, state: folder.open())
            .apply(try Plan.creations(200), digest: "d", madeAt: .earliest) { progress in
                seen.withLock { $0.append(progress) }
            }
        let progress = seen.withLock { $0 }
        #expect(progress.count > 1)
        #expect(progress.map(\.completed) == progress.map(\.completed).sorted())
        #expect(progress.last?.completed == 200 && progress.last?.failed == 11)
        #expect(progress.allSatisfy { $0.total == 200 })
    }

    // MARK: Being stopped

    @Test func stoppingFinishesWhatIsUnderWay() async throws {
        let gate = Gate()
        let cancelled = Atomic(0)
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            await gate.wait()
            if Task.isCancelled { cancelled.add(1, ordering: .relaxed) }
            return done(operation)
        }
        let folder = try StateFolder()
        let executor = PlanExecutor(provider: provider, state: try folder.open(), options: Self.patient)
        let plan = try Plan.creations(100)
        let task = Task { try await executor.apply(plan, digest: "d", madeAt: .earliest) }
        while provider.inFlight < 4 { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        try await Task.sleep(for: .milliseconds(20))
        gate.open()
        let report = try await task.value
        #expect(report.ending == .stopped)
        #expect(report.count(where: \.isSuccess) == 4 && report.count { $0 == .notStarted } == 96)
        #expect(provider.calls.count == 4)
        #expect(cancelled.load(ordering: .relaxed) == 0, "an operation under way was cancelled")
        #expect(try folder.rows("SELECT state, count(*) FROM entry GROUP BY state") == ["done|4"])
        // Run again, it goes on.
        let rest = try await executor.apply(plan, digest: "d", madeAt: .earliest)
        #expect(rest.isComplete && rest.count { $0 == .doneEarlier } == 4)
        #expect(Set(provider.addresses).count == 100 && provider.calls.count == 100)
    }

    @Test func stoppingDoesNotWaitForTheNextTry() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            throw ProviderError(.throttled, "Come back in an hour.", retryAfter: .seconds(3600))
        }
        let folder = try StateFolder()
        let executor = PlanExecutor(provider: provider, state: try folder.open(), options: Self.patient)
        let plan = try Plan.creations(1)
        let task = Task { try await executor.apply(plan, digest: "d", madeAt: .earliest) }
        while provider.calls.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        let begin = ContinuousClock.now
        task.cancel()
        let report = try await task.value
        #expect(ContinuousClock.now - begin < .seconds(300))
        #expect(report.ending == .stopped)
        // It was tried: that must not get lost.
        #expect(report.entries[0].result == .failed(code: "throttled", message: "Come back in an hour."))
    }

    @Test func aRunThatIsStoppedBeforeItBeginsDoesNothing() async throws {
        let provider = ScriptedProvider()
        let folder = try StateFolder()
        let executor = PlanExecutor(provider: provider, state: try folder.open())
        let plan = try Plan.creations(3)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await executor.apply(plan, digest: "d", madeAt: .earliest)
        }
        let report = try await task.value
        #expect(report.ending == .stopped)
        #expect(report.count { $0 == .notStarted } == 3 && provider.calls.isEmpty)
    }
}
