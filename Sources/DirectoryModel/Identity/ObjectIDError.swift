/// Why a value is not the identity of an object.
public struct ObjectIDError: Error, Hashable, Sendable {
    /// The kind of mistake.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the code, as shown in logs.
        public let rawValue: String

        /// A code of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The value has another length than an identity has.
        public static let wrongLength = Code(rawValue: "wrong-length")
        /// The text is not that of a UUID.
        public static let malformedUUID = Code(rawValue: "malformed-uuid")
    }

    /// The kind of mistake.
    public let code: Code

    /// What was there instead.
    public let found: String
}

extension ObjectIDError: CustomStringConvertible {
    /// A sentence: what was found and what is expected.
    public var description: String {
        code == .malformedUUID
            ? "\(found) is no UUID: expected 32 hexadecimal digits grouped 8-4-4-4-12"
            : "found \(found) where the identity of an object is: expected the 16 bytes of an objectGUID, or a text"
    }
}
