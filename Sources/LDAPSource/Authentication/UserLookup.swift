public import DirectoryModel

/// How somebody who signs in with a name is found in the directory (requirement KO7).
public struct UserLookup: Sendable, Hashable {
    /// A filter (RFC 4515) with ``placeholder`` where the name goes.
    public let filter: String

    /// What stands in a filter for the name: `%s`.
    public static let placeholder = "%s"

    /// Makes a lookup by a filter.
    ///
    /// Nil where the filter does not have the placeholder exactly once.
    public init?(filter: String) {
        let parts = filter.split(separator: Self.placeholder, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.filter = filter
    }

    /// Makes a lookup of the people of a directory by the value of an attribute.
    public init(attribute: AttributeName, schema: DirectorySchema) {
        filter = "(&\(schema.peopleFilter)(\(attribute)=\(Self.placeholder)))"
    }

    /// The filter that finds a user: the name is put in with everything escaped that means something in filters.
    func filter(for user: String) -> String {
        let parts = filter.split(separator: Self.placeholder, omittingEmptySubsequences: false)
        return parts.joined(separator: Self.escape(user))
    }

    /// A text as a filter's value (RFC 4515 §3): `*`, `(`, `)`, `\`, NUL and every other control character as `\` and two
    /// hexadecimal digits.
    static func escape(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\"), 0..<0x20, 0x7F:
                result.append(UInt8(ascii: "\\"))
                let digits = String(byte, radix: 16)
                result.append(contentsOf: (digits.utf8.count == 1 ? "0" + digits : digits).utf8)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
