/// One value of `proxyAddresses`: a scheme, a colon and an address, such as `SMTP:ana@corp.example`.
///
/// The letter case of the scheme has a meaning: in upper case (`SMTP:`) the value is the primary address of its scheme, else it
/// is a further one. Values of other schemes (`X500:`, `SIP:`, `EUM:`, `x400:` …) are kept as they are.
public struct ProxyAddress: Hashable, Sendable {
    /// The value as the directory has it.
    public let text: String

    /// The length of the scheme in bytes.
    private let schemeLength: Int

    /// The proxy address in an attribute value.
    ///
    /// Throws if there is no colon, nothing on one side of it, or a scheme of other characters than ASCII letters, digits,
    /// hyphens, underscores and dots. The address itself is not looked at.
    public init(_ text: String) throws(ProxyAddressError) {
        let length = text.withBytes { bytes -> Int? in
            var index = 0
            while index < bytes.count, bytes[index].isProxySchemeCharacter { index &+= 1 }
            return index < bytes.count && bytes[index] == UInt8(ascii: ":") ? index : nil
        }
        guard let length, length > 0 else { throw ProxyAddressError(code: .missingScheme, text: text) }
        guard text.utf8.count > length + 1 else { throw ProxyAddressError(code: .missingAddress, text: text) }
        self.text = text
        schemeLength = length
    }

    /// The scheme as the directory has it: `SMTP` or `smtp`.
    public var scheme: String { String(decoding: text.utf8.prefix(schemeLength), as: UTF8.self) }

    /// The scheme in lower case, to compare by.
    public var foldedScheme: String { scheme.asciiLowercased }

    /// What stands after the first colon.
    public var value: String { String(text[text.utf8.index(text.startIndex, offsetBy: schemeLength + 1)...]) }

    /// Whether the scheme is in upper case, which makes this the primary address of its scheme.
    public var isPrimary: Bool {
        let scheme = text.utf8.prefix(schemeLength)
        return scheme.contains { $0.isASCIIUppercase } && !scheme.contains { $0.isASCIILowercase }
    }

    /// Whether this is a mail address: the scheme is `smtp` in any case.
    public var isSMTP: Bool {
        schemeLength == 4 && text.utf8.prefix(4).elementsEqual("smtp".utf8) { $0 | 0x20 == $1 }
    }

    /// Whether both values are the same bytes.
    public static func == (left: ProxyAddress, right: ProxyAddress) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Feeds the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

extension ProxyAddress: Comparable {
    /// Whether the left value sorts before the right one, byte by byte.
    public static func < (left: ProxyAddress, right: ProxyAddress) -> Bool {
        left.text.precedesInBytes(right.text)
    }
}

extension ProxyAddress: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}

extension ProxyAddress: Codable {
    /// Reads a text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { text throws(ProxyAddressError) in try ProxyAddress(text) }
    }

    /// Writes ``text``.
    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}

extension UInt8 {
    @inline(__always)
    fileprivate var isProxySchemeCharacter: Bool {
        isASCIILetter || isASCIIDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: ".")
    }
}
