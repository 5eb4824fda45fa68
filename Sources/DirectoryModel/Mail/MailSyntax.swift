/// The grammar of addresses: a fast look at the usual case, and a full parser that explains what is wrong.
enum MailSyntax {
    static let maximumLocalPart = 64
    static let maximumAddress = 254
    static let maximumDomain = 253
    static let maximumLabel = 63
    /// No input longer than this has a normal form of 254 octets: escapes double a byte, and IDNA shortens at most by four.
    static let maximumInput = 1_024

    /// Looks at the address from an index to the end; `.other` unless it is an ASCII dot-atom at a domain of letters, digits and hyphens.
    static func plainAddress(_ bytes: Span<UInt8>, from start: Int) -> PlainForm {
        guard bytes.count &- start <= maximumAddress else { return .other }
        var index = start
        var isAfterDot = true
        var hasUppercase = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte.isAtomText {
                isAfterDot = false
                if byte.isASCIIUppercase { hasUppercase = true }
            } else if byte == UInt8(ascii: "."), !isAfterDot {
                isAfterDot = true
            } else {
                break
            }
            index &+= 1
        }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "@"), !isAfterDot,
            index &- start <= maximumLocalPart
        else { return .other }
        let domain = plainDomain(bytes, from: index &+ 1)
        return domain == .normal && hasUppercase ? .upperCase : domain
    }

    /// Looks at the domain from an index to the end; `.other` unless it is labels of ASCII letters, digits and hyphens.
    static func plainDomain(_ bytes: Span<UInt8>, from start: Int) -> PlainForm {
        guard bytes.count &- start <= maximumDomain else { return .other }
        var labelStart = start
        var index = start
        var previous = UInt8(ascii: ".")
        var hasUppercase = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte.isASCIILowercase || byte.isASCIIDigit {
            } else if byte.isASCIIUppercase {
                hasUppercase = true
            } else if byte == UInt8(ascii: "-") {
                if previous == UInt8(ascii: ".") { return .other }
            } else if byte == UInt8(ascii: ".") {
                if !isLabelEnd(previous, length: index &- labelStart) { return .other }
                labelStart = index &+ 1
            } else {
                return .other
            }
            previous = byte
            index &+= 1
        }
        guard isLabelEnd(previous, length: index &- labelStart) else { return .other }
        return hasUppercase ? .upperCase : .normal
    }

    @inline(__always)
    private static func isLabelEnd(_ last: UInt8, length: Int) -> Bool {
        last != UInt8(ascii: "-") && length > 0 && length <= maximumLabel
    }
}

extension UInt8 {
    /// Whether an ASCII character may stand unquoted in a local part, between its dots (`atext`, RFC 5322 section 3.2.3).
    @inline(__always)
    var isAtomText: Bool {
        if isASCIILetter || isASCIIDigit { return true }
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            return true
        default:
            return false
        }
    }

    @inline(__always)
    var isASCII: Bool { self < 0x80 }
}
