internal import DirectoryModel

/// Operations with what each has to wait for.
struct OperationGraph {
    /// An operation in two steps: the first gives addresses up, the second does the rest.
    typealias Parts = (release: Operation, rest: Operation)

    private struct Node {
        var operation: Operation
        /// Positions of the operations that must be done before.
        var waitsFor: Set<Int> = []
        /// Those of them that give up an address which the operation takes.
        var claims: Set<Int> = []
        /// Those of them whose whole outcome counts, and not only that they give up an address.
        var needs: Set<Int> = []
        var isRemoved = false
    }

    private var nodes: [Node] = []
    /// The nodes of pairs, and what they wait for as ``AddressClaims`` tells it, until all nodes are there.
    private var nodeOfPair: [Int] = []
    private var releases: [(node: Int, waitsFor: [AddressClaims.Release])] = []
    private var needs: [(node: Int, pairs: [Int])] = []
    private var nodeOfDeletion: [Int: Int] = [:]
    /// The first steps of operations that were parted, by their second ones.
    private var releaseOfRest: [Int: Int] = [:]
    /// The operations that remain, as positions in ``nodes``, in the order in which they may be done.
    private var order: [Int] = []

    /// Adds what becomes of an account that is not in use any more.
    mutating func add(_ operation: Operation, deleting account: Int) {
        nodeOfDeletion[account] = nodes.count
        nodes.append(Node(operation: operation))
    }

    /// Adds the operation of the next pair.
    ///
    /// - Parameters:
    ///   - released: what gives up an address that it takes.
    ///   - pairs: what must have been done altogether.
    mutating func add(_ operation: Operation, after released: [AddressClaims.Release], needing pairs: [Int] = []) {
        nodeOfPair.append(nodes.count)
        if !released.isEmpty { releases.append((nodes.count, released)) }
        if !pairs.isEmpty { needs.append((nodes.count, pairs)) }
        nodes.append(Node(operation: operation))
    }

    /// Adds an operation that nothing waits for.
    mutating func add(_ operation: Operation, needing pairs: [Int]) {
        if !pairs.isEmpty { needs.append((nodes.count, pairs)) }
        nodes.append(Node(operation: operation))
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
    /// Operations that wait for each other in a circle, as when two people swap addresses, are parted: one of them gives
    /// its addresses up first, and gets the new ones when everybody else is done.
    ///
    /// - Parameter part: the two steps of the operation of a pair.
    /// - Returns: what was left out, because it waits for an operation that is not done.
    mutating func orderByRelease(parting part: (_ pair: Int) -> Parts?) -> [Finding] {
        for (node, needed) in releases {
            for release in needed {
                switch release {
                case .pair(let pair): nodes[node].claims.insert(nodeOfPair[pair])
                case .deletion(let account):
                    if let deletion = nodeOfDeletion[account] { nodes[node].claims.insert(deletion) }
                }
            }
            nodes[node].waitsFor.formUnion(nodes[node].claims)
        }
        for (node, pairs) in needs {
            for pair in pairs {
                nodes[node].waitsFor.insert(nodeOfPair[pair])
                nodes[node].needs.insert(nodeOfPair[pair])
            }
        }
        var pairOfNode: [Int: Int] = [:]
        if !releases.isEmpty || !needs.isEmpty {
            for (pair, node) in nodeOfPair.enumerated() { pairOfNode[node] = pair }
        }
        var stages = self.stages()
        while let node = smallestInCircle(stages), let pair = pairOfNode[node], let parts = part(pair) {
            self.part(node, into: parts)
            pairOfNode[node] = nil
            stages = self.stages()
        }
        var findings: [Finding] = []
        for index in nodes.indices where stages[index] == nil && !nodes[index].isRemoved {
            nodes[index].isRemoved = true
            findings.append(Self.stuck(nodes[index].operation))
        }
        for (index, stage) in stages.enumerated() {
            if let stage, stage > 0 { nodes[index].operation.stage = stage }
        }
        order = nodes.indices.filter { !nodes[$0].isRemoved }
        order.sort { nodes[$0].operation.precedes(nodes[$1].operation) }
        return findings
    }

    /// The stage of each node; nil for those that wait for one that is never done, or for themselves.
    private func stages() -> [Int?] {
        var stage = [Int](repeating: 0, count: nodes.count)
        var waiting = nodes.map(\.waitsFor.count)
        var followers: [Int: [Int]] = [:]
        for index in nodes.indices {
            for other in nodes[index].waitsFor { followers[other, default: []].append(index) }
        }
        var ready = nodes.indices.filter { waiting[$0] == 0 && !nodes[$0].isRemoved }
        var result = [Int?](repeating: nil, count: nodes.count)
        var done = 0
        while done < ready.count {
            let index = ready[done]
            done += 1
            result[index] = stage[index]
            for follower in followers[index] ?? [] {
                stage[follower] = max(stage[follower], stage[index] + 1)
                waiting[follower] -= 1
                if waiting[follower] == 0 && !nodes[follower].isRemoved { ready.append(follower) }
            }
        }
        return result
    }

    // MARK: Circles

    /// Of a circle of operations that wait for each other the first by address; nil where there is no circle.
    private func smallestInCircle(_ stages: [Int?]) -> Int? {
        let isStuck = { (index: Int) in stages[index] == nil && !self.nodes[index].isRemoved }
        var visited: Set<Int> = []
        for start in nodes.indices.filter(isStuck).sorted(by: precedes) where !visited.contains(start) {
            // Whatever is stuck waits for something stuck, or for something that was taken out.
            var path: [Int] = []
            var current: Int? = start
            while let index = current, visited.insert(index).inserted {
                path.append(index)
                current = nodes[index].waitsFor.filter(isStuck).min(by: precedes)
            }
            if let index = current, let first = path.firstIndex(of: index) { return path[first...].min(by: precedes) }
        }
        return nil
    }

    /// Replaces an operation by its two steps: whoever waited for it waits for the first only, unless the outcome counts.
    ///
    /// Of an account that is made, the first step is the outcome.
    private mutating func part(_ node: Int, into parts: Parts) {
        let release = nodes.count
        for index in nodes.indices where nodes[index].waitsFor.contains(node) {
            if nodes[index].needs.contains(node) && parts.release.kind != .create { continue }
            nodes[index].waitsFor.remove(node)
            nodes[index].waitsFor.insert(release)
            if nodes[index].claims.remove(node) != nil { nodes[index].claims.insert(release) }
        }
        // An account that is made takes its addresses in the first step.
        let claims = parts.release.kind == .create ? nodes[node].claims : []
        nodes.append(Node(operation: parts.release, waitsFor: claims, claims: claims))
        nodes[node].operation = parts.rest
        releaseOfRest[node] = release
        nodes[node].waitsFor.insert(release)
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool { nodes[a].operation.precedes(nodes[b].operation) }

    private static func stuck(_ operation: Operation) -> Finding {
        Finding(
            .unsupported, operation.address.text,
            "The \(operation.kind.rawValue) of \(operation.address) is left out: it needs an address that the provider "
                + "cannot take from another account.")
    }

    // MARK: Result

    /// The operations that remain, in the order in which they may be done.
    var ordered: [Operation] { order.map { nodes[$0].operation } }

    /// Parts the operations that violations hold back from those that may be done.
    ///
    /// Whatever waits for an operation that is held is held with it, and so is the first step of one whose second step is
    /// held: nobody is left with a parking address.
    ///
    /// - Returns: operations that know by number what they wait for.
    func split(by violations: [Violation]) -> (free: [Operation], held: [HeldOperation]) {
        let holding = self.holding(violations)
        let free = order.filter { holding[$0] == nil }
        let held = order.filter { holding[$0] != nil }
        var numbers = [Int?](repeating: nil, count: nodes.count)
        for (number, index) in (free + held).enumerated() { numbers[index] = number }
        func operation(_ index: Int) -> Operation {
            var operation = nodes[index].operation
            operation.after = nodes[index].waitsFor.isEmpty ? nil : Array(nodes[index].waitsFor)
            return operation.renumbered { numbers[$0] }
        }
        return (
            free.map(operation),
            held.map { HeldOperation(operation($0), by: holding[$0, default: []].sorted()) }
        )
    }

    /// The violations that hold each operation, itself or through what it waits for; operations without any are left out.
    private func holding(_ violations: [Violation]) -> [Int: Set<Int>] {
        var holding: [Int: Set<Int>] = [:]
        if violations.isEmpty { return holding }
        for index in order {
            let direct = violations.indices.filter { violations[$0].hold.includes(nodes[index].operation) }
            if !direct.isEmpty { holding[index] = Set(direct) }
        }
        var isSettled = false
        while !isSettled {
            // Stages only grow along this order, so what an operation waits for has been looked at before it.
            for index in order {
                let inherited = nodes[index].waitsFor.reduce(into: Set<Int>()) { $0.formUnion(holding[$1] ?? []) }
                if !inherited.isEmpty { holding[index, default: []].formUnion(inherited) }
            }
            isSettled = true
            for (rest, release) in releaseOfRest {
                guard let reasons = holding[rest], !reasons.isSubset(of: holding[release] ?? []) else { continue }
                holding[release, default: []].formUnion(reasons)
                isSettled = false
            }
        }
        return holding
    }
}
