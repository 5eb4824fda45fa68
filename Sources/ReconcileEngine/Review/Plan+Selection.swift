internal import DirectoryModel

extension Plan {
    /// The plan with only a part of its operations, of which each can be done although others are left out.
    ///
    /// An operation that waits for one that is left out is left out with it, and a finding (``Finding/Code/leftOut``)
    /// names both. So no address is claimed that was not released, and nobody is left with a parking address. What is
    /// held stays held, and violations stay what they are. An account that is not suspended now is not deleted later.
    ///
    /// - Throws: ``SelectionError`` for the first criterion that nothing in ``operations`` and ``held`` meets.
    public func selecting(_ selection: PlanSelection) throws(SelectionError) -> Plan {
        if selection.isEverything { return self }
        for criterion in selection.only + selection.except
        where !operations.contains(where: criterion.includes)
            && !held.contains(where: { criterion.includes($0.operation) })
        {
            throw SelectionError(criterion: criterion)
        }
        let dependencies = OperationDependencies(operations)
        let wanted = operations.indices.filter { position in
            if let rest = dependencies.rests[position] {
                return selection.includes(operations[rest], makingWay: operations[position])
            }
            return selection.includes(
                operations[position], makingWay: dependencies.firsts[position].map { operations[$0] })
        }
        let (left, missing) = dependencies.withoutDependents(Set(wanted))
        var findings = findings
        let unwanted = operations.count - wanted.count
        if unwanted > 0 {
            findings.append(
                Finding(
                    .leftOut, "", "\(unwanted) of \(operations.count) operations are left out by the selection."))
        }
        for (position, other) in missing {
            let (operation, needed) = (operations[position], operations[other])
            findings.append(
                Finding(
                    .leftOut, operation.address.text,
                    "The \(operation.kind.rawValue) of \(operation.address) is left out too: it cannot be done without "
                        + "the \(needed.kind.rawValue) of \(needed.address)."))
        }
        let remaining = operations.indices.filter(left.contains)
        let order = remaining + held.indices.map { operations.count + $0 }
        let numbers = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
        let active = Set(
            operations.indices.filter { !left.contains($0) && operations[$0].kind == .suspend }
                .compactMap { operations[$0].id })
        return Plan(
            overview: overview, operations: remaining.map { operations[$0].renumbered { numbers[$0] } },
            held: held.map { HeldOperation($0.operation.renumbered { numbers[$0] }, by: $0.violations) },
            pending: pending.filter { !active.contains($0.id) }, recognized: recognized, violations: violations,
            findings: findings.sorted())
    }
}

/// What the operations of one plan cannot be done without.
struct OperationDependencies {
    private let operations: [Operation]
    /// The second halves of operations that were parted in two, by their first ones, and the other way round.
    private(set) var rests: [Int: Int] = [:]
    private(set) var firsts: [Int: Int] = [:]

    init(_ operations: [Operation]) {
        self.operations = operations
        for (position, operation) in operations.enumerated() where !operation.isAboutDelegates {
            for first in operation.after ?? [] where operations.indices.contains(first) {
                guard let id = operation.id, operations[first].id == id,
                    operations[first].reasons.contains(where: { $0.code == .makesWay })
                else { continue }
                (rests[first], firsts[position]) = (position, first)
            }
        }
    }

    /// What remains of a part of the operations when those are left out that cannot be done without one outside of it.
    ///
    /// - Returns: the positions that remain, and those left out with one that each lacks, in order.
    func withoutDependents(_ wanted: Set<Int>) -> (left: Set<Int>, missing: [(position: Int, other: Int)]) {
        var left = wanted
        var missing: [Int: Int] = [:]
        var before = -1
        while before != left.count {
            before = left.count
            // Operations wait for earlier ones only, so each round takes out all that waits; a first half is one round late.
            for position in operations.indices where left.contains(position) {
                let needed = (operations[position].after ?? []) + (rests[position].map { [$0] } ?? [])
                guard let other = needed.first(where: { !left.contains($0) }) else { continue }
                left.remove(position)
                missing[position] = other
            }
        }
        return (left, missing.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}

extension Operation {
    fileprivate var isAboutDelegates: Bool { changes.map(\.field) == [.delegates] }
}
