internal import DirectoryModel

/// The difference of two plans that were made of the same states by different rules (requirement BE5).
///
/// Operations are the same where they are of one kind, on one account, and agree in what they do, why, and which safety
/// rules hold them. When they may run does not count: it depends on the others.
public struct PlanComparison: Sendable, Hashable {
    /// Operations of one kind on one account that differ.
    public struct Change: Sendable, Hashable {
        /// What the old plan has.
        public let old: PlannedOperation
        /// What the new plan has.
        public let new: PlannedOperation
    }

    /// What only one of the plans has.
    public struct Difference<Element: Sendable & Hashable>: Sendable, Hashable {
        /// What only the old plan has, in its order.
        public let old: [Element]
        /// What only the new plan has, in its order.
        public let new: [Element]

        /// Whether neither has anything that the other has not.
        public var isEmpty: Bool { old.isEmpty && new.isEmpty }

        init(_ old: [Element], _ new: [Element]) {
            let (inOld, inNew) = (Set(old), Set(new))
            self.init(old: old.filter { !inNew.contains($0) }, new: new.filter { !inOld.contains($0) })
        }

        init(old: [Element], new: [Element]) {
            self.old = old
            self.new = new
        }
    }

    /// Operations that only one of the plans has.
    public let operations: Difference<PlannedOperation>
    /// Operations that both have and that differ, in the order of the new plan.
    public let changes: [Change]
    /// How many operations are the same.
    public let equal: Int
    /// Deletions to come that only one of the plans has.
    public let pending: Difference<PendingDeletion>
    /// Violated safety rules that only one of the plans has, or that say something else.
    public let violations: Difference<Violation>
    /// Notes that only one of the plans has.
    public let findings: Difference<Finding>

    /// Compares two plans.
    public init(from old: Plan, to new: Plan) {
        // An account can have two operations of one kind, as when addresses are swapped: they are compared in their order.
        var unpaired = Dictionary(grouping: old.allOperations, by: Identity.init)
        for key in unpaired.keys { unpaired[key]?.reverse() }
        var changes: [Change] = []
        var added: [PlannedOperation] = []
        var equal = 0
        for operation in new.allOperations {
            guard let other = unpaired[Identity(operation)]?.popLast() else {
                added.append(operation)
                continue
            }
            if other.isSame(as: operation) {
                equal += 1
            } else {
                changes.append(Change(old: other, new: operation))
            }
        }
        self.changes = changes
        self.equal = equal
        let gone = Set(unpaired.values.joined())
        operations = Difference(old: old.allOperations.filter(gone.contains), new: added)
        pending = Difference(old.pending, new.pending)
        violations = Difference(old.violations, new.violations)
        findings = Difference(old.findings, new.findings)
    }

    /// Whether the plans are the same.
    public var isEmpty: Bool {
        operations.isEmpty && changes.isEmpty && pending.isEmpty && violations.isEmpty && findings.isEmpty
    }

    /// What makes two operations one and the same.
    private struct Identity: Hashable {
        let kind: Operation.Kind
        let id: AccountID?
        /// Whose account is made, where there is none yet.
        let key: String

        init(_ planned: PlannedOperation) {
            let operation = planned.operation
            kind = operation.kind
            id = operation.id
            key = operation.id == nil ? operation.account?.key?.text ?? operation.address.text : ""
        }
    }
}

extension PlannedOperation {
    fileprivate func isSame(as other: PlannedOperation) -> Bool {
        operation.unordered == other.operation.unordered
            && Set(heldBy.map(\.rail)) == Set(other.heldBy.map(\.rail))
    }
}
