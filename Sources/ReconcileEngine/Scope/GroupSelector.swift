/// How a rule names a group: by its name, its distinguished name or its identity.
public struct GroupSelector: Sendable, Hashable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name as the rule has it.
    public let text: String

    /// Makes a selector.
    ///
    /// A text that reads as a UUID is an identity, one with `=` in it a distinguished name, and any other a name,
    /// compared without regard to case.
    public init(_ text: String) { self.text = text }

    /// Makes a selector from a literal.
    public init(stringLiteral value: String) { text = value }

    /// Reads the selector from a single string.
    public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    /// Writes the selector as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The name as the rule has it.
    public var description: String { text }
}
