import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// Laws that hold for every directory and every provider, tried on random ones.
@Suite struct PlanPropertyTests {
    /// The last one broke a law once: an old link led to an account that had become somebody else's.
    static let seeds: [UInt64] = Array(1...60) + [50_175]

    @Test(arguments: WorldLaws.all, seeds)
    func holds(law: Law<World>, seed: UInt64) {
        guard let (world, text) = law.smallestBreach(in: World(seed: seed)) else { return }
        Issue.record("seed \(seed): \(text)\nThe smallest such world, with the rules of that seed:\n\(world)")
    }

    /// New seeds for a given time; see `Tests/Soak/laws`.
    @Test(.enabled(if: LawSeeds.time != nil))
    func holdsForLong() {
        let end = ContinuousClock.now + (LawSeeds.time ?? .zero)
        var (seed, cases, failures) = (LawSeeds.first, 0, 0)
        while ContinuousClock.now < end {
            for law in WorldLaws.all {
                cases += 1
                guard let (world, text) = law.smallestBreach(in: World(seed: seed)) else { continue }
                failures += 1
                Issue.record(
                    "seed \(seed): \(law): \(text)\nThe smallest such world, with the rules of that seed:\n\(world)")
            }
            seed += 1
        }
        let seeds = "seeds \(LawSeeds.first) to \(seed - 1)"
        print("laws: \(WorldLaws.all.count), \(seeds), \(cases) cases, \(failures) failures")
    }

    @Test("a world that breaks a law is made as small as it can be", arguments: seeds.prefix(5))
    func shrinks(seed: UInt64) throws {
        let law = Law<World>("nobody is renamed") { world in
            world.plan().operations.first { $0.kind == .rename }.map { "\($0.address)" }
        }
        let world = World(seed: seed)
        guard let (smallest, text) = law.smallestBreach(in: world) else {
            #expect(!world.plan().operations.contains { $0.kind == .rename })
            return
        }
        // Somebody, an account, and a group that brings into scope; for some an account whose address is taken.
        #expect(smallest.count <= 6 && smallest.count < world.count, "\(smallest)")
        #expect(smallest.plan().operations.contains { $0.address.text == text })
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
}
