import DirectoryModel
import Foundation
import PlanExecution
import ProviderClient
import ProviderTesting
import ReconcileEngine
import TestSupport
import Testing

/// What the journal tells about past runs, and for how long.
@Suite struct HistoryTests {
    private static let rules = Reconciler(scope: .everyone, lifecycle: Lifecycle(missing: .delete), rails: [])

    private static func plan(_ names: [String], quota: String = "p", _ provider: ModelProvider) async throws -> Plan {
        rules.plan(
            directory: DirectorySnapshot(users: names.map { Made.person($0) }), provider: try await provider.observe())
    }

    @discardableResult
    private static func apply(
        _ plan: Plan, _ provider: any AccountProvider, _ folder: StateFolder, digest: String = "d",
        keeping age: Duration = .seconds(400 * 86400)
    ) async throws -> ApplyReport {
        try await PlanExecutor(
            provider: provider, state: folder.open(), options: .init(attempts: 1, firstPause: .zero, historyAge: age)
        ).apply(plan, digest: digest, madeAt: .earliest, origin: RunOrigin(configuration: "c", tool: "1", user: "ana"))
    }

    @Test func runsAreListedWithWhatBecameOfThem() async throws {
        let folder = try StateFolder()
        let provider = ModelProvider { _, operation in
            operation.address.text.hasPrefix("bad@") ? .fails(ProviderError(.refused, "No.")) : nil
        }
        try await Self.apply(try await Self.plan(["a", "b", "bad"], provider), provider, folder, digest: "one")
        try await Self.apply(try await Self.plan(["a"], provider), provider, folder, digest: "two")
        func history(_ filter: HistoryFilter = HistoryFilter()) throws -> [RunRecord] {
            try StateDatabase.history(at: folder.path, of: "model", filter)
        }
        let runs = try history()
        #expect(runs.map(\.number) == [2, 1] && runs.map(\.plan) == ["two", "one"])
        #expect(runs.map(\.counts) == [[.done: 1], [.done: 2, .failed: 1]])
        #expect(runs.allSatisfy { $0.user == "ana" && $0.ending == "finished" && $0.held == 0 && $0.ended != nil })
        #expect(try history(HistoryFilter(isFailed: true)).map(\.number) == [1])
        #expect(try history(HistoryFilter(limit: 1)).map(\.number) == [2])
        #expect(try history(HistoryFilter(address: Made.address("b@corp.example"))).map(\.number) == [2, 1])
        #expect(try history(HistoryFilter(address: Made.address("a@corp.example"))).map(\.number) == [1])
        #expect(try history(HistoryFilter(address: Made.address("nobody@corp.example"))) == [])
        #expect(try history(HistoryFilter(since: runs[0].began)).map(\.number).contains(2))
        #expect(try history(HistoryFilter(since: runs[0].began.adding(days: 1))) == [])
        #expect(try StateDatabase.history(at: folder.path, of: "other") == [])

        let (record, entries) = try #require(try StateDatabase.run(1, at: folder.path, of: "model"))
        #expect(record == runs[1])
        #expect(entries.map(\.state) == [.done, .done, .failed])
        #expect(entries[2].message == "refused: No." && entries[2].account == nil)
        // Operations run side by side, so that the provider numbers the accounts as they come.
        #expect(entries[0].operation?.account?.name == "A")
        let made = Set(entries.prefix(2).compactMap(\.account))
        #expect(made == [AccountID("1"), AccountID("2")])
        #expect(entries[0].account == provider.contents.first { $0.account.address == entries[0].address }?.id)
        #expect(try StateDatabase.run(7, at: folder.path, of: "model") == nil)
        #expect(try StateDatabase.run(nil, at: folder.path, of: "model")?.record.number == 2)
    }

    /// Neither a password nor its hash is in the journal.
    @Test func noSecretIsWrittenDown() async throws {
        let folder = try StateFolder()
        let provider = ModelProvider()
        let hash = "{SSHA512}secretsecretsecret"
        let made = try #require(try Plan.creations(1).operations.first).giving(PasswordHash(hash))
        let plan = Plan(
            overview: try Plan.creations(1).overview, operations: [made], held: [], violations: [], findings: [])
        try await Self.apply(plan, provider, folder)
        let deletion = try await Self.plan([], provider)
        try #require(provider.contents.first?.account.passwordHash != nil)
        // Nobody in scope owns the account, so that it is deleted by undoing what made it.
        let past = try #require(try StateDatabase.past(1, at: folder.path, of: "model"))
        #expect(past.operations.first?.operation.account?.passwordHash == nil && deletion.isEmpty)
        let rows = try folder.rows("SELECT operation FROM entry").joined()
        #expect(rows.contains("u0@corp.example") && !rows.contains("secret"))
    }

    // MARK: Who did it

    @Test func whatWasSoAlreadyIsNotUndone() async throws {
        let folder = try StateFolder()
        let provider = ModelProvider()
        let plan = try await Self.plan(["a", "b"], provider)
        // Somebody makes one of them in the same moment.
        _ = try await provider.apply(plan.operations[0])
        let report = try await Self.apply(plan, provider, folder)
        #expect(report.entries.map { if case .alreadyApplied = $0.result { true } else { false } } == [true, false])
        let past = try #require(try StateDatabase.past(1, at: folder.path, of: "model"))
        #expect(past.operations.map(\.operation.address.text) == ["b@corp.example"])
    }

    @Test func anAnswerThatWasLostIsTheRunsOwnDoing() async throws {
        let folder = try StateFolder()
        let provider = ModelProvider { call, _ in call == 1 ? .losesAnswer : nil }
        let executor = PlanExecutor(
            provider: provider, state: try folder.open(), options: .init(concurrency: 1, attempts: 2, firstPause: .zero)
        )
        let plan = try await Self.plan(["a"], provider)
        _ = try await executor.apply(plan, digest: "d", madeAt: .earliest)
        #expect(try folder.rows("SELECT state, unsure FROM entry") == ["already|1"])
        let past = try #require(try StateDatabase.past(1, at: folder.path, of: "model"))
        let undoing = Self.rules.plan(undoing: past, deletingMade: true, provider: try await provider.observe())
        #expect(undoing.counts == [.delete: 1])
        // Where no answer comes at all, the account tells.
        let lost = ModelProvider(name: "lost") { _, _ in .losesAnswer }
        try await Self.apply(plan, lost, folder)
        #expect(try folder.rows("SELECT state, unsure FROM entry WHERE run = 2") == ["failed|1"])
        let open = try #require(try StateDatabase.past(2, at: folder.path, of: "lost"))
        #expect(
            Self.rules.plan(undoing: open, deletingMade: true, provider: try await lost.observe()).counts == [
                .delete: 1
            ])
        // But not where a later run says that it has made it.
        let same = ModelProvider(name: "lost")
        try await Self.apply(plan, same, folder, digest: "later")
        #expect(try StateDatabase.past(2, at: folder.path, of: "lost")?.operations == [])
    }

    // MARK: Older files

    @Test func anOlderFileIsReadAsItIs() async throws {
        let folder = try StateFolder()
        let provider = ModelProvider()
        try await Self.apply(try await Self.plan(["a", "b"], provider), provider, folder)
        // As the third version left it.
        try folder.execute(
            """
            ALTER TABLE entry DROP COLUMN operation; ALTER TABLE entry DROP COLUMN unsure;
            ALTER TABLE run DROP COLUMN held; ALTER TABLE run DROP COLUMN undoes;
            DELETE FROM grdb_migrations WHERE identifier = '4'
            """)
        let schema = try folder.rows("SELECT sql FROM sqlite_schema")
        let (record, entries) = try #require(try StateDatabase.run(nil, at: folder.path, of: "model"))
        #expect(record.done == 2 && record.held == nil)
        #expect(entries.map(\.address.text) == ["a@corp.example", "b@corp.example"])
        #expect(entries.allSatisfy { $0.operation == nil })
        let address = Made.address("b@corp.example")
        #expect(
            try StateDatabase.history(at: folder.path, of: "model", HistoryFilter(address: address)).map(\.number) == [
                1
            ])
        let past = try #require(try StateDatabase.past(nil, at: folder.path, of: "model"))
        #expect(past.operations == [] && past.untold.count == 2)
        let undoing = Self.rules.plan(undoing: past, provider: try await provider.observe())
        #expect(undoing.isEmpty)
        #expect(
            undoing.findings.filter { $0.code == .lostForGood }.map(\.subject) == ["a@corp.example", "b@corp.example"])
        #expect(try folder.rows("SELECT sql FROM sqlite_schema") == schema)
        // The next run brings it up to date, and writes down what the old one had not.
        try await Self.apply(try await Self.plan(["a"], provider), provider, folder, digest: "next")
        #expect(try StateDatabase.run(nil, at: folder.path, of: "model")?.entries.first?.operation?.former != nil)
    }

    @Test func nothingIsMadeByLooking() throws {
        let folder = try StateFolder()
        #expect(try StateDatabase.history(at: folder.path, of: "model") == [])
        #expect(try StateDatabase.past(nil, at: folder.path, of: "model") == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test func nonsenseInTheJournalIsAnError() async throws {
        let folder = try StateFolder()
        let provider = ModelProvider()
        try await Self.apply(try await Self.plan(["a"], provider), provider, folder)
        for sql in ["address = 'nonsense'", "operation = '{}'", "kind = 'explode'"] {
            try folder.execute("UPDATE entry SET \(sql)")
            let error = #expect(throws: StateDatabaseError.self) {
                try StateDatabase.run(1, at: folder.path, of: "model")
            }
            #expect(error?.detail == "operation 0 of run 1 makes no sense in the journal")
            try folder.execute("UPDATE entry SET address = 'a@corp.example', kind = 'create'")
        }
    }

    // MARK: Forgetting

    @Test func oldRunsAreForgottenAndNothingElse() async throws {
        let folder = try StateFolder()
        let provider = ModelProvider()
        let first = try await Self.plan(["a", "b"], provider)
        try await Self.apply(first, provider, folder, digest: "one")
        try await Self.apply(try await Self.plan(["a", "b", "c"], provider), provider, folder, digest: "two")
        try folder.execute("UPDATE run SET started_at = '2020-01-01T00:00:00Z' WHERE id = 1")
        let memory = try folder.open().memory(of: "model")
        #expect(memory.links.count == 3)
        try await Self.apply(try await Self.plan(["a", "b", "c", "d"], provider), provider, folder, digest: "three")
        #expect(try StateDatabase.history(at: folder.path, of: "model").map(\.number) == [3, 2])
        #expect(try folder.rows("SELECT DISTINCT run FROM entry") == ["2", "3"])
        #expect(try folder.open().memory(of: "model").links.count == 4)
        // The forgotten plan is done again without doing anything.
        let again = try await Self.apply(first, provider, folder, digest: "one")
        #expect(again.isComplete && again.count { if case .alreadyApplied = $0 { true } else { false } } == 2)
        // Of ever so many, some at a time.
        try folder.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
            INSERT INTO run (id, plan, provider, operations, started_at) SELECT -i, 'old', 'model', 0, '2020-01-01T00:00:00Z'
            FROM n
            """)
        try await Self.apply(first, provider, folder, digest: "one")
        #expect(try folder.rows("SELECT count(*) FROM run WHERE plan = 'old'") == ["8"])
    }
}
