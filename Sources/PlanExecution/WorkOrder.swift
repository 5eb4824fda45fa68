package import ReconcileEngine

/// The operations of a plan that are left, each offered once all that it waits for has ended.
///
/// They are known by their positions in the list of steps. Only those that wait for others cost more than a place in it.
package struct WorkOrder: Sendable {
    private var ready: [Int] = []
    private var nextReady = 0
    private var waiting: [Int: Int] = [:]
    private var followers: [Int: [Int]] = [:]

    /// - Parameter isDone: whether the step at a position has been done before.
    package init(_ steps: [Plan.Step], isDone: (Int) -> Bool) {
        let ordered = steps.indices.filter { steps[$0].operation.after != nil }
        let awaited = Set(ordered.flatMap { steps[$0].operation.after ?? [] })
        var indexOf: [Int: Int] = [:]
        for index in steps.indices where awaited.contains(steps[index].position) && !isDone(index) {
            indexOf[steps[index].position] = index
        }
        for index in ordered where !isDone(index) {
            // What is not among the steps is held, or done.
            let others = Set((steps[index].operation.after ?? []).compactMap { indexOf[$0] })
            if others.isEmpty { continue }
            waiting[index] = others.count
            for other in others { followers[other, default: []].append(index) }
        }
        ready = steps.indices.filter { !isDone($0) && waiting[$0] == nil }
    }

    /// Whether an operation can begin now.
    package var isEmpty: Bool { nextReady == ready.count }

    /// The next that can begin; nil where the others wait.
    package mutating func next() -> Int? {
        if isEmpty { return nil }
        nextReady += 1
        return ready[nextReady - 1]
    }

    /// Notes that an operation has ended, in whatever way: what comes after it is checked by the provider.
    package mutating func end(_ index: Int) {
        for follower in followers.removeValue(forKey: index) ?? [] {
            guard let left = waiting[follower] else { continue }
            waiting[follower] = left > 1 ? left - 1 : nil
            if left == 1 { ready.append(follower) }
        }
    }
}
