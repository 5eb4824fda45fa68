extension MailSyntax {
    /// The normal form of the domain in a part of a text's bytes; the indices of the part are the offsets in errors.
    static func normalDomain(_ bytes: ArraySlice<UInt8>, _ text: String) throws(MailAddressError) -> String {
        guard let first = bytes.first else {
            throw MailAddressError(code: .invalidDomain, reason: "no domain", text: text, offset: bytes.startIndex)
        }
        guard bytes.count <= maximumInput else { throw domainTooLong(bytes, text) }
        if first == UInt8(ascii: "[") { return try normalLiteral(bytes, text) }
        var labels: [String] = []
        var start = bytes.startIndex
        while true {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex
            labels.append(try normalLabel(bytes[start..<end], text))
            guard end < bytes.endIndex else { break }
            start = end + 1
            if start == bytes.endIndex {
                throw MailAddressError(code: .invalidDomain, reason: "a dot at the end", text: text, offset: end)
            }
        }
        let normal = labels.joined(separator: ".")
        guard normal.utf8.count <= maximumDomain else { throw domainTooLong(bytes, text) }
        return normal
    }

    private static func domainTooLong(_ bytes: ArraySlice<UInt8>, _ text: String) -> MailAddressError {
        let reason = "domain of more than \(maximumDomain) octets"
        return MailAddressError(code: .tooLong, reason: reason, text: text, offset: bytes.startIndex)
    }

    private static func normalLabel(_ bytes: ArraySlice<UInt8>, _ text: String) throws(MailAddressError) -> String {
        if let misplaced = bytes.firstIndex(where: { $0.isASCII && !$0.isLabelCharacter }) {
            let byte = bytes[misplaced]
            let name = byte == UInt8(ascii: " ") ? "a space" : "\(Unicode.Scalar(byte))"
            throw MailAddressError(
                code: .invalidDomain, reason: "\(name) in the domain", text: text, offset: misplaced)
        }
        var reason: String?
        if bytes.isEmpty {
            reason = "an empty label in the domain"
        } else if bytes.first == UInt8(ascii: "-") || bytes.last == UInt8(ascii: "-") {
            reason = "a domain label that starts or ends with a hyphen"
        }
        var label = String(decoding: bytes, as: UTF8.self).asciiLowercased
        if reason == nil, !bytes.allSatisfy(\.isASCII) {
            switch InternationalLabel.aLabel(ofULabel: label) {
            case .success(let aLabel): label = aLabel
            case .failure(let problem):
                throw MailAddressError(
                    code: .invalidInternationalLabel, reason: problem.reason, text: text, offset: bytes.startIndex)
            }
        }
        if label.utf8.count > maximumLabel { reason = "a domain label of more than \(maximumLabel) octets" }
        if let reason {
            throw MailAddressError(code: .invalidDomain, reason: reason, text: text, offset: bytes.startIndex)
        }
        return label
    }

    /// An address literal (RFC 5321 section 4.1.3) of IPv4 or IPv6.
    private static func normalLiteral(_ bytes: ArraySlice<UInt8>, _ text: String) throws(MailAddressError) -> String {
        let literal = String(decoding: bytes, as: UTF8.self).asciiLowercased
        let address = literal.dropFirst().dropLast()
        let isValid = address.hasPrefix("ipv6:") ? isIPv6(address.dropFirst(5)) : isIPv4(address)
        guard literal.utf8.last == UInt8(ascii: "]"), isValid else {
            let reason = "brackets in which there is no IPv4 address and no IPv6 address after \"IPv6:\""
            throw MailAddressError(code: .invalidLiteral, reason: reason, text: text, offset: bytes.startIndex)
        }
        return literal
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                1...3 ~= part.utf8.count && part.utf8.allSatisfy(\.isASCIIDigit) && UInt8(part) != nil
            }
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false)
        var count = 0
        let hasIPv4Tail = groups.last?.utf8.contains(UInt8(ascii: ".")) == true
        if hasIPv4Tail {
            guard groups.count > 1, isIPv4(groups.removeLast()) else { return false }
            count = 2
        }
        // "::" stands for zero groups or more, once. At an end of the text it leaves two empty parts there, else one.
        var gaps = 0
        for (index, group) in groups.enumerated() {
            if group.isEmpty {
                let isOuter = index == 0 || (index == groups.count - 1 && !hasIPv4Tail)
                if isOuter {
                    let neighbour = index == 0 ? index + 1 : index - 1
                    guard groups.indices.contains(neighbour), groups[neighbour].isEmpty else { return false }
                    continue
                }
                gaps += 1
            } else {
                guard group.utf8.count <= 4, group.utf8.allSatisfy({ $0.hexDigitValue != nil }) else { return false }
                count += 1
            }
        }
        return gaps == 0 ? count == 8 : gaps == 1 && count <= 7
    }
}

extension UInt8 {
    fileprivate var isLabelCharacter: Bool { isASCIILetter || isASCIIDigit || self == UInt8(ascii: "-") }
}
