import DirectoryModel
import PlanExecution
import ProviderClient
import ProviderTesting
import ReconcileEngine
import TestSupport
import Testing

/// Whatever goes wrong on the way, running the same plan again ends where an undisturbed run ends, and nothing is done twice.
@Suite struct ConvergenceTests {
    private static let options = PlanExecutor.Options(concurrency: 4, attempts: 2, firstPause: .zero)

    /// A plan for people of whom every third has an address with the given beginning.
    private static func plan(for people: Range<Int>, third: String, _ provider: ModelProvider) async throws -> Plan {
        let users = people.map { number in
            Made.person("p\(number)", proxy: ["SMTP:\(number % 3 == 0 ? third : "p")\(number)@corp.example"])
        }
        let rules = Reconciler(scope: .everyone, lifecycle: Lifecycle(missing: .delete), rails: [])
        return rules.plan(directory: DirectorySnapshot(users: users), provider: try await provider.observe())
    }

    private static func apply(_ plan: Plan, _ provider: ModelProvider, _ folder: StateFolder) async throws
        -> ApplyReport
    {
        try await PlanExecutor(provider: provider, state: folder.open(), options: options).apply(
            plan, digest: "plan", madeAt: .earliest)
    }

    /// A provider with 60 accounts, and a plan that makes, renames and deletes twenty each.
    private static func world(
        fault: @escaping @Sendable (Int, Operation) -> ModelProvider.Fault? = { _, _ in nil }
    ) async throws -> (ModelProvider, Plan) {
        let provider = ModelProvider { call, operation in call <= 60 ? nil : fault(call, operation) }
        let first = try await apply(try await plan(for: 0..<60, third: "p", provider), provider, StateFolder())
        try #require(first.isComplete && provider.calls == 60)
        let next = try await plan(for: 20..<80, third: "new", provider)
        try #require(next.counts == [.delete: 20, .rename: 13, .create: 20])
        return (provider, next)
    }

    @Test(arguments: [UInt64](1...20)) func faultsOnTheWayMakeNoDifference(seed: UInt64) async throws {
        let (provider, plan) = try await Self.world { call, operation in
            let error = ProviderError(.unavailable, "\(operation.address): out of reach")
            return switch StableHash.hash(seed, UInt64(call)) % 5 {
            case 0: .fails(error)
            case 1: .losesAnswer
            case 2: .fails(ProviderError(.refused, "\(operation.address): not today"))
            default: nil
            }
        }
        let folder = try StateFolder()
        var runs = 0
        while try await !Self.apply(plan, provider, folder).isComplete {
            runs += 1
            try #require(runs < 50, "seed \(seed)")
        }
        let (undisturbed, same) = try await Self.world()
        #expect(try await Self.apply(same, undisturbed, StateFolder()).isComplete)
        #expect(Self.accounts(provider) == Self.accounts(undisturbed), "seed \(seed)")
        #expect(try await Self.plan(for: 20..<80, third: "new", provider).isEmpty, "seed \(seed)")
        let twice = try folder.rows(
            "SELECT position FROM entry WHERE state IN ('done', 'already') GROUP BY position HAVING count(*) > 1")
        #expect(twice == [], "seed \(seed)")
        #expect(
            try folder.rows("SELECT count(DISTINCT position) FROM entry WHERE state IN ('done', 'already')") == ["53"])
    }

    @Test func whatChangedSinceThePlanIsRefusedAlone() async throws {
        let (provider, plan) = try await Self.world()
        func operation(on address: String, in plan: Plan) throws -> Operation {
            try #require(plan.operations.first { $0.address.text == address })
        }
        // Somebody gives p21 yet another address, and p24 the one that the plan wants too.
        let others = try await Self.plan(for: 0..<60, third: "other", provider)
        _ = try await provider.apply(try operation(on: "p21@corp.example", in: others))
        _ = try await provider.apply(try operation(on: "p24@corp.example", in: plan))

        let report = try await Self.apply(plan, provider, StateFolder())
        for entry in report.entries {
            switch (entry.operation.address.text, entry.result) {
            case ("p21@corp.example", .stale), ("p24@corp.example", .alreadyApplied): break
            case ("p21@corp.example", _), ("p24@corp.example", _): Issue.record("\(entry)")
            case (_, .done): break
            default: Issue.record("\(entry)")
            }
        }
        #expect(report.entries.count == 53 && !report.isComplete)
        // A new plan takes what changed for what it is.
        let next = try await Self.plan(for: 20..<80, third: "new", provider)
        #expect(
            next.operations.map { "\($0.address) → \($0.resultingAddress)" } == [
                "other21@corp.example → new21@corp.example"
            ])
    }

    /// Everything but the ids of new accounts, which follow the order in which they were made.
    private static func accounts(_ provider: ModelProvider) -> [String] {
        provider.contents.map { "\($0.account)" }.sorted()
    }
}
