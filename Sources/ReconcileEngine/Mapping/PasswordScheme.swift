internal import DirectoryModel

/// A way of hashing passwords, by the name that Dovecot has for it (requirement SO6).
public enum PasswordScheme: String, Sendable, Hashable, Codable, CaseIterable {
    /// Whatever the system's crypt(3) knows.
    case crypt = "CRYPT"
    /// crypt(3) of thirteen letters.
    case desCrypt = "DES-CRYPT"
    /// crypt(3) that begins with `$1$`.
    case md5Crypt = "MD5-CRYPT"
    /// crypt(3) that begins with `$5$`.
    case sha256Crypt = "SHA256-CRYPT"
    /// crypt(3) that begins with `$6$`.
    case sha512Crypt = "SHA512-CRYPT"
    /// crypt(3) that begins with `$2`: bcrypt.
    case blowfishCrypt = "BLF-CRYPT"
    /// Argon2i (RFC 9106).
    case argon2i = "ARGON2I"
    /// Argon2id (RFC 9106).
    case argon2id = "ARGON2ID"
    /// PBKDF2 with SHA-1 in Dovecot's own form, `$1$salt$rounds$digest`; no LDAP server writes that.
    case pbkdf2 = "PBKDF2"
    /// MD5 without a salt (RFC 2307).
    case md5 = "MD5"
    /// MD5 with a salt.
    case saltedMD5 = "SMD5"
    /// SHA-1 without a salt (RFC 2307).
    case sha1 = "SHA"
    /// SHA-1 with a salt.
    case saltedSHA1 = "SSHA"
    /// SHA-256 without a salt.
    case sha256 = "SHA256"
    /// SHA-256 with a salt.
    case saltedSHA256 = "SSHA256"
    /// SHA-512 without a salt.
    case sha512 = "SHA512"
    /// SHA-512 with a salt.
    case saltedSHA512 = "SSHA512"

    /// Other names of the same, as directories write them.
    static let aliases: [String: PasswordScheme] = [
        "SHA1": .sha1, "LDAP-MD5": .md5, "BCRYPT": .blowfishCrypt, "BLOWFISH": .blowfishCrypt,
    ]

    /// What a hash looks like.
    enum Form {
        /// Base 64 of a digest of so many octets, with a salt after it or without.
        case digest(octets: Int, isSalted: Bool)
        /// Printable text that begins so and has at least so many letters.
        case text(prefix: String, length: Int)
    }

    var form: Form {
        switch self {
        case .crypt: .text(prefix: "", length: 13)
        case .desCrypt: .text(prefix: "", length: 13)
        case .md5Crypt: .text(prefix: "$1$", length: 26)
        case .sha256Crypt: .text(prefix: "$5$", length: 47)
        case .sha512Crypt: .text(prefix: "$6$", length: 90)
        case .blowfishCrypt: .text(prefix: "$2", length: 60)
        case .argon2i: .text(prefix: "$argon2i$", length: 30)
        case .argon2id: .text(prefix: "$argon2id$", length: 30)
        case .pbkdf2: .text(prefix: "$1$", length: 46)
        case .md5: .digest(octets: 16, isSalted: false)
        case .saltedMD5: .digest(octets: 16, isSalted: true)
        case .sha1: .digest(octets: 20, isSalted: false)
        case .saltedSHA1: .digest(octets: 20, isSalted: true)
        case .sha256: .digest(octets: 32, isSalted: false)
        case .saltedSHA256: .digest(octets: 32, isSalted: true)
        case .sha512: .digest(octets: 64, isSalted: false)
        case .saltedSHA512: .digest(octets: 64, isSalted: true)
        }
    }

    /// Whether a text, without the scheme, is a hash of this kind.
    func matches(_ hash: Substring) -> Bool {
        switch form {
        case .text(let prefix, let length):
            // An account is locked by `*` or `!` in the place of the hash.
            return hash.utf8.count >= length && hash.hasPrefix(prefix) && hash.utf8.first != UInt8(ascii: "!")
                && hash.utf8.first != UInt8(ascii: "*") && hash.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        case .digest(let octets, let isSalted):
            guard let count = hash.octetsOfBase64 else { return false }
            return isSalted ? count > octets : count == octets
        }
    }
}

/// Why a value of `userPassword` is not forwarded to a provider.
public enum PasswordRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is the password itself, which never leaves the directory.
    case clearText
    /// It is hashed in a way that the provider cannot check.
    case scheme(String)
    /// It begins with a scheme that nobody knows; the name may be a part of a password, and so is not kept.
    case unknownScheme
    /// It is no hash of the kind that it says it is.
    case malformed(PasswordScheme)

    /// What the password is, as a phrase.
    public var description: String {
        switch self {
        case .clearText: "in clear text"
        case .scheme(let name): "hashed with \(name), which the provider does not take"
        case .unknownScheme: "hashed in a way that is not known"
        case .malformed(let scheme): "with a malformed \(scheme.rawValue) hash"
        }
    }
}

extension PasswordHash {
    /// Names that directories write and providers of this kind cannot check: OpenLDAP's of its modules and of passwords
    /// that are kept elsewhere, 389 Directory Server's, and Windows'.
    private static let foreignSchemes: Set<String> = [
        "SHA384", "SSHA384", "PBKDF2", "PBKDF2-SHA1", "PBKDF2-SHA256", "PBKDF2-SHA512", "PBKDF2_SHA256", "ARGON2",
        "SASL", "KERBEROS", "UNIX", "NT", "LANMAN", "NS-MTA-MD5", "TOTP1", "TOTP256", "TOTP512",
        "SCRAM-SHA-1", "SCRAM-SHA-256", "RADIUS",
    ]

    private static let clearTextSchemes: Set<String> = ["CLEAR", "CLEARTEXT", "PLAIN"]

    /// Reads a value of `userPassword` (RFC 2307 §5.3: `{scheme}hash`) and spells it as Dovecot does.
    ///
    /// The two differ for OpenLDAP's `{ARGON2}` and `{BCRYPT}`. OpenLDAP's `{PBKDF2…}` cannot be spelled at all: the salt
    /// is any octets there and text here.
    ///
    /// - Throws: ``PasswordRefusal``, which tells nothing of the password.
    public init(directoryValue text: String) throws(PasswordRefusal) {
        guard text.hasPrefix("{"), let end = text.firstIndex(of: "}") else { throw .clearText }
        let name = text[text.index(after: text.startIndex)..<end].uppercased()
        let hash = text[text.index(after: end)...]
        if Self.clearTextSchemes.contains(name) { throw .clearText }
        guard let scheme = Self.scheme(name, of: hash) else {
            throw Self.foreignSchemes.contains(name) ? .scheme(name) : .unknownScheme
        }
        guard scheme.matches(hash) else { throw .malformed(scheme) }
        self.init("{\(scheme.rawValue)}\(hash)")
    }

    /// The one hash of somebody whose password attribute has these values; nil where it has none.
    ///
    /// An attribute's values have no order, so of several that the provider takes the first in byte order counts.
    static func choose(
        from values: [String], takenBy schemes: Set<PasswordScheme>
    ) -> Result<PasswordHash, PasswordRefusal>? {
        var chosen: PasswordHash?
        var refusal: PasswordRefusal?
        for value in values.count > 1 ? values.sorted(by: { $0.precedesInBytes($1) }) : values {
            do throws(PasswordRefusal) {
                let hash = try PasswordHash(directoryValue: value)
                let scheme = hash.scheme
                if let scheme, !schemes.contains(scheme) { throw .scheme(scheme.rawValue) }
                chosen = chosen ?? hash
            } catch {
                refusal = refusal ?? error
            }
        }
        return chosen.map { .success($0) } ?? refusal.map { .failure($0) }
    }

    /// The scheme in Dovecot's spelling; nil for any other.
    var scheme: PasswordScheme? {
        let text = secret.revealed
        guard text.hasPrefix("{"), let end = text.firstIndex(of: "}") else { return nil }
        return PasswordScheme(rawValue: String(text[text.index(after: text.startIndex)..<end]))
    }

    private static func scheme(_ name: String, of hash: Substring) -> PasswordScheme? {
        switch name {
        case "ARGON2": hash.hasPrefix("$argon2id$") ? .argon2id : hash.hasPrefix("$argon2i$") ? .argon2i : nil
        case "PBKDF2" where !hash.hasPrefix("$1$"): nil
        case "MD5" where hash.hasPrefix("$1$"): .md5Crypt
        default: PasswordScheme(rawValue: name) ?? PasswordScheme.aliases[name]
        }
    }
}

extension Substring {
    /// How many octets the text stands for in base 64 (RFC 4648 §4), with its padding; nil where it is none.
    fileprivate var octetsOfBase64: Int? {
        let padding = utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard utf8.count.isMultiple(of: 4), padding <= 2 else { return nil }
        let isBase64 = utf8.dropLast(padding).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isBase64 ? utf8.count / 4 * 3 - padding : nil
    }
}
