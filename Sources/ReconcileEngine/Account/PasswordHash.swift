public import DirectoryModel

/// A password's hash as a directory keeps it, with its scheme: `{SSHA512}…` (requirement SO6).
///
/// It is compared, and handed to the provider, and otherwise kept out of sight: descriptions and plan files show that
/// there is one and nothing of it.
public struct PasswordHash: Sendable, Hashable, CustomStringConvertible {
    /// The hash itself.
    public let secret: Secret

    /// Makes a hash from its text.
    public init(_ text: String) { secret = Secret(text) }

    /// A number that tells two hashes apart without telling anything of them.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    var digest: UInt64 { secret.withBytes { StableHash.hash($0) } }

    /// Always `‹secret›`.
    public var description: String { secret.description }
}
