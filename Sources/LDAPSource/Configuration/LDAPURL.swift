internal import DirectoryModel

/// Where a directory server listens (RFC 4516, the part before the distinguished name).
///
/// `ldap://host[:389]`, `ldaps://host[:636]`, or `ldapi://%2Frun%2Fslapd%2Fldapi` for a socket of this machine, whose
/// path is percent-encoded.
public struct LDAPURL: Sendable, Hashable, CustomStringConvertible {
    /// How the connection is made.
    public enum Scheme: String, Sendable, Hashable {
        /// TCP, in plain text until StartTLS.
        case ldap
        /// TCP with TLS from the first octet.
        case ldaps
        /// A Unix domain socket.
        case ldapi
    }

    /// How the connection is made.
    public let scheme: Scheme
    /// The host's name or address, an IPv6 address without brackets; for `ldapi` the socket's path, decoded.
    public let host: String
    /// The TCP port, 1 to 65535; 0 for `ldapi`.
    public let port: UInt16

    /// Makes a URL from its parts; nil `port` means the scheme's own.
    public init(scheme: Scheme, host: String, port: UInt16? = nil) {
        self.scheme = scheme
        self.host = host
        switch scheme {
        case .ldap: self.port = port ?? 389
        case .ldaps: self.port = port ?? 636
        case .ldapi: self.port = 0
        }
    }

    /// Reads a URL; throws `badConfiguration` with what is wrong about it.
    public init(_ text: String) throws(LDAPError) {
        let (scheme, rest) = try Self.splitScheme(text)
        var authority = rest
        while authority.hasSuffix("/") { authority = authority.dropLast() }
        if authority.isEmpty { throw Self.malformed(text, "no host is named") }
        if authority.contains("/") || authority.contains("?") {
            throw Self.malformed(text, "give scheme, host and port only; the search base has a setting of its own")
        }
        if scheme == .ldapi {
            guard let path = Self.percentDecoded(authority), path.hasPrefix("/") else {
                throw Self.malformed(text, "the socket's path must be absolute, with %2F for each slash")
            }
            self.init(scheme: scheme, host: path)
            return
        }
        let (host, port) = try Self.splitPort(authority, of: text)
        self.init(scheme: scheme, host: host, port: port)
    }

    /// The URL as text, with the port where it is not the scheme's own.
    public var description: String {
        if scheme == .ldapi { return "ldapi://" + Self.percentEncoded(host) }
        let bracketed = host.contains(":") ? "[\(host)]" : host
        let isStandard = port == (scheme == .ldap ? 389 : 636)
        return "\(scheme.rawValue)://\(bracketed)\(isStandard ? "" : ":\(port)")"
    }

    /// Whether what is sent never leaves this machine.
    var isLocal: Bool {
        if scheme == .ldapi || host == "::1" || host.asciiLowercased == "localhost" { return true }
        // A name may begin with 127 too.
        return host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (48...57).contains($0) }
    }

    private static func malformed(_ text: String, _ why: String) -> LDAPError {
        LDAPError(.badConfiguration, "\"\(text)\" is no URL of a directory server: \(why).")
    }

    private static func splitScheme(_ text: String) throws(LDAPError) -> (Scheme, Substring) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
            throw malformed(text, "write \"ldaps://\(text)\"")
        }
        guard let scheme = Scheme(rawValue: String(text[..<colon]).asciiLowercased) else {
            throw malformed(text, "the scheme must be ldap, ldaps or ldapi")
        }
        return (scheme, text[text.index(colon, offsetBy: 3)...])
    }

    private static func splitPort(_ authority: Substring, of text: String) throws(LDAPError) -> (String, UInt16?) {
        var host = authority
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw malformed(text, "the bracket is not closed") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw malformed(text, "after ] comes a port or nothing") }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        if host.isEmpty { throw malformed(text, "no host is named") }
        let isOdd = { (byte: UInt8) in byte <= 0x20 || byte == 0x7F || "@[]".utf8.contains(byte) }
        if host.utf8.contains(where: isOdd) {
            throw malformed(text, "the host's name has a character that no host name has")
        }
        guard let portText else { return (String(host), nil) }
        guard portText.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(portText), port > 0 else {
            throw malformed(text, "the port must be a number from 1 to 65535")
        }
        return (String(host), port)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == 0 { return nil }
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, !digits.hasPrefix("+"),
                let value = UInt8(digits, radix: 16), value != 0
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validatingUTF8: bytes.span)
    }

    private static func percentEncoded(_ path: String) -> String {
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                let digits = String(byte, radix: 16, uppercase: true)
                bytes.append(contentsOf: (digits.utf8.count == 1 ? "0" + digits : digits).utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
