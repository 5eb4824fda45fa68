/// The name of a directory attribute, compared without regard to ASCII case.
///
/// This is an *attribute description* (RFC 4512 §2.5): a type such as `mail`, with options where the directory uses them
/// (`userCertificate;binary`). ``text`` keeps the spelling it was made with, for display and for the wire.
public struct AttributeName: Sendable, Hashable, Comparable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The name as it was written.
    public let text: String

    /// ``text`` with ASCII letters in lower case: what is compared and hashed.
    let folded: String

    /// Makes a name; any text is accepted, and one that no directory knows simply has no values.
    public init(_ text: String) {
        self.text = text
        folded = text.asciiLowercased
    }

    /// Makes a name from a literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// Reads the name from a single string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes ``text``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The name as it was written.
    public var description: String { text }

    /// Whether two names differ in nothing but the case of ASCII letters.
    public static func == (a: Self, b: Self) -> Bool { a.folded == b.folded }

    /// Orders by the lower-case spelling.
    public static func < (a: Self, b: Self) -> Bool { a.folded < b.folded }

    /// Hashes the lower-case spelling.
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}
