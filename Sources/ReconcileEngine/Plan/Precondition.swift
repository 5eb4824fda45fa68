internal import DirectoryModel

/// What must still be true at the provider for an operation to be carried out (requirement BE3).
public enum Precondition: Sendable, Hashable {
    /// Nobody has the account's key or any of its addresses.
    case absent
    /// The account is as it was when the plan was made.
    case unchanged(Fingerprint)
}

extension Precondition: Codable {
    /// Reads `absent` or a fingerprint.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        if text == "absent" {
            self = .absent
        } else if let fingerprint = Fingerprint(text) {
            self = .unchanged(fingerprint)
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no precondition.")
        }
    }

    /// Writes `absent` or the fingerprint.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Precondition: CustomStringConvertible {
    /// `absent` or the fingerprint.
    public var description: String {
        switch self {
        case .absent: "absent"
        case .unchanged(let fingerprint): fingerprint.description
        }
    }
}

/// A short digest of everything an account holds, the same in every process.
///
/// It tells an account that changed from one that did not. It is no protection against somebody who makes two accounts
/// look alike on purpose: that is what the digest of a saved plan is for.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The digest.
    public let value: UInt64

    /// What the digest leaves out: delegates come and go with the accounts they name, and are added and removed one by
    /// one; a second factor is the account's own matter once it is made; and people change their passwords when they like.
    private static let ignored: AccountFields = [.delegates, .requiresMFA, .passwordHash]

    /// The digest of an account, over the given fields only.
    public init(of account: Account, fields: AccountFields = .all) {
        var hash = StableHash.hash(utf8: "account")
        for field in fields.subtracting(Self.ignored).fields {
            // A digit for the kind of value keeps "no value" apart from an empty text.
            switch account[field] {
            case .unset: Self.mix(&hash, "0", 0)
            case .text(let text): Self.mix(&hash, text, 1)
            case .list(let texts):
                Self.mix(&hash, "\(texts.count)", 2)
                for text in texts { Self.mix(&hash, text, 1) }
            case .bytes(let amount): Self.mix(&hash, "\(amount.bytes)", 3)
            case .flag(let flag): Self.mix(&hash, flag ? "1" : "0", 4)
            case .secret: continue
            }
        }
        if fields.containsAttributes, !account.attributes.isEmpty { Self.mix(&hash, attributes: account.attributes) }
        value = hash
    }

    /// Reads sixteen hexadecimal digits.
    public init?(_ text: String) {
        guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
        self.value = value
    }

    /// Free attributes, which not every account has, go by name and value.
    private static func mix(_ hash: inout UInt64, attributes: [String: String]) {
        for (name, value) in attributes.sorted(by: { $0.key.precedesInBytes($1.key) }) where !value.isEmpty {
            mix(&hash, name, 6)
            mix(&hash, value, 1)
        }
    }

    private static func mix(_ hash: inout UInt64, _ text: String, _ kind: UInt64) {
        hash = StableHash.hash(hash, StableHash.hash(utf8: text) &+ kind)
    }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
