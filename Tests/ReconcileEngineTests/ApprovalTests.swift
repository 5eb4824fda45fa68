import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// One-time approval lifts what was named, and nothing else (requirement BE4).
@Suite struct ApprovalTests {
    /// A random world with random rails and switches, and the same world without any.
    private static func worlds(_ seed: UInt64) -> (held: World, free: World) {
        var world = World(seed: seed)
        let free = world
        var random = SeededGenerator(seed: seed &+ 7000)
        for kind in ReconcileEngine.Operation.Kind.allCases where Bool.random(using: &random) {
            world.rules.rails.append(ActionLimit(kind, count: Int.random(in: 0..<2, using: &random)))
        }
        let names = (0..<30).map { "p\($0)@corp.example" }.filter { _ in Int.random(in: 0..<8, using: &random) == 0 }
        world.rules.rails.append(ProtectedAccounts(names.map(Made.address)))
        if Int.random(in: 0..<4, using: &random) == 0 {
            world.rules.switches.insert([.noCreate, .noDelete, .noUpdate].randomElement(using: &random)!)
        }
        return (world, free)
    }

    @Test("BE4: approval lifts nothing else", arguments: PlanPropertyTests.seeds)
    func liftsNothingElse(seed: UInt64) throws {
        let (world, unrestricted) = Self.worlds(seed)
        let plan = world.plan()
        let all = unrestricted.plan().operations
        var random = SeededGenerator(seed: seed &+ 9000)
        for _ in 0..<8 {
            let chosen = Set(plan.violations.indices.filter { _ in Bool.random(using: &random) })
            let lifted = chosen.filter { plan.violations[$0].isApprovable }
            let expected = Set(plan.operations).union(
                plan.held.filter { lifted.isSuperset(of: $0.violations) }.map(\.operation))
            let approved = plan.approving(chosen)
            // In the order of the whole plan, so that what is released is released before it is claimed.
            #expect(approved.operations == all.filter(expected.contains), "seed \(seed)")
            _ = try ObservedState(accounts: world.accounts).applying(approved.operations)
            #expect(approved.held.map(\.operation) == plan.held.map(\.operation).filter { !expected.contains($0) })
            for held in approved.held {
                let before = try #require(plan.held.first { $0.operation == held.operation })
                let left = before.violations.filter { !lifted.contains($0) }.map { plan.violations[$0] }
                #expect(held.violations.map { approved.violations[$0] } == left, "seed \(seed)")
            }
            // Numbers mean the same operation whatever is approved.
            for step in plan.steps(approving: chosen) {
                let numbered = (plan.operations + plan.held.map(\.operation))[step.position]
                #expect(step.operation == numbered, "seed \(seed)")
            }
        }
        #expect(plan.approving([]) == plan)
        #expect(plan.approving([-1, 1000]) == plan)
    }

    @Test("BE6: nobody is left with a parking address, whatever is held", arguments: PlanPropertyTests.seeds)
    func nobodyIsLeftParked(seed: UInt64) throws {
        let world = Self.worlds(seed).held
        let after = try ObservedState(accounts: world.accounts).applying(world.plan().operations)
        #expect(!after.accounts.contains { $0.account.address.text.hasPrefix("parked-") }, "seed \(seed)")
    }

    @Test func theWorldsAreVaried() {
        let plans = PlanPropertyTests.seeds.map { Self.worlds($0).held.plan() }
        #expect(plans.contains { $0.held.contains { $0.violations.count > 1 } })
        #expect(plans.contains { $0.held.contains { $0.operation.reasons.contains(Reason(.makesWay)) } })
        #expect(plans.contains { !$0.violations.allSatisfy(\.isApprovable) })
        #expect(plans.contains { !$0.operations.isEmpty && !$0.held.isEmpty })
    }

    @Test("BE1: no approval brings a removal that a partial read could not plan", arguments: PlanPropertyTests.seeds)
    func neverFromAPartialRead(seed: UInt64) {
        var world = World(seed: seed)
        world.rules.rails = .standard
        let plan = world.plan(incomplete: [Incompleteness(.sizeLimit, "limit")])
        let approved = plan.approving(Set(plan.violations.indices))
        #expect(approved.held.isEmpty && approved.violations.isEmpty)
        #expect(!approved.operations.contains { $0.kind == .suspend || $0.kind == .delete }, "seed \(seed)")
    }

    @Test func aHeldSwapIsHeldAsAWhole() {
        let rules = PlanningTests.rules { $0.rails = [ProtectedAccounts([Made.address("bo@corp.example")])] }
        let plan = rules.plan(
            directory: DirectorySnapshot(
                users: [
                    Made.person("ana", proxy: ["SMTP:bo@corp.example"], groups: ["Sooma_5GB"]),
                    Made.person("bo", proxy: ["SMTP:ana@corp.example"], groups: ["Sooma_5GB"]),
                ], groups: PlanningTests.groups),
            provider: ObservedState(
                accounts: ["ana", "bo"].map { Made.account($0, quota: .gigabytes(5)) }))
        #expect(plan.operations.isEmpty && plan.held.count == 3)
        #expect(plan.held.allSatisfy { $0.violations == Array(plan.violations.indices) })
        let approved = plan.approving(Set(plan.violations.indices))
        #expect(approved.operations.map(\.stage) == [0, 1, 2] && approved.held.isEmpty)
    }
}
