/// Why a text is not LDIF that can be read: what is wrong, and on which line.
///
/// The sentence names attributes and entries but never shows a value, which may be a password.
public struct LDIFError: Error, Sendable, Hashable {
    /// The kind of mistake, for programs; new kinds may appear.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A line does not follow the grammar of RFC 2849.
        public static let malformedLine = Code(rawValue: "malformed-line")
        /// A value after `::` is not base64 (RFC 4648 section 4).
        public static let malformedBase64 = Code(rawValue: "malformed-base64")
        /// A record does not begin with `dn:`.
        public static let missingName = Code(rawValue: "missing-dn")
        /// A change record: `changetype:`, `control:`, `add:`, `delete:`, `replace:`.
        public static let changeRecord = Code(rawValue: "change-record")
        /// A value that is to be read from somewhere else (`:<`).
        public static let url = Code(rawValue: "url")
        /// The text is not UTF-8: UTF-16, or a distinguished name in another encoding.
        public static let encoding = Code(rawValue: "encoding")
        /// A `version:` other than 1, or in the middle of the text.
        public static let version = Code(rawValue: "version")
        /// A record is larger than the parser accepts.
        public static let recordTooLarge = Code(rawValue: "record-too-large")
        /// A recorded snapshot that this version cannot read, or of a directory laid out in another way.
        public static let snapshot = Code(rawValue: "snapshot")
    }

    /// The kind of mistake.
    public let code: Code
    /// The file; nil where the text did not come from one.
    public var file: String?
    /// The line, from 1: of a folded one its first physical line.
    public let line: Int
    /// What is wrong and what to do, in sentences.
    public let problem: String

    /// Makes an error.
    public init(_ code: Code, file: String? = nil, line: Int, problem: String) {
        self.code = code
        self.file = file
        self.line = line
        self.problem = problem
    }
}

extension LDIFError: CustomStringConvertible {
    /// `FILE:LINE: PROBLEM`, or `line LINE: PROBLEM` where there is no file.
    public var description: String {
        file.map { "\($0):\(line): \(problem)" } ?? "line \(line): \(problem)"
    }
}
