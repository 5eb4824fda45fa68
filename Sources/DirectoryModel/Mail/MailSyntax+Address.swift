extension MailSyntax {
    /// The normal form of an address of any kind.
    static func normalAddress(_ text: String) throws(MailAddressError) -> String {
        guard !text.isEmpty else { throw MailAddressError(code: .empty, reason: "no address", text: text, offset: 0) }
        guard text.utf8.count <= maximumInput else {
            throw tooLong(text, "address of more than \(maximumAddress) octets", maximumAddress)
        }
        try refuseInvisible(text)
        let bytes = Array(text.utf8)
        let (content, at) =
            bytes.first == UInt8(ascii: "\"") ? try quotedLocalPart(bytes, text) : try plainLocalPart(bytes, text)
        let localPart = normalLocalPart(content)
        guard localPart.utf8.count <= maximumLocalPart else {
            throw tooLong(text, "local part of more than \(maximumLocalPart) octets", maximumLocalPart)
        }
        let domain = try normalDomain(bytes[(at + 1)...], text)
        let normal = localPart + "@" + domain
        guard normal.utf8.count <= maximumAddress else {
            throw tooLong(text, "address of more than \(maximumAddress) octets", maximumAddress)
        }
        return normal
    }

    private static func tooLong(_ text: String, _ reason: String, _ limit: Int) -> MailAddressError {
        MailAddressError(code: .tooLong, reason: reason, text: text, offset: min(limit, text.utf8.count))
    }

    /// Refuses what a reader cannot see; a space is left to the grammar, which allows it within quotes.
    static func refuseInvisible(_ text: String) throws(MailAddressError) {
        var offset = 0
        for scalar in text.unicodeScalars {
            if scalar.isInvisible, scalar != " " {
                let code = String(scalar.value, radix: 16, uppercase: true)
                let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
                throw MailAddressError(
                    code: .invalidCharacter, reason: "the invisible character U+\(padded)", text: text, offset: offset)
            }
            offset += UTF8.width(scalar)
        }
    }

    /// What stands between the quotes, with the backslashes resolved, and where the @ is.
    private static func quotedLocalPart(
        _ bytes: [UInt8], _ text: String
    ) throws(MailAddressError) -> (content: [UInt8], at: Int) {
        var content: [UInt8] = []
        var index = 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") { index += 1 }
            if index < bytes.count { content.append(bytes[index]) }
            index += 1
        }
        guard index < bytes.count else {
            throw MailAddressError(code: .malformedQuotes, reason: "a quote that does not end", text: text, offset: 0)
        }
        let at = index + 1
        guard at < bytes.count else {
            throw MailAddressError(code: .missingAt, reason: "no @", text: text, offset: at)
        }
        guard bytes[at] == UInt8(ascii: "@") else {
            let reason = "something other than @ after the quoted local part"
            throw MailAddressError(code: .malformedQuotes, reason: reason, text: text, offset: at)
        }
        return (content, at)
    }

    /// What stands before the @, and where the @ is.
    private static func plainLocalPart(
        _ bytes: [UInt8], _ text: String
    ) throws(MailAddressError) -> (content: [UInt8], at: Int) {
        for (index, byte) in bytes.enumerated() {
            let code: MailAddressError.Code
            let reason: String
            switch byte {
            case UInt8(ascii: "@"):
                if let second = bytes[(index + 1)...].firstIndex(of: UInt8(ascii: "@")) {
                    let reason = "two @ outside quotes"
                    throw MailAddressError(code: .severalAts, reason: reason, text: text, offset: second)
                }
                guard index > 0 else {
                    throw MailAddressError(
                        code: .emptyLocalPart, reason: "nothing before the @", text: text, offset: 0)
                }
                return (Array(bytes[..<index]), index)
            case UInt8(ascii: "."):
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                guard index == 0 || next == UInt8(ascii: ".") || next == UInt8(ascii: "@") else { continue }
                code = .misplacedDot
                reason =
                    index == 0
                    ? "a dot at the start"
                    : next == UInt8(ascii: ".") ? "two dots in a row" : "a dot at the end of the local part"
            case _ where byte.isAtomText || !byte.isASCII:
                continue
            default:
                code = .invalidCharacter
                reason = byte == UInt8(ascii: " ") ? "a space outside quotes" : "\(Unicode.Scalar(byte)) outside quotes"
            }
            throw MailAddressError(code: code, reason: reason, text: text, offset: index)
        }
        throw MailAddressError(code: .missingAt, reason: "no @", text: text, offset: bytes.count)
    }

    /// Lower case, and with quotes only if the content is no dot-atom.
    private static func normalLocalPart(_ content: [UInt8]) -> String {
        let lower = String(decoding: content, as: UTF8.self).lowercased()
        if isDotAtom(lower.utf8) { return lower }
        var quoted = Array("\"".utf8)
        for byte in lower.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        quoted.append(UInt8(ascii: "\""))
        return String(decoding: quoted, as: UTF8.self)
    }

    private static func isDotAtom(_ bytes: String.UTF8View) -> Bool {
        var isAfterDot = true
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                if isAfterDot { return false }
                isAfterDot = true
            } else if byte.isAtomText || !byte.isASCII {
                isAfterDot = false
            } else {
                return false
            }
        }
        return !isAfterDot
    }
}
