internal import ProviderClient

/// Whether a provider is in a state in which going on makes no sense (requirement CL7).
///
/// Only what an operation ended in counts, after all its tries, and only what is the provider's own trouble: an address
/// that is taken is an answer like any other.
package struct ProviderHealth: Sendable {
    /// As many as this in a row are too many.
    static let mostInRow = 5
    /// As many as this, the last ones, are remembered.
    static let memory = 20
    /// As many as this of those that are remembered are too many.
    static let mostOfMemory = 10

    private var recent: [Bool] = []
    private var inRow = 0

    package init() {}

    /// Notes how an operation ended.
    package mutating func note(isTroubled: Bool) {
        inRow = isTroubled ? inRow + 1 : 0
        recent.append(isTroubled)
        if recent.count > Self.memory { recent.removeFirst() }
    }

    /// Whether most calls fail.
    package var isPoor: Bool { inRow >= Self.mostInRow || recent.count { $0 } >= Self.mostOfMemory }
}

extension ProviderError {
    /// Whether it tells of the provider's own state, and not of the operation.
    var isTrouble: Bool { isRetryable || code == .malformed || outcome == .unknown }
}
