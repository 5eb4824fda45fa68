internal import DirectoryModel

/// Operations with what each has to wait for.
struct OperationGraph {
    private struct Node {
        var operation: Operation
        var waitsFor: [AddressClaims.Release]
        var isRemoved = false
    }

    private var nodes: [Node] = []
    private var nodeOfPair: [Int] = []
    private var nodeOfDeletion: [Int: Int] = [:]
    /// The operations that remain, as positions in ``nodes``, in the order in which they may be done.
    private var order: [Int] = []

    /// Adds what becomes of an account that is not in use any more.
    mutating func add(_ operation: Operation, deleting account: Int) {
        nodeOfDeletion[account] = nodes.count
        nodes.append(Node(operation: operation, waitsFor: []))
    }

    /// Adds the operation of the next pair.
    mutating func add(_ operation: Operation, after releases: [AddressClaims.Release]) {
        nodeOfPair.append(nodes.count)
        nodes.append(Node(operation: operation, waitsFor: releases))
    }

    /// Takes out all operations of a kind.
    ///
    /// - Returns: how many there were.
    mutating func remove(_ kind: Operation.Kind) -> Int {
        var count = 0
        for index in nodes.indices where nodes[index].operation.kind == kind && !nodes[index].isRemoved {
            nodes[index].isRemoved = true
            count += 1
        }
        return count
    }

    /// Gives each operation its stage, so that an address is released before it is claimed.
    ///
    /// Operations that wait for each other in a circle, and those that wait for one that is not done, are left out.
    ///
    /// - Returns: what was left out for it.
    mutating func orderByRelease() -> [Finding] {
        var stage = [Int](repeating: 0, count: nodes.count)
        var waiting = [Int](repeating: 0, count: nodes.count)
        var followers: [Int: [Int]] = [:]
        for index in nodes.indices {
            let needed = needs(of: index)
            waiting[index] = needed.count
            for other in needed { followers[other, default: []].append(index) }
        }
        var ready = nodes.indices.filter { waiting[$0] == 0 && !nodes[$0].isRemoved }
        var done = 0
        while done < ready.count {
            let index = ready[done]
            done += 1
            for follower in followers[index] ?? [] {
                stage[follower] = max(stage[follower], stage[index] + 1)
                waiting[follower] -= 1
                if waiting[follower] == 0 && !nodes[follower].isRemoved { ready.append(follower) }
            }
        }
        var findings: [Finding] = []
        for index in nodes.indices where waiting[index] > 0 && !nodes[index].isRemoved {
            nodes[index].isRemoved = true
            findings.append(Self.stuck(nodes[index].operation))
        }
        for index in ready { nodes[index].operation = nodes[index].operation.at(stage: stage[index]) }
        order = ready.sorted { Self.precedes(nodes[$0].operation, nodes[$1].operation) }
        return findings
    }

    /// The operations that remain, in the order in which they may be done.
    var ordered: [Operation] { order.map { nodes[$0].operation } }

    /// Parts the operations that violations hold back from those that may be done.
    ///
    /// Whatever waits for an operation that is held is held with it.
    func split(by violations: [Violation]) -> (free: [Operation], held: [HeldOperation]) {
        if violations.isEmpty { return (ordered, []) }
        var holding: [Int: Set<Int>] = [:]
        var free: [Operation] = []
        var held: [HeldOperation] = []
        // Stages only grow along this order, so what an operation waits for has been looked at before it.
        for index in order {
            let operation = nodes[index].operation
            var reasons = Set(violations.indices.filter { violations[$0].hold.includes(operation) })
            for needed in needs(of: index) { reasons.formUnion(holding[needed] ?? []) }
            if reasons.isEmpty {
                free.append(operation)
            } else {
                holding[index] = reasons
                held.append(HeldOperation(operation, by: reasons.sorted()))
            }
        }
        return (free, held)
    }

    private func needs(of index: Int) -> Set<Int> {
        var result: Set<Int> = []
        for release in nodes[index].waitsFor {
            switch release {
            case .pair(let pair): result.insert(nodeOfPair[pair])
            case .deletion(let account): if let node = nodeOfDeletion[account] { result.insert(node) }
            }
        }
        return result
    }

    private static func stuck(_ operation: Operation) -> Finding {
        Finding(
            .addressCycle, operation.address.text,
            "The \(operation.kind.rawValue) of \(operation.address) waits for an address that is not released before it, "
                + "as when two people swap addresses. Release one of them first.")
    }

    /// Removals first, since they release; creations last, since they claim.
    ///
    /// Within a kind by address.
    private static func precedes(_ a: Operation, _ b: Operation) -> Bool {
        if a.stage != b.stage { return a.stage < b.stage }
        if a.kind != b.kind { return rank(a.kind) < rank(b.kind) }
        if a.address != b.address { return a.address < b.address }
        return (a.id?.rawValue ?? "") < (b.id?.rawValue ?? "")
    }

    private static func rank(_ kind: Operation.Kind) -> Int {
        switch kind {
        case .delete: 0
        case .suspend: 1
        case .rename: 2
        case .update: 3
        case .reactivate: 4
        case .create: 5
        }
    }
}
