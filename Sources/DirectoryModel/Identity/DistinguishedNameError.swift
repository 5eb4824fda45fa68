/// Why a text is not a distinguished name.
public struct DistinguishedNameError: Error, Hashable, Sendable {
    /// The kind of mistake.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the code, as shown in logs.
        public let rawValue: String

        /// A code of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// No attribute type where one has to start, such as after a comma at the end.
        public static let missingType = Code(rawValue: "missing-type")
        /// An attribute type that is neither a name nor an object identifier.
        public static let malformedType = Code(rawValue: "malformed-type")
        /// No equals sign after the attribute type.
        public static let missingEquals = Code(rawValue: "missing-equals")
        /// A character that has to be escaped: `"` `;` `<` `>` or NUL.
        public static let unescapedCharacter = Code(rawValue: "unescaped-character")
        /// A backslash before something that needs no escape and is no pair of hexadecimal digits.
        public static let malformedEscape = Code(rawValue: "malformed-escape")
        /// Escaped bytes that are not UTF-8.
        public static let invalidUTF8 = Code(rawValue: "invalid-utf8")
        /// A value that starts with `#` and does not go on with pairs of hexadecimal digits.
        public static let malformedHexString = Code(rawValue: "malformed-hex-string")
    }

    /// The kind of mistake.
    public let code: Code

    /// The text.
    public let text: String

    /// Where in the text, in bytes of UTF-8 from its start.
    public let offset: Int
}

extension DistinguishedNameError: CustomStringConvertible {
    /// A sentence: the text, what is wrong with it, where, and what to write instead.
    public var description: String {
        let reason =
            switch code {
            case .missingType: "an attribute type such as CN or OU is missing"
            case .malformedType: "the attribute type is neither a name nor an object identifier"
            case .missingEquals: "there is no = after the attribute type (a comma in a value is written \\,)"
            case .unescapedCharacter: "a character that needs a backslash before it"
            case .malformedEscape: "a backslash that escapes nothing (a backslash in a value is written \\\\)"
            case .invalidUTF8: "escaped bytes that are not UTF-8"
            case .malformedHexString: "# is not followed by pairs of hexadecimal digits (# in a value is written \\#)"
            default: code.rawValue
            }
        return "\"\(text.printable)\" is no distinguished name: \(reason) (at byte \(offset))"
    }
}
