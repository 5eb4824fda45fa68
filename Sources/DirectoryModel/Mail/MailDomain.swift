/// The domain of a mail address: a host name, or an IP address in brackets.
///
/// It is kept and compared in its ASCII form and lower case: `Bücher.example` and `xn--bcher-kva.example` are one domain. A
/// single label such as `localhost` is a domain; a trailing dot, an underscore and an empty label are refused. Labels outside
/// ASCII follow IDNA 2008 (RFC 5891) except that its rules on direction and on the neighbours of single characters are not
/// checked; what is written as an A-label is taken as it is.
///
/// An address literal `[192.0.2.1]` or `[IPv6:2001:db8::1]` is checked but not rewritten, so that two spellings of one IPv6
/// address are two domains.
public struct MailDomain: Hashable, Sendable {
    /// The normal form: A-labels, lower case.
    public let text: String

    /// The domain in a text, which must hold nothing else.
    ///
    /// Throws if the text is no domain, or has a label of more than 63 octets or more than 253 in all (RFC 1035).
    public init(_ text: String) throws(MailAddressError) {
        switch text.withBytes({ bytes in MailSyntax.plainDomain(bytes, from: 0) }) {
        case .normal: self.text = text
        case .upperCase: self.text = text.asciiLowercased
        case .other:
            try MailSyntax.refuseInvisible(text)
            self.text = try MailSyntax.normalDomain(Array(text.utf8)[...], text)
        }
    }

    /// A domain whose text is known to be in normal form.
    init(normalForm text: String) {
        self.text = text
    }

    /// Whether this is an IP address in brackets.
    public var isAddressLiteral: Bool { text.utf8.first == UInt8(ascii: "[") }

    /// The domain as a person reads it: A-labels are shown in their own script where they are valid.
    public var unicodeText: String {
        guard !isAddressLiteral else { return text }
        return text.split(separator: ".").map { label in
            InternationalLabel.unicodeText(ofALabel: String(label)) ?? String(label)
        }.joined(separator: ".")
    }

    /// Whether this domain lies below another one: `mail.corp.example` below `corp.example`.
    ///
    /// No domain lies below itself, and an address literal below none.
    public func isSubdomain(of other: MailDomain) -> Bool {
        text.utf8.count > other.text.utf8.count && !isAddressLiteral && text.hasSuffix("." + other.text)
    }
}

extension MailDomain: Comparable {
    /// Whether the left domain sorts before the right one, byte by byte.
    public static func < (left: MailDomain, right: MailDomain) -> Bool {
        left.text.precedesInBytes(right.text)
    }
}

extension MailDomain: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}

extension MailDomain: Codable {
    /// Reads a text in any spelling.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { text throws(MailAddressError) in try MailDomain(text) }
    }

    /// Writes ``text``.
    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}
