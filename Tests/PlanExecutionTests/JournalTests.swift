import DirectoryModel
import Foundation
import PlanExecution
import ProviderClient
import ReconcileEngine
import Synchronization
import TestSupport
import Testing

/// What is written down, when, and what a further run makes of it.
@Suite struct JournalTests {
    private static let columns = "SELECT position, kind, address, state, detail FROM entry ORDER BY run, position"

    @Test func intentBeforeOutcomeAfter() async throws {
        let folder = try StateFolder()
        let during = Mutex<[String]>([])
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            let row = try? folder.rows("SELECT state, detail FROM entry WHERE address = '\(operation.address)'")
            during.withLock { $0 += row ?? ["no row for \(operation.address)"] }
            switch operation.address.text.prefix(3) {
            case "u1@": throw ProviderError(.stale, "It has changed.")
            case "u2@": throw ProviderError(.refused, "No.")
            case "u3@": return AppliedOperation(id: AccountID("3"), wasAlreadyApplied: true)
            default: return done(operation)
            }
        }
        _ = try await PlanExecutor(provider: provider, state: try folder.open(), options: .init(concurrency: 1))
            .apply(try Plan.creations(4), digest: "digest of the plan", madeAt: .earliest)
        #expect(during.withLock { $0 } == Array(repeating: "intended|-", count: 4))
        #expect(
            try folder.rows(Self.columns) == [
                "0|create|u0@corp.example|done|id of u0@corp.example", "1|create|u1@corp.example|stale|It has changed.",
                "2|create|u2@corp.example|failed|refused: No.", "3|create|u3@corp.example|already|3",
            ])
        #expect(
            try folder.rows("SELECT plan, provider, operations, ended_at >= started_at FROM run")
                == ["digest of the plan|scripted|4|1"])
    }

    @Test func aFurtherRunSkipsWhatIsDone() async throws {
        let folder = try StateFolder()
        let isBroken = Mutex(true)
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if isBroken.withLock({ $0 }) && operation.address.text.hasPrefix("u1") {
                throw ProviderError(.refused, "No.")
            }
            return done(operation)
        }
        let executor = PlanExecutor(provider: provider, state: try folder.open())
        let plan = try Plan.creations(100)
        let first = try await executor.apply(plan, digest: "one", madeAt: .earliest)
        #expect(first.count(where: \.isSuccess) == 89)
        isBroken.withLock { $0 = false }
        let second = try await executor.apply(plan, digest: "one", madeAt: .earliest)
        #expect(second.isComplete && second.count { $0 == .doneEarlier } == 89)
        #expect(provider.calls.count == 111)
        let third = try await executor.apply(plan, digest: "one", madeAt: .earliest)
        #expect(third.count { $0 == .doneEarlier } == 100 && provider.calls.count == 111)
        #expect(
            try folder.rows("SELECT count(*), count(DISTINCT position) FROM entry WHERE state = 'done'") == ["100|100"])
        // Another plan, or another provider, is none of its business.
        _ = try await executor.apply(plan, digest: "two", madeAt: .earliest)
        #expect(provider.calls.count == 211)
        let other = ScriptedProvider(name: "other")
        _ = try await PlanExecutor(provider: other, state: try folder.open()).apply(
            plan, digest: "one", madeAt: .earliest)
        #expect(other.calls.count == 100)
    }

    @Test func whatIsApprovedLaterIsDoneOnceAndNothingElseAgain() async throws {
        let folder = try StateFolder()
        let provider = ScriptedProvider()
        let executor = PlanExecutor(provider: provider, state: try folder.open())
        let all = try Plan.creations(4)
        // u0 and u2 are held, each for a reason of its own.
        let plan = Plan(
            overview: all.overview, operations: [all.operations[1], all.operations[3]],
            held: [HeldOperation(all.operations[0], by: [0]), HeldOperation(all.operations[2], by: [1])],
            violations: ["one", "two"].map { Violation(rail: $0, "Wait.", hold: .everything) }, findings: [])
        var done: [[String]] = []
        for approved: Set<Int> in [[], [1], [1], [0], [0, 1]] {
            let before = provider.calls.count
            let report = try await executor.apply(plan, approving: approved, digest: "one", madeAt: .earliest)
            #expect(report.isComplete && report.entries.count == 2 + approved.count)
            done.append(provider.addresses.dropFirst(before).map { String($0.prefix(2)) }.sorted())
        }
        #expect(done == [["u1", "u3"], ["u2"], [], ["u0"], []])
    }

    @Test func whatWasIntendedWhenTheProcessDiedIsTriedAgain() async throws {
        let folder = try StateFolder()
        let state = try folder.open()
        // As a run leaves it that was killed between the call and its outcome.
        try folder.execute(
            """
            INSERT INTO run (plan, provider, operations) VALUES ('one', 'scripted', 3);
            INSERT INTO entry (run, position, kind, address, state) VALUES
                (1, 0, 'create', 'u0@corp.example', 'done'), (1, 1, 'create', 'u1@corp.example', 'intended')
            """)
        let provider = ScriptedProvider()
        let report = try await PlanExecutor(provider: provider, state: state)
            .apply(try Plan.creations(3), digest: "one", madeAt: .earliest)
        #expect(report.isComplete)
        #expect(provider.addresses.sorted() == ["u1@corp.example", "u2@corp.example"])
        #expect(provider.calls.filter(\.mayHaveBeenApplied).map(\.address) == ["u1@corp.example"])
        #expect(try folder.rows("SELECT id, ended_at IS NULL FROM run") == ["1|1", "2|0"])
    }

    @Test func positionsThatThePlanDoesNotHaveDoNoHarm() async throws {
        let folder = try StateFolder()
        let state = try folder.open()
        try folder.execute(
            """
            INSERT INTO run (plan, provider, operations) VALUES ('one', 'scripted', 3);
            INSERT INTO entry (run, position, kind, address, state) VALUES
                (1, -1, 'create', 'a@corp.example', 'done'), (1, 99, 'create', 'b@corp.example', 'done')
            """)
        let provider = ScriptedProvider()
        let report = try await PlanExecutor(provider: provider, state: state).apply(
            try Plan.creations(2), digest: "one", madeAt: .earliest)
        #expect(report.isComplete && provider.calls.count == 2)
    }

    @Test func onlyTheOwnerMayRead() throws {
        let folder = try StateFolder()
        _ = try folder.open()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    // MARK: Nothing can be written down

    @Test func nothingIsDoneWithoutAStateDatabase() throws {
        let folder = try StateFolder()
        let garbage = folder.folder.appendingPathComponent("garbage").path
        try String(repeating: "no database ", count: 500).write(toFile: garbage, atomically: true, encoding: .utf8)
        for path in [folder.folder.path, folder.folder.path + "/none/state.db", garbage] {
            let error = #expect(throws: StateDatabaseError.self) { try StateDatabase(path: path) }
            #expect(error?.path == path)
            #expect(error?.description.contains("Nothing is applied without it.") == true)
            #expect(error?.description.contains(path) == true && error?.detail.isEmpty == false)
        }
    }

    @Test func nothingIsDoneWhereTheRunCannotBeWrittenDown() async throws {
        let folder = try StateFolder()
        let state = try folder.open()
        try folder.execute("DROP TABLE entry; DROP TABLE run")
        let provider = ScriptedProvider()
        let plan = try Plan.creations(3)
        await #expect(throws: StateDatabaseError.self) {
            try await PlanExecutor(provider: provider, state: state).apply(plan, digest: "d", madeAt: .earliest)
        }
        #expect(provider.calls.isEmpty)
    }

    @Test func aRunEndsWhereTheJournalBreaks() async throws {
        let folder = try StateFolder()
        let state = try folder.open()
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            if operation.address.text.hasPrefix("u3@") {
                try? folder.execute("DROP TABLE entry")
            }
            return done(operation)
        }
        let plan = try Plan.creations(1000)
        let error = await #expect(throws: StateDatabaseError.self) {
            try await PlanExecutor(provider: provider, state: state).apply(plan, digest: "d", madeAt: .earliest)
        }
        #expect(error?.description.contains("entry") == true)
        // No call is left without an end, and none is begun after the group that could not be written down.
        #expect(provider.inFlight == 0)
        #expect(provider.calls.count < 200)
    }
}
