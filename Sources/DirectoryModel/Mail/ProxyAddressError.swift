/// Why a value is not a proxy address.
public struct ProxyAddressError: Error, Hashable, Sendable {
    /// The kind of mistake.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the code, as shown in logs.
        public let rawValue: String

        /// A code of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// No scheme and colon at the start.
        public static let missingScheme = Code(rawValue: "missing-scheme")
        /// Nothing after the colon.
        public static let missingAddress = Code(rawValue: "missing-address")
    }

    /// The kind of mistake.
    public let code: Code

    /// The value.
    public let text: String

    /// What is wrong, in a few words.
    public var reason: String {
        code == .missingAddress ? "nothing after the colon" : "no scheme such as smtp: at the start"
    }
}

extension ProxyAddressError: CustomStringConvertible {
    /// A sentence: the value and what is wrong with it.
    public var description: String { "\(text.printable): \(reason)" }
}
