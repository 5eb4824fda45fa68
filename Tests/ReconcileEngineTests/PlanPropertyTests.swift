import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// Laws that hold for every directory and every provider, tried on random ones.
@Suite struct PlanPropertyTests {
    static let seeds: [UInt64] = Array(1...60)

    @Test("BE11: what a plan says can be done in its order, and then there is nothing left to do", arguments: seeds)
    func converges(seed: UInt64) throws {
        let world = World(seed: seed)
        let plan = world.plan()
        #expect(plan.held.isEmpty)
        let after = try world.after(plan)
        let left = after.plan().operations.map {
            "\($0.kind) \($0.address) \($0.changes.map { "\($0.field): \($0.old) → \($0.new)" })"
        }
        #expect(left == [], "seed \(seed)")
    }

    @Test("the order of the input makes no difference to a single byte", arguments: seeds)
    func orderIsIrrelevant(seed: UInt64) throws {
        var world = World(seed: seed)
        let bytes = lines(of: world.plan())
        var random = SeededGenerator(seed: seed &+ 1000)
        for _ in 0..<5 {
            world.users.shuffle(using: &random)
            world.accounts.shuffle(using: &random)
            world.groups.shuffle(using: &random)
            let isSame = lines(of: world.plan()) == bytes
            #expect(isSame, "seed \(seed)")
        }
    }

    @Test("BE1: a partial snapshot never yields a removal, whatever the rails", arguments: seeds)
    func partialRemovesNobody(seed: UInt64) {
        let plan = World(seed: seed).plan(incomplete: [Incompleteness(.connectionLost, "lost")])
        let all = plan.operations + plan.held.map(\.operation)
        #expect(!all.contains { $0.kind == .suspend || $0.kind == .delete }, "seed \(seed)")
    }

    @Test("BE4: whatever a violated rail names is held, and nothing that waits for it goes first", arguments: seeds)
    func violatedRailsHold(seed: UInt64) {
        var world = World(seed: seed)
        for kind in ReconcileEngine.Operation.Kind.allCases {
            world.rules.rails = [ActionLimit(kind, count: 0)]
            let plan = world.plan()
            #expect(!plan.operations.contains { $0.kind == kind }, "seed \(seed) \(kind)")
            #expect(plan.violations.isEmpty == plan.held.isEmpty)
        }
        world.rules.rails = [CompleteDirectory()]
        let plan = world.plan(incomplete: [Incompleteness(.sizeLimit, "limit")])
        #expect(plan.operations.isEmpty, "seed \(seed)")
    }

    @Test("a plan written as lines and read back is the same plan", arguments: seeds)
    func linesRoundTrip(seed: UInt64) throws {
        var world = World(seed: seed)
        world.rules.rails = [ActionLimit(.update, count: 1), ActionLimit(.create, count: 3)]
        let plan = world.plan()
        let read = try Plan(lines: lines(of: plan).split(separator: 0x0A))
        #expect(read == plan)
    }

    @Test("the random worlds are varied enough to mean something")
    func worldsAreVaried() {
        let plans = Self.seeds.map { World(seed: $0).plan() }
        for kind in ReconcileEngine.Operation.Kind.allCases {
            #expect(plans.contains { $0.operations.contains { $0.kind == kind } }, "\(kind)")
        }
        #expect(plans.contains { $0.operations.contains { $0.stage > 1 } })
        #expect(plans.contains { $0.operations.contains { $0.reasons.contains(Reason(.makesWay)) } })
        for code in [Finding.Code.addressCollision, .noAddress, .entitlementConflict] {
            #expect(plans.contains { $0.findings.contains { $0.code == code } }, "\(code)")
        }
    }

    func lines(of plan: Plan) -> [UInt8] {
        var bytes: [UInt8] = []
        plan.writeLines { (span) throws(Never) in bytes += (0..<span.count).map { span[$0] } }
        return bytes
    }
}
