public import DirectoryModel
internal import ReconcileEngine

/// What one look at a directory, or at a provider, gave, with where it came from and whether it is everything.
public struct Overview<Content: Sendable>: Sendable {
    /// The directory or the provider, for people.
    public let source: String
    /// Why it was read in part; empty where it was read completely.
    public let incomplete: [Incompleteness]
    /// What somebody should know besides: rules that name groups or attributes that are not there, a sentence each.
    public let notes: [String]
    /// What was found.
    public let content: Content

    /// Makes an overview of a snapshot.
    public init(of snapshot: DirectorySnapshot, notes: [String] = [], _ content: Content) {
        source = snapshot.source
        incomplete = snapshot.completeness.reasons
        self.notes = notes
        self.content = content
    }

    /// Makes an overview of what a provider has.
    init(of state: ObservedState, _ content: Content) {
        source = state.provider
        incomplete = state.incomplete
        notes = []
        self.content = content
    }
}
