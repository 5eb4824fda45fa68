internal import DirectoryModel
internal import ReconcileEngine

/// The operations of a plan as comma-separated values with a head, one record each, in the order in which they may be done.
struct PlanTable {
    let plan: Plan
    /// By violation the token that approves it, nil where nobody can.
    let tokens: [String?]

    var text: String {
        var values = CommaSeparatedValues()
        values.append([
            "status", "kind", "address", "new-address", "domain", "account", "takes-away", "stage", "contents",
            "changes",
            "reasons", "held-by", "approve",
        ])
        for operation in plan.operations { values.append(record(operation, heldBy: [])) }
        for held in plan.held { values.append(record(held.operation, heldBy: held.violations)) }
        return values.text
    }

    private func record(_ operation: Operation, heldBy: [Int]) -> [String] {
        let address = operation.resultingAddress
        return [
            heldBy.isEmpty ? "planned" : "held", operation.kind.rawValue, operation.address.text,
            address == operation.address ? "" : address.text, operation.address.domain.text,
            operation.id?.rawValue ?? "", operation.isDestructive ? "yes" : "no", "\(operation.stage)",
            operation.contents.joined(separator: ", "), operation.changesText,
            operation.reasons.map(\.description).joined(separator: "; "),
            heldBy.map { plan.violations[$0].rail }.joined(separator: "; "),
            heldBy.compactMap { tokens[$0] }.joined(separator: " "),
        ].map(\.printable)
    }
}
