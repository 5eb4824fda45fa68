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
        let remaining = operations.indices.filter(left.contains).map { operations[$0] }
        let active = Set(
            operations.indices.filter { !left.contains($0) && operations[$0].kind == .suspend }
                .compactMap { operations[$0].id })
        return Plan(
            overview: overview, operations: remaining, held: held, pending: pending.filter { !active.contains($0.id) },
            recognized: recognized, violations: violations, findings: findings.sorted())
    }
}

/// What operations of one plan wait for, as the operations themselves tell.
///
/// A plan says in which stage an operation is done, and not for the sake of which others. Where that cannot be known,
/// because a deletion does not name the aliases that it releases, the operation counts as waiting for every deletion.
struct OperationDependencies {
    /// By an operation's position, the positions of those without which it must not be done.
    private var needs: [Int: Set<Int>] = [:]
    /// The operations that may wait for any of the deletions.
    private var needsDeletions: [Int] = []
    private let deletions: [Int]
    /// The second halves of operations that were parted in two, by their first ones, and the other way round.
    private(set) var rests: [Int: Int] = [:]
    private(set) var firsts: [Int: Int] = [:]

    init(_ operations: [Operation]) {
        deletions = operations.indices.filter { operations[$0].kind == .delete }
        guard operations.contains(where: { $0.stage > 0 }) else { return }
        var releasers: [MailAddress: [Int]] = [:]
        var results: [MailAddress: [Int]] = [:]
        var sameAccount: [AccountID: [Int]] = [:]
        for (position, operation) in operations.enumerated() {
            for address in operation.released { releasers[address, default: []].append(position) }
            results[operation.resultingAddress, default: []].append(position)
            if let id = operation.id { sameAccount[id, default: []].append(position) }
        }
        for (position, operation) in operations.enumerated() {
            func earlier(_ positions: [Int]?) -> [Int] {
                (positions ?? []).filter { operations[$0].stage < operation.stage }
            }
            let others = earlier(operation.id.map { sameAccount[$0] ?? [] } ?? results[operation.address])
            if operation.reasons.contains(where: { $0.code == .makesWay }), let id = operation.id {
                // Its other half; what is only about delegates may come later.
                let rest = (sameAccount[id] ?? []).first { other in
                    operations[other].stage > operation.stage && !operations[other].isAboutDelegates
                }
                if let rest {
                    needs[position, default: []].insert(rest)
                    (rests[position], firsts[rest]) = (rest, position)
                }
            }
            if operation.stage == 0 { continue }
            if operation.kind != .create { needs[position, default: []].formUnion(others) }
            for address in operation.claimed {
                let found = earlier(releasers[address])
                needs[position, default: []].formUnion(found)
                if found.isEmpty { needsDeletions.append(position) }
            }
            for address in operation.delegatesNamed {
                needs[position, default: []].formUnion(earlier(results[address]))
            }
        }
    }

    /// What remains of a part of the operations when those are left out that wait for one outside of it.
    ///
    /// - Returns: the positions that remain, and those left out with one that each waits for, in order.
    func withoutDependents(_ wanted: Set<Int>) -> (left: Set<Int>, missing: [(position: Int, other: Int)]) {
        var left = wanted
        var missing: [Int: Int] = [:]
        func leaveOut(_ position: Int, for other: Int?) {
            guard let other, left.remove(position) != nil else { return }
            missing[position] = other
        }
        let deletion = deletions.first { !wanted.contains($0) }
        for position in needsDeletions { leaveOut(position, for: deletion) }
        let order = needs.keys.sorted()
        var before = -1
        while before != left.count {
            before = left.count
            for position in order where left.contains(position) {
                leaveOut(position, for: needs[position]?.filter { !left.contains($0) }.min())
            }
        }
        return (left, missing.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}

extension Operation {
    /// The addresses that an account has by a value of one of its fields.
    private static func addresses(_ value: FieldValue) -> [MailAddress] {
        switch value {
        case .text(let text): (try? MailAddress(text)).map { [$0] } ?? []
        case .list(let texts): texts.compactMap { try? MailAddress($0) }
        default: []
        }
    }

    private func addresses(_ value: KeyPath<FieldChange, FieldValue>) -> Set<MailAddress> {
        Set(
            changes.filter { $0.field == .address || $0.field == .aliases }.flatMap {
                Self.addresses($0[keyPath: value])
            })
    }

    /// The addresses that it takes.
    ///
    /// An alias that the account had as its primary address, or the other way round, is not among them.
    fileprivate var claimed: Set<MailAddress> {
        account.map { Set($0.addresses) } ?? addresses(\.new).subtracting(addresses(\.old)).subtracting([address])
    }

    /// The addresses that it is known to give up.
    fileprivate var released: Set<MailAddress> {
        kind == .delete ? [address] : addresses(\.old).subtracting(addresses(\.new))
    }

    /// Whom it makes a delegate, or no longer one.
    fileprivate var delegatesNamed: Set<MailAddress> {
        let change = changes.first { $0.field == .delegates }
        let (added, removed) = change.flatMap { try? $0.members() } ?? ([], [])
        return added.union(removed).union(account?.delegates ?? [])
    }

    fileprivate var isAboutDelegates: Bool { changes.map(\.field) == [.delegates] }
}
