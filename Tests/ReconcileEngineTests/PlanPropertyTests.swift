import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// Laws that hold for every directory and every provider, tried on random ones.
@Suite struct PlanPropertyTests {
    static let seeds: [UInt64] = Array(1...60)

    /// A random directory and a random provider that share people, addresses and trouble.
    struct World {
        var users: [DirectoryUser] = []
        var accounts: [ObservedAccount] = []
        var rules: Reconciler

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            let names = (0..<30).map { "p\($0)" }
            let addresses = names.map { "\($0)@corp.example" } + (0..<10).map { "shared\($0)@corp.example" }
            rules = PlanningTests.rules {
                $0.lifecycle = Lifecycle(
                    disabled: [Lifecycle.Removal.suspend, .delete, .leave].randomElement(using: &random)!,
                    outOfScope: [Lifecycle.Removal.suspend, .delete, .leave].randomElement(using: &random)!,
                    missing: [Lifecycle.Removal.suspend, .delete, .leave].randomElement(using: &random)!)
                $0.rails = []
                $0.mapping.organizationalUnit = Bool.random(using: &random) ? .distinguishedName : nil
            }
            var taken: Set<String> = []
            for name in names {
                if Int.random(in: 0..<10, using: &random) < 8 {
                    var proxy = [
                        "SMTP:\(Int.random(in: 0..<6, using: &random) == 0 ? addresses.randomElement(using: &random)! : name + "@corp.example")"
                    ]
                    for _ in 0..<Int.random(in: 0..<3, using: &random) {
                        proxy.append("smtp:\(addresses.randomElement(using: &random)!)")
                    }
                    if Int.random(in: 0..<15, using: &random) == 0 { proxy[0] = "SMTP:not an address" }
                    users.append(
                        Made.person(
                            name, proxy: proxy,
                            groups: ["Sooma_5GB", "Sooma_50GB", "Other"].filter { _ in Bool.random(using: &random) },
                            control: Int.random(in: 0..<6, using: &random) == 0 ? "514" : "512",
                            in: ["Staff", "Berlin,OU=Staff"].randomElement(using: &random)!))
                }
                if Int.random(in: 0..<10, using: &random) < 7 {
                    let wanted =
                        ([name + "@corp.example"]
                        + (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                            addresses.randomElement(using: &random)!
                        }).filter { taken.insert($0).inserted }
                    if let first = wanted.first {
                        accounts.append(
                            Made.account(
                                name, address: first, aliases: Array(wanted.dropFirst()),
                                quota: [nil, .gigabytes(5), .gigabytes(50)].randomElement(using: &random)!,
                                isActive: Int.random(in: 0..<4, using: &random) > 0,
                                isBound: Int.random(in: 0..<5, using: &random) > 0))
                    }
                }
            }
            rotateAddresses(using: &random)
        }

        /// Lets some people swap their addresses, or pass them on in a circle of three.
        private mutating func rotateAddresses(using random: inout SeededGenerator) {
            let bound = accounts.filter { observed in
                observed.account.key != nil && users.contains { $0.id == observed.account.key }
            }
            guard bound.count >= 3 else { return }
            let circle = bound.shuffled(using: &random).prefix(Bool.random(using: &random) ? 2 : 3)
            for (one, next) in zip(circle, circle.dropFirst() + circle.prefix(1)) {
                guard let index = users.firstIndex(where: { $0.id == one.account.key }) else { continue }
                let name = String(one.id.rawValue.dropFirst(3))
                let addresses = next.account.addresses.map(\.text)
                users[index] = Made.person(
                    name, proxy: ["SMTP:\(addresses[0])"] + addresses.dropFirst().map { "smtp:\($0)" },
                    groups: ["Sooma_5GB"])
            }
        }

        func plan(incomplete: [Incompleteness] = []) -> Plan {
            rules.plan(
                directory: DirectorySnapshot(users: users, groups: PlanningTests.groups, incomplete: incomplete),
                provider: ObservedState(accounts: accounts))
        }
    }

    @Test("BE11: what a plan says can be done in its order, and then there is nothing left to do", arguments: seeds)
    func converges(seed: UInt64) throws {
        let world = World(seed: seed)
        let plan = world.plan()
        #expect(plan.held.isEmpty)
        let after = try ObservedState(accounts: world.accounts).applying(plan.operations)
        let again = world.rules.plan(
            directory: DirectorySnapshot(users: world.users, groups: PlanningTests.groups), provider: after)
        #expect(again.operations.isEmpty, "seed \(seed): \(again.operations)")
    }

    @Test("the order of the input makes no difference to a single byte", arguments: seeds)
    func orderIsIrrelevant(seed: UInt64) throws {
        var world = World(seed: seed)
        let bytes = lines(of: world.plan())
        var random = SeededGenerator(seed: seed &+ 1000)
        for _ in 0..<5 {
            world.users.shuffle(using: &random)
            world.accounts.shuffle(using: &random)
            #expect(lines(of: world.plan()) == bytes, "seed \(seed)")
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
