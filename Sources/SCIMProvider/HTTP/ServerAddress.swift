internal import DirectoryModel
internal import ProviderClient

/// The address of a server, checked once: a scheme, a host and a path without query and fragment.
struct ServerAddress: Sendable {
    /// The address without a `/` at its end.
    let text: String

    /// Checks an address.
    ///
    /// - Parameter allowsPlainText: whether `http://` may be used to reach another machine.
    init(_ text: String, allowsPlainText: Bool) throws(ProviderError) {
        func wrong(_ why: String) -> ProviderError {
            ProviderError(.refused, "The address \"\(text.printable)\" \(why)")
        }
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts[0].lowercased()
        guard parts.count == 2, ["http", "https"].contains(scheme) else {
            throw wrong("does not begin with https://.")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains(where: { "?#\\\"<>".contains($0) })
        else {
            throw wrong("has a query, a fragment, white space or a sign in it that no address has.")
        }
        let authority = parts[1].prefix { $0 != "/" }
        guard !authority.isEmpty, !authority.hasPrefix(":") else { throw wrong("names no host.") }
        // Whatever stands before an @ is a password, and would be shown wherever the address is.
        guard !authority.contains("@") else {
            throw wrong("has a name or a password in it: credentials stand beside it.")
        }
        if scheme == "http", !allowsPlainText, !Self.isThisMachine(authority) {
            throw wrong("would send the token unencrypted: write https://, or set `allow-plain-text: true`.")
        }
        var end = text[...]
        while end.hasSuffix("/") { end = end.dropLast() }
        self.text = String(end)
    }

    private static func isThisMachine(_ authority: Substring) -> Bool {
        if authority.hasPrefix("[") { return authority.hasPrefix("[::1]") }
        let host = authority.prefix { $0 != ":" }.lowercased()
        if host == "localhost" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}

extension String {
    /// The text as a part of a path, a query or a form: everything but unreserved characters as `%XX` (RFC 3986).
    var percentEncoded: String {
        var result: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(Self.digits[Int(byte >> 4)])
                result.append(Self.digits[Int(byte & 15)])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
