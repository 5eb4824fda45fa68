public import DirectoryModel

/// What one look at a directory gave, with where it came from and whether it is everything.
public struct Overview<Content: Sendable>: Sendable {
    /// The directory, for people.
    public let source: String
    /// Why the directory was read in part; empty where it was read completely.
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
}
