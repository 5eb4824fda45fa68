extension Plan {
    /// An operation with its number in the plan.
    public struct Step: Sendable, Hashable {
        /// The operation's number, from 0: operations are counted first, then held ones.
        ///
        /// It stays the same whatever is approved.
        public let position: Int
        /// The operation.
        public let operation: Operation
    }

    /// What is to be done when some violations are approved, in the order in which it may be done (requirement BE4).
    ///
    /// An operation is among it only if every violation that holds it is approved. Violations that cannot be approved
    /// (``Violation/isApprovable``) stay violations, and so do those that are not in the plan.
    ///
    /// - Parameter approved: positions in ``violations``.
    public func steps(approving approved: Set<Int> = []) -> [Step] {
        let lifted = approvable(approved)
        var released: [Step] = []
        for (index, held) in held.enumerated() where lifted.isSuperset(of: held.violations) {
            released.append(Step(position: operations.count + index, operation: held.operation))
        }
        var steps: [Step] = []
        steps.reserveCapacity(operations.count + released.count)
        var next = released[...]
        for (position, operation) in operations.enumerated() {
            while let first = next.first, first.operation.precedes(operation) {
                steps.append(first)
                next.removeFirst()
            }
            steps.append(Step(position: position, operation: operation))
        }
        return steps + next
    }

    /// The plan as it would be if some violations were none: they are not in it, and what only they held is to be done.
    ///
    /// - Parameter approved: positions in ``violations``; see ``steps(approving:)`` for what cannot be approved.
    public func approving(_ approved: Set<Int>) -> Plan {
        let lifted = approvable(approved)
        let kept = violations.indices.filter { !lifted.contains($0) }
        let positions = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
        let steps = steps(approving: approved)
        let stillHeld = held.enumerated().compactMap { index, held -> (position: Int, held: HeldOperation)? in
            let left = held.violations.compactMap { positions[$0] }
            return left.isEmpty ? nil : (operations.count + index, HeldOperation(held.operation, by: left))
        }
        let order = steps.map(\.position) + stillHeld.map(\.position)
        let numbers = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
        return Plan(
            overview: overview, operations: steps.map { $0.operation.renumbered { numbers[$0] } },
            held: stillHeld.map { HeldOperation($0.held.operation.renumbered { numbers[$0] }, by: $0.held.violations) },
            pending: pending, recognized: recognized, violations: kept.map { violations[$0] }, findings: findings)
    }

    /// Whether a held operation can be done once everything that holds it is approved.
    public func canBeApproved(_ held: HeldOperation) -> Bool {
        held.violations.allSatisfy { violations[$0].isApprovable }
    }

    private func approvable(_ approved: Set<Int>) -> Set<Int> {
        approved.filter { violations.indices.contains($0) && violations[$0].isApprovable }
    }
}
