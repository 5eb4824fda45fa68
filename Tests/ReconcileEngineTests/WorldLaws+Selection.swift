import DirectoryModel
import ReconcileEngine
import TestSupport

extension WorldLaws {
    static let selectionsCanBeDone = Law<World>(
        "a part of a plan can be done by itself, and the next plan does the rest"
    ) {
        world in
        let plan = world.plan()
        for selection in world.selections(of: plan) {
            let part = try plan.selecting(selection)
            // Applying checks that each operation fits, and that no address has two owners at any time.
            let state = try ObservedState(accounts: world.accounts).applying(part.operations)
            if let parked = state.accounts.first(where: { $0.account.address.text.hasPrefix("parked-") }) {
                return "\(selection): \(parked.account.address) is left"
            }
            // Their numbers in the plan are others, but what they wait for is the same.
            let (operations, all) = (part.operations.map(\.unnumbered), plan.operations.map(\.unnumbered))
            let chosen = Set(operations)
            if operations != all.filter(chosen.contains) { return "\(selection): another order" }
            let before = Dictionary(zip(all, plan.waits)) { first, _ in first }
            if zip(operations, part.waits).contains(where: { before[$0] != $1 }) {
                return "\(selection): something waits for others than before"
            }
            // Of an operation in two halves one is enough, for it is named by the addresses of both.
            func halves(_ operation: ReconcileEngine.Operation) -> [ReconcileEngine.Operation] {
                all.filter { $0 == operation || ($0.id != nil && $0.id == operation.id) }
            }
            if !chosen.allSatisfy({ halves($0).contains(where: selection.includes) }) {
                return "\(selection): what is not wanted is there"
            }
            let wanted = all.count { halves($0).allSatisfy(selection.includes) }
            let told = part.findings.count { $0.code == .leftOut && !$0.subject.isEmpty }
            if chosen.count < wanted, told == 0 { return "\(selection): something is missing without a word" }
            if part.held.map(\.operation.unnumbered) != plan.held.map(\.operation.unnumbered)
                || part.violations != plan.violations
            {
                return "\(selection): others are held"
            }
            let active = Set(state.accounts.filter(\.account.isActive).map(\.id))
            if let early = part.pending.first(where: { active.contains($0.id) }) {
                return "\(selection): \(early.address) is active and its deletion is counted already"
            }
            let next = try world.after(part)
            let left = try next.after(next.plan()).plan().operations
            if !left.isEmpty { return "\(selection): left are \(left.map { "\($0.kind) \($0.address)" })" }
        }
        return nil
    }
}

extension World {
    /// Random parts of a plan.
    func selections(of plan: Plan) -> [PlanSelection] {
        var random = SeededGenerator(seed: seed &+ 11_000)
        guard !plan.operations.isEmpty else { return [] }
        func some() -> [PlanSelection.Criterion] {
            (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
                guard let operation = plan.operations.randomElement(using: &random) else { return nil }
                return switch Int.random(in: 0..<4, using: &random) {
                case 0: .kind(operation.kind)
                case 1: .domain(operation.address.domain)
                default: .address(operation.address)
                }
            }
        }
        return (0..<3).map { _ in PlanSelection(only: some()) } + (0..<2).map { _ in PlanSelection(except: some()) }
            + [PlanSelection(only: some(), except: some())]
    }
}

extension ReconcileEngine.Operation {
    /// The operation without the numbers of others.
    fileprivate var unnumbered: Self { renumbered { _ in nil } }
}

extension Plan {
    /// For each operation those that it waits for.
    fileprivate var waits: [Set<ReconcileEngine.Operation>] {
        let all = (operations + held.map(\.operation)).map(\.unnumbered)
        return operations.map { Set(($0.after ?? []).map { all[$0] }) }
    }
}
