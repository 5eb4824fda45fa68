/// How many operations may be under way at once, as the provider bears it.
///
/// It begins at its bound, is halved where the provider has had enough, and grows by one after as many successes as it
/// is wide.
package struct ConcurrencyWindow: Sendable {
    /// The most that is ever allowed.
    package let bound: Int
    /// What is allowed now: 1 to ``bound``.
    package private(set) var limit: Int
    /// How often it was halved.
    package private(set) var cuts = 0
    private var successes = 0

    /// Makes a window; a bound of less than 1 counts as 1.
    package init(bound: Int) {
        self.bound = max(1, bound)
        limit = self.bound
    }

    /// Notes that an operation was answered as it should be.
    package mutating func succeeded() {
        successes += 1
        if successes < limit { return }
        successes = 0
        limit = min(bound, limit + 1)
    }

    /// Notes that the provider had enough.
    ///
    /// - Parameter cut: what ``cuts`` was when the operation began. Those that were under way together are refused
    ///   together, and that is one reason to halve, not many.
    package mutating func refused(begunAfter cut: Int) {
        successes = 0
        if cut < cuts { return }
        cuts += 1
        limit = max(1, limit / 2)
    }
}
