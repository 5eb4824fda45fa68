import DirectoryModel
import ReconcileEngine
import TestSupport

extension WorldLaws {
    static let explanationsAgree = Law<World>("BE10: explanations agree with the plan for every object and account") {
        let world = $0.restricted
        let explainer = world.rules.explainer(
            directory: world.directory(), provider: ObservedState(accounts: world.accounts), remembering: world.memory,
            at: world.now)
        if explainer.plan != world.plan() { return "another plan" }
        let subjects = explainer.subjects
        let explanations = subjects.compactMap(explainer.explanation)
        if explanations.count != subjects.count { return "something cannot be explained" }
        let verdicts = world.rules.verdicts(directory: world.directory(), at: world.now)
        if explanations.compactMap(\.verdict) != verdicts.map(\.verdict) { return "other verdicts" }
        if explanations.compactMap(\.object?.dn) != verdicts.map(\.dn) { return "other objects" }
        return partition(explanations, explainer.plan) ?? explanations.lazy.compactMap { mistake(in: $0, world) }.first
    }

    /// Everything in the plan is in exactly one explanation.
    private static func partition(_ explanations: [Explanation], _ plan: Plan) -> String? {
        func counts<Element: Hashable>(_ elements: [Element]) -> [Element: Int] {
            elements.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        if counts(explanations.flatMap(\.operations)) != counts(plan.allOperations) { return "other operations" }
        if counts(explanations.flatMap(\.pending)) != counts(plan.pending) { return "other deletions to come" }
        return nil
    }

    /// What an explanation says that its own operations gainsay.
    private static func mistake(in explanation: Explanation, _ world: World) -> String? {
        let name = explanation.object?.name ?? "\(explanation.accounts.map(\.id))"
        for operation in explanation.operations.map(\.operation) {
            let account = explanation.accounts.first { $0.id == operation.id }
            if operation.id != nil, account == nil { return "\(name): the \(operation.kind) is of no account of it" }
            if let key = operation.account?.key ?? account?.account.key, explanation.object?.id != key,
                world.users.contains(where: { $0.id == key }) || world.groups.contains(where: { $0.id == key })
            {
                return "\(name): the \(operation.kind) is somebody else's"
            }
            let isRight: Bool =
                switch operation.kind {
                case .create: explanation.match?.outcome == .notFound && !explanation.fields.isEmpty
                case .adopt: explanation.match?.outcome == .adopted && !explanation.differences.isEmpty
                case .suspend, .delete: account?.removal.map { $0.removal != .leave } ?? false
                case .update where operation.id == nil: explanation.match?.outcome == .notFound
                case .update, .rename, .reactivate: explanation.match.map { $0.accounts == [operation.id] } ?? false
                }
            if !isRight { return "\(name): the \(operation.kind) does not follow from \(explanation)" }
        }
        guard explanation.object?.kind == .user, let verdict = explanation.verdict else { return nil }
        let included = explanation.rules.filter { $0.list == .include }
        let isExcluded = explanation.rules.contains { $0.list == .exclude && $0.holds }
        let isIncluded = !isExcluded && (included.isEmpty || included.contains(where: \.holds))
        switch verdict {
        case .included: return isIncluded ? nil : "\(name): the rules do not say so"
        case .unmatched, .excluded: return isIncluded ? "\(name): the rules say otherwise" : nil
        case .notAPerson: return nil
        }
    }
}
