/// One value of `proxyAddresses`: a scheme, a colon and an address, such as `SMTP:ana@corp.example`.
///
/// The letter case of the scheme has a meaning: in upper case (`SMTP:`) the value is the primary address of its scheme, else it
/// is a further one. Values of other schemes (`X500:`, `SIP:`, `EUM:`, `x400:` …) are kept as they are.
public struct ProxyAddress: Hashable, Sendable {
    /// The value as the directory has it.
    public let text: String

    /// Whether the scheme is in upper case, which makes this the primary address of its scheme.
    public let isPrimary: Bool

    /// Whether this is a mail address: the scheme is `smtp` in any case.
    public let isSMTP: Bool

    /// Where the address starts, in bytes: after the colon.
    private let addressOffset: Int

    /// The proxy address in an attribute value.
    ///
    /// Throws if there is no colon, nothing on one side of it, or a scheme of other characters than ASCII letters, digits,
    /// hyphens, underscores and dots. The address itself is not looked at.
    public init(_ text: String) throws(ProxyAddressError) {
        guard let scheme = text.withBytes({ bytes in Self.scheme(of: bytes) }) else {
            throw ProxyAddressError(code: .missingScheme, text: text)
        }
        guard text.utf8.count > scheme.length + 1 else { throw ProxyAddressError(code: .missingAddress, text: text) }
        self.text = text
        isPrimary = scheme.isUppercase
        isSMTP = scheme.isSMTP
        addressOffset = scheme.length + 1
    }

    static func scheme(of bytes: Span<UInt8>) -> (length: Int, isUppercase: Bool, isSMTP: Bool)? {
        var index = 0
        var hasUppercase = false
        var hasLowercase = false
        var folded: UInt64 = 0
        while index < bytes.count, bytes[index].isProxySchemeCharacter {
            hasUppercase = hasUppercase || bytes[index].isASCIIUppercase
            hasLowercase = hasLowercase || bytes[index].isASCIILowercase
            folded = folded << 8 | UInt64(bytes[index].asciiLowercased)
            index &+= 1
        }
        guard index > 0, index < bytes.count, bytes[index] == UInt8(ascii: ":") else { return nil }
        let smtp: UInt64 = 0x73_6D_74_70
        return (index, hasUppercase && !hasLowercase, index == 4 && folded == smtp)
    }

    /// The scheme as the directory has it: `SMTP` or `smtp`.
    public var scheme: String { String(decoding: text.utf8.prefix(addressOffset - 1), as: UTF8.self) }

    /// The scheme in lower case, to compare by.
    public var foldedScheme: String { scheme.asciiLowercased }

    /// What stands after the first colon.
    public var value: String { String(decoding: text.utf8.dropFirst(addressOffset), as: UTF8.self) }

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
