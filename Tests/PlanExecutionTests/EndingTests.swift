import DirectoryModel
import PlanExecution
import ProviderClient
import ReconcileEngine
import Synchronization
import TestSupport
import Testing

/// What ends a run before everything was tried, and what keeps the next from beginning.
@Suite struct EndingTests {
    private let folder: StateFolder
    private let clock = TestClock()

    init() throws { folder = try StateFolder() }

    private func apply(
        _ plan: Plan, _ provider: any AccountProvider, _ options: PlanExecutor.Options
    ) async throws -> ApplyReport {
        try await PlanExecutor(provider: provider, state: try folder.open(), options: options, clock: clock.clock)
            .apply(plan, digest: "digest", madeAt: .earliest)
    }

    // MARK: Time

    @Test func afterTheTimeLimitNothingBegins() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            clock.advance(by: .seconds(60))
            return done(operation)
        }
        let plan = try Plan.creations(100)
        let options = PlanExecutor.Options(concurrency: 1, timeLimit: .seconds(600))
        let report = try await apply(plan, provider, options)
        #expect(report.ending == .outOfTime)
        #expect(report.count(where: \.isSuccess) == 10 && report.count { $0 == .notStarted } == 90)
        #expect(try folder.rows("SELECT state, count(*) FROM entry GROUP BY state") == ["done|10"])
        #expect(try folder.rows("SELECT ending, ended_at NOT NULL FROM run") == ["out-of-time|1"])
        // The next goes on, and one with enough time is done.
        #expect(try await apply(plan, provider, options).count { $0 == .doneEarlier } == 10)
        #expect(try await apply(plan, provider, .init(timeLimit: .seconds(100_000))).ending == .finished)
    }

    @Test(arguments: [Duration?.none, .seconds(700)]) func noWaitGoesBeyondTheTimeLimit(asked: Duration?) async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            throw ProviderError(.throttled, "Wait.", retryAfter: asked)
        }
        let options = PlanExecutor.Options(
            concurrency: 1, attempts: 1000, firstPause: .seconds(60), timeLimit: .seconds(600))
        let report = try await apply(try Plan.creations(3), provider, options)
        #expect(report.entries[0].result == .failed(code: "throttled", message: "Wait."))
        #expect(clock.elapsed < .seconds(600))
        if asked != nil {
            #expect(report.ending == .outOfTime && clock.elapsed == .zero)
            #expect(report.entries[1].result == .notStarted)
        }
    }

    // MARK: Failures

    @Test(arguments: [(0, 1), (3, 4), (nil, 50)] as [(Int?, Int)])
    func soManyMayFail(most: Int?, calls: Int) async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            throw ProviderError(operation.address.text.hasPrefix("u1") ? .stale : .refused, "No.")
        }
        let options = PlanExecutor.Options(concurrency: 1, maximumFailures: most)
        let report = try await apply(try Plan.creations(50), provider, options)
        #expect(report.ending == (most == nil ? .finished : .tooManyFailures(calls)))
        #expect(provider.calls.count == calls)
    }

    // MARK: Quarantine

    @Test(arguments: [
        // In a row, of the last twenty, and neither.
        ("xxxx.xxxx", false), ("...xxxxx", true), ("xxxxx", true), (".x.x.x.x.x.x.x.x.x.x", true),
        ("x.x.x.x.x.x.x.x.x.x", true), ("x.x.x.x.x.x.x.x.x.", false), (".x..x..x..x..x..x..x..x..x..x..x..x", false),
        ("", false),
    ])
    func mostCallsFail(answers: String, isPoor: Bool) {
        var health = ProviderHealth()
        var wasPoor = false
        for answer in answers {
            health.note(isTroubled: answer == "x")
            wasPoor = wasPoor || health.isPoor
        }
        #expect(wasPoor == isPoor)
    }

    @Test(arguments: [
        ProviderError(.throttled, "Down."), ProviderError(.unavailable, "Down."), ProviderError(.busy, "Down."),
        ProviderError(.malformed, "Down."), ProviderError(.refused, "Down.", outcome: .unknown),
    ])
    func aProviderInTroubleIsLeftAlone(_ error: ProviderError) async throws {
        let isDown = Mutex(true)
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if isDown.withLock({ $0 }) { throw error }
            return done(operation)
        }
        let plan = try Plan.creations(100)
        let options = PlanExecutor.Options(concurrency: 1, attempts: 1)
        // Each run that ends so makes the pause longer.
        for pause: Int64 in [300, 600, 1200, 2400, 4800, 9600, 19200, 21600, 21600] {
            let now = clock.clock.now()
            let report = try await apply(plan, provider, options)
            guard case .quarantined(let quarantine) = report.ending else {
                Issue.record("\(report.ending)")
                return
            }
            #expect(report.count { $0 == .notStarted } == 95 && quarantine.since == TestClock.begin)
            #expect(quarantine.until.secondsSince1970 - now.secondsSince1970 == pause && quarantine.reason == "Down.")
            // It is too early one second before that, but not for somebody who knows better.
            clock.advance(by: .seconds(pause - 1))
            let calls = provider.calls.count
            let refusal = await #expect(throws: QuarantineError.self) { try await apply(plan, provider, options) }
            #expect(refusal?.quarantine == quarantine && provider.calls.count == calls)
            #expect(refusal?.description.contains("left alone until \(quarantine.until)") == true)
            clock.advance(by: .seconds(1))
        }
        // Another provider is none of its business.
        #expect(try await apply(plan, ScriptedProvider(name: "other"), options).isComplete)
        isDown.withLock { $0 = false }
        var now = options
        now.ignoresQuarantine = true
        #expect(try await apply(plan, provider, now).isComplete)
        #expect(try folder.rows("SELECT count(*) FROM quarantine") == ["0"])
        #expect(try folder.rows("SELECT DISTINCT ending FROM run ORDER BY 1") == ["finished", "quarantined"])
    }

    @Test func refusalsAreNoTrouble() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            throw ProviderError(.domainNotClaimed, "Not yours.")
        }
        #expect(try await apply(try Plan.creations(50), provider, .init()).ending == .finished)
    }

    @Test func aProviderThatAsksForLongIsNotWaitedFor() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            throw ProviderError(.throttled, "Tomorrow.", retryAfter: .seconds(86400))
        }
        let report = try await apply(try Plan.creations(10), provider, .init(concurrency: 1))
        guard case .quarantined(let quarantine) = report.ending else {
            Issue.record("\(report.ending)")
            return
        }
        #expect(quarantine.until.secondsSince1970 - TestClock.begin.secondsSince1970 >= 86400)
        #expect(provider.calls.count == 1 && clock.elapsed == .zero)
        #expect(report.entries[0].result == .failed(code: "throttled", message: "Tomorrow."))
        #expect(try folder.open().quarantine(of: "scripted") == quarantine)
    }

    @Test func aStateDatabaseOfAnEarlierVersionIsBroughtUpToDate() async throws {
        _ = try folder.open()
        // As version 2 left it.
        try folder.execute(
            """
            INSERT INTO provider (name) VALUES ('scripted');
            INSERT INTO run (plan, provider, operations) VALUES ('digest', 'scripted', 1);
            INSERT INTO entry (run, position, kind, address, state, detail) VALUES (1, 0, 'create', 'u0@corp.example', 'done', 'x');
            DROP TABLE quarantine;
            ALTER TABLE run DROP COLUMN ending;
            ALTER TABLE run DROP COLUMN configuration;
            ALTER TABLE run DROP COLUMN tool;
            ALTER TABLE run DROP COLUMN "user";
            DELETE FROM grdb_migrations WHERE identifier = '3'
            """)
        #expect(try StateDatabase.quarantine(at: folder.path, of: "scripted") == nil)
        let report = try await apply(try Plan.creations(2), ScriptedProvider(), .init())
        #expect(report.entries.map(\.result) == [.doneEarlier, .done(AccountID("id of u1@corp.example"))])
        #expect(try folder.rows("SELECT ending FROM run ORDER BY id") == ["-", "finished"])
    }
}
