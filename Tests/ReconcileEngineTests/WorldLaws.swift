import DirectoryModel
import ReconcileEngine
import TestSupport

/// Laws that hold for every directory and every provider.
enum WorldLaws {
    static let all: [Law<World>] = [
        converges, orderIsIrrelevant, addressesAreUnique, partialRemovesNobody, violatedRailsHold, linesRoundTrip,
        approvalLiftsNothingElse, nobodyIsLeftParked, approvalRemovesNobody, explanationsAgree, comparisonsAddUp,
        selectionsCanBeDone, undoingLeadsBack, halfARunIsUndone, changesSinceAreKept,
    ]

    static let converges = Law<World>("BE11: what a plan says can be done in its order, and then nothing is left to do")
    {
        let plan = $0.plan()
        guard plan.held.isEmpty else { return "something is held without a rail" }
        let left = try $0.after(plan).plan().operations.map {
            "\($0.kind) \($0.address) \($0.changes.map { "\($0.field): \($0.old) → \($0.new)" })"
        }
        return left.isEmpty ? nil : "left: \(left)"
    }

    static let orderIsIrrelevant = Law<World>("the order of the input makes no difference to a single byte") {
        original in
        var world = original
        let bytes = lines(of: world.plan())
        var random = SeededGenerator(seed: world.seed &+ 1000)
        for _ in 0..<5 {
            world.users.shuffle(using: &random)
            world.accounts.shuffle(using: &random)
            world.groups.shuffle(using: &random)
            if lines(of: world.plan()) != bytes { return "another plan" }
        }
        return nil
    }

    static let addressesAreUnique = Law<World>("BE6: after every operation each address belongs to one account") {
        world in
        var state = ObservedState(accounts: world.accounts)
        for operation in world.plan().operations {
            state = try state.applying([operation])
            var seen: Set<MailAddress> = []
            for address in state.accounts.flatMap(\.account.addresses) where !seen.insert(address).inserted {
                return "\(address) belongs to two accounts after the \(operation.kind) of \(operation.address)"
            }
        }
        return nil
    }

    static let partialRemovesNobody = Law<World>("BE1: a partial snapshot never yields a removal, whatever the rails") {
        removal(in: $0.plan(incomplete: [Incompleteness(.connectionLost, "lost")]).allOperations.map(\.operation))
    }

    static let violatedRailsHold = Law<World>("BE4: what a violated rail names is held, with all that waits for it") {
        var world = $0
        for kind in ReconcileEngine.Operation.Kind.allCases {
            world.rules.rails = [ActionLimit(kind, count: 0)]
            let plan = world.plan()
            if plan.operations.contains(where: { $0.kind == kind }) { return "a \(kind) is not held" }
            if plan.violations.isEmpty != plan.held.isEmpty { return "\(kind): held without violation, or the reverse" }
            _ = try ObservedState(accounts: world.accounts).applying(plan.operations)
        }
        world.rules.rails = [CompleteDirectory()]
        let plan = world.plan(incomplete: [Incompleteness(.sizeLimit, "limit")])
        return plan.operations.isEmpty ? nil : "something is not held"
    }

    static let linesRoundTrip = Law<World>("a plan written as lines and read back is the same plan") {
        var world = $0
        world.rules.rails = [ActionLimit(.update, count: 1), ActionLimit(.create, count: 3)]
        let plan = world.plan()
        return try Plan(lines: lines(of: plan).split(separator: 0x0A)) == plan ? nil : "another plan"
    }

    static let approvalLiftsNothingElse = Law<World>("BE4: approval lifts nothing else") { original in
        let world = original.restricted
        let plan = world.plan()
        // In other plans operations have other numbers: what they wait for is compared by itself.
        let bare = { (operation: Operation) in operation.renumbered { _ in nil } }
        let awaited = { (plan: Plan) in
            Dictionary(
                uniqueKeysWithValues: plan.allOperations.map { planned in
                    let after = planned.operation.after ?? []
                    return (bare(planned.operation), Set(after.map { bare(plan.allOperations[$0].operation) }))
                })
        }
        let all = original.plan().operations.map(bare)
        var random = SeededGenerator(seed: world.seed &+ 9000)
        for _ in 0..<8 {
            let chosen = Set(plan.violations.indices.filter { _ in Bool.random(using: &random) })
            let lifted = chosen.filter { plan.violations[$0].isApprovable }
            let expected = Set(plan.operations.map(bare)).union(
                plan.held.filter { lifted.isSuperset(of: $0.violations) }.map { bare($0.operation) })
            let approved = plan.approving(chosen)
            // In the order of the whole plan, so that what is released is released before it is claimed.
            if approved.operations.map(bare) != all.filter(expected.contains) { return "other operations" }
            if awaited(approved) != awaited(plan) { return "waits for others" }
            _ = try ObservedState(accounts: world.accounts).applying(approved.operations)
            let held = plan.held.filter { !expected.contains(bare($0.operation)) }
            if approved.held.map({ bare($0.operation) }) != held.map({ bare($0.operation) }) {
                return "others are held"
            }
            for (before, after) in zip(held, approved.held) {
                let left = before.violations.filter { !lifted.contains($0) }.map { plan.violations[$0] }
                if after.violations.map({ approved.violations[$0] }) != left { return "held by other violations" }
            }
            // Numbers mean the same operation whatever is approved.
            for step in plan.steps(approving: chosen)
            where step.operation != plan.allOperations[step.position].operation { return "another number" }
        }
        return plan.approving([]) == plan && plan.approving([-1, 1000]) == plan ? nil : "approving nothing changes it"
    }

    static let nobodyIsLeftParked = Law<World>("BE6: nobody is left with a parking address, whatever is held") {
        let world = $0.restricted
        let after = try ObservedState(accounts: world.accounts).applying(world.plan().operations)
        return after.accounts.first { $0.account.address.text.hasPrefix("parked-") }.map { "\($0.account.address)" }
    }

    static let approvalRemovesNobody = Law<World>(
        "BE1: no approval brings a removal that a partial read could not plan"
    ) {
        var world = $0
        world.rules.rails = .standard
        let plan = world.plan(incomplete: [Incompleteness(.sizeLimit, "limit")])
        let approved = plan.approving(Set(plan.violations.indices))
        guard approved.held.isEmpty && approved.violations.isEmpty else { return "not all can be approved" }
        return removal(in: approved.operations)
    }

    static let comparisonsAddUp = Law<World>("BE5: two plans are what both have, and what each has alone") { world in
        let (new, old) = (world.restricted.plan(), world.plan())
        guard PlanComparison(from: old, to: old).isEmpty else { return "a plan differs from itself" }
        let comparison = PlanComparison(from: old, to: new)
        let both = comparison.equal + comparison.changes.count
        if both + comparison.operations.old.count != old.allOperations.count { return "the old plan is not covered" }
        if both + comparison.operations.new.count != new.allOperations.count { return "the new plan is not covered" }
        let back = PlanComparison(from: new, to: old)
        return back.equal == comparison.equal && back.operations.old == comparison.operations.new
            ? nil : "not symmetric"
    }

    static func removal(in operations: [ReconcileEngine.Operation]) -> String? {
        operations.first { $0.kind == .suspend || $0.kind == .delete }.map { "\($0.kind) \($0.address)" }
    }

    private static func lines(of plan: Plan) -> [UInt8] {
        var bytes: [UInt8] = []
        plan.writeLines { (span) throws(Never) in bytes += (0..<span.count).map { span[$0] } }
        return bytes
    }
}

extension World {
    /// The same world with random rails and switches.
    var restricted: World {
        var world = self
        var random = SeededGenerator(seed: seed &+ 7000)
        for kind in ReconcileEngine.Operation.Kind.allCases where Bool.random(using: &random) {
            world.rules.rails.append(ActionLimit(kind, count: Int.random(in: 0..<2, using: &random)))
        }
        let names = (0..<30).map { "p\($0)@corp.example" }.filter { _ in Int.random(in: 0..<8, using: &random) == 0 }
        world.rules.rails.append(ProtectedAccounts(names.map(Made.address)))
        if Int.random(in: 0..<4, using: &random) == 0 {
            world.rules.switches.insert([.noCreate, .noDelete, .noUpdate].randomElement(using: &random)!)
        }
        return world
    }
}
