/// Why a text is not a mail address or a mail domain.
public struct MailAddressError: Error, Hashable, Sendable {
    /// The kind of mistake.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the code, as shown in logs.
        public let rawValue: String

        /// A code of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// There is no text.
        public static let empty = Code(rawValue: "empty")
        /// A character that is not allowed where it stands, or that nobody can see.
        public static let invalidCharacter = Code(rawValue: "invalid-character")
        /// No @ between a local part and a domain.
        public static let missingAt = Code(rawValue: "missing-at")
        /// More than one @ outside quotes.
        public static let severalAts = Code(rawValue: "several-ats")
        /// Nothing before the @.
        public static let emptyLocalPart = Code(rawValue: "empty-local-part")
        /// A dot at the start or the end of an unquoted local part, or two in a row.
        public static let misplacedDot = Code(rawValue: "misplaced-dot")
        /// A quoted local part that does not end, or that something other than @ follows.
        public static let malformedQuotes = Code(rawValue: "malformed-quotes")
        /// More than 64 octets before the @, or more than 254 in all (RFC 5321 section 4.5.3.1).
        public static let tooLong = Code(rawValue: "too-long")
        /// A domain that is missing, or that has an empty or malformed label.
        public static let invalidDomain = Code(rawValue: "invalid-domain")
        /// An address literal that is no IP address.
        public static let invalidLiteral = Code(rawValue: "invalid-literal")
        /// A label outside ASCII that IDNA does not allow (RFC 5892).
        public static let invalidInternationalLabel = Code(rawValue: "invalid-international-label")
    }

    /// The kind of mistake.
    public let code: Code

    /// What is wrong, in a few words.
    public let reason: String

    /// The text.
    public let text: String

    /// Where in the text, in bytes of UTF-8 from its start.
    public let offset: Int
}

extension MailAddressError: CustomStringConvertible {
    /// A sentence: the text, what is wrong with it and where.
    public var description: String {
        offset == 0 ? "\(text.printable): \(reason)" : "\(text.printable): \(reason) (at byte \(offset))"
    }
}
