/// A mail address: the `Mailbox` of RFC 5321, with the UTF-8 local parts of RFC 6531.
///
/// An address is kept in one normal form, so that two spellings of it are one value:
/// - The local part is lower case. RFC 5321 section 2.4 lets a receiving system tell `Ana@` from `ana@`; no provider that is
///   served here does, and a directory holds both spellings of one mailbox.
/// - A quoted local part that needs no quotes loses them, and needless backslashes go: `"ana"@corp.example` is
///   `ana@corp.example`, while `"loc@lpart"@somedomain.com` keeps its quotes.
/// - The domain is in its ASCII form and lower case; see ``MailDomain``.
///
/// Comments and folding (RFC 5322) are refused, and so are characters that nobody can see. Composed and decomposed spellings
/// of a letter in a local part are different addresses: mail systems compare bytes.
public struct MailAddress: Hashable, Sendable {
    /// The normal form.
    public let text: String

    /// The address in a text, which must hold nothing else.
    ///
    /// Throws if the text is no address, or if its normal form has a local part of more than 64 octets or more than 254 in all.
    public init(_ text: String) throws(MailAddressError) {
        switch text.withBytes({ bytes in MailSyntax.plainAddress(bytes, from: 0) }) {
        case .normal: self.text = text
        case .upperCase: self.text = text.asciiLowercased
        case .other: self.text = try MailSyntax.normalAddress(text)
        }
    }

    /// The address that stands from a byte on; nil unless it is in ASCII and needs no quotes.
    init?(plain bytes: Span<UInt8>, from offset: Int) {
        if MailSyntax.plainAddress(bytes, from: offset) == .other { return nil }
        text = String(asciiLowercasing: bytes, in: offset..<bytes.count)
    }

    /// The part before the last @, quoted if it has to be.
    public var localPart: String {
        String(text[..<at])
    }

    /// The local part without quotes and backslashes: `loc@lpart` for `"loc@lpart"@somedomain.com`.
    public var unquotedLocalPart: String {
        let quoted = text.utf8[..<at]
        guard quoted.first == UInt8(ascii: "\"") else { return localPart }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in quoted.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                bytes.append(byte)
                isEscaped = false
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The part after the last @.
    public var domain: MailDomain {
        let domain = text.withBytes { bytes in
            var start = bytes.count
            while start > 0, bytes[start - 1] != UInt8(ascii: "@") { start -= 1 }
            return String(asciiLowercasing: bytes, in: start..<bytes.count)
        }
        return MailDomain(normalForm: domain)
    }

    /// A hash of 64 bits that is the same in every process; see ``StableHash``.
    public var hash64: UInt64 { StableHash.hash(utf8: text) }

    /// The @ between local part and domain: the last one, because no domain has one.
    private var at: String.Index {
        text.utf8.lastIndex(of: UInt8(ascii: "@")) ?? text.endIndex
    }
}

extension MailAddress: Comparable {
    /// Whether both addresses are the same bytes.
    public static func == (left: MailAddress, right: MailAddress) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Whether the left address sorts before the right one, byte by byte.
    public static func < (left: MailAddress, right: MailAddress) -> Bool {
        left.text.precedesInBytes(right.text)
    }
}

extension MailAddress: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}

extension MailAddress: Codable {
    /// Reads a text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { text throws(MailAddressError) in try MailAddress(text) }
    }

    /// Writes ``text``.
    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}
