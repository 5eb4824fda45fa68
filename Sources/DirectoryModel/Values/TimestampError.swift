/// Why a text is not a time.
public struct TimestampError: Error, Hashable, Sendable {
    /// The kind of mistake.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the code, as shown in logs.
        public let rawValue: String

        /// A code of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The text does not have the form that was asked for.
        public static let malformed = Code(rawValue: "malformed")
        /// The text has the form, but names no time: month 13, 30 February, year 0.
        public static let outOfRange = Code(rawValue: "out-of-range")
    }

    /// The kind of mistake.
    public let code: Code

    /// The text.
    public let text: String

    /// The form that the text should have, with an example.
    public let expected: String
}

extension TimestampError: CustomStringConvertible {
    /// A sentence: what the text is and what it should be.
    public var description: String {
        let problem = code == .outOfRange ? "is no time that exists" : "is no time"
        return "\"\(text.printable)\" \(problem): expected \(expected)"
    }
}
