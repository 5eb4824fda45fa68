/// The value of one account field.
public enum FieldValue: Sendable, Hashable {
    /// No value.
    case unset
    /// Text, and anything that is one text: an address, a key.
    case text(String)
    /// Several texts, in ascending order.
    case list([String])
    /// An amount of storage.
    case bytes(ByteCount)
    /// Yes or no.
    case flag(Bool)
    /// Something that is shown to nobody; nil where it comes from a plan file, which does not have it.
    case secret(PasswordHash?)

    /// Text, or ``unset`` for nil.
    public init(_ text: String?) { self = text.map { .text($0) } ?? .unset }
}

extension FieldValue: CustomStringConvertible {
    /// The value for people; an unset one reads `(none)`.
    public var description: String {
        switch self {
        case .unset: "(none)"
        case .text(let text): text
        case .list(let texts): texts.joined(separator: ", ")
        case .bytes(let amount): amount.description
        case .flag(let flag): flag ? "yes" : "no"
        case .secret: "‹secret›"
        }
    }
}

extension FieldValue: Codable {
    /// Reads null, a string, an array of strings, a number of octets, a Boolean, or the mark of a secret.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .unset
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let bytes = try? container.decode(Int64.self) {
            self = .bytes(ByteCount(bytes: bytes))
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if (try? container.decode([String: Bool].self)) != nil {
            self = .secret(nil)
        } else {
            self = .list(try container.decode([String].self))
        }
    }

    /// Writes null, a string, an array of strings, a number of octets or a Boolean; for a secret `{"secret":true}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .unset: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .list(let texts): try container.encode(texts)
        case .bytes(let amount): try container.encode(amount.bytes)
        case .flag(let flag): try container.encode(flag)
        case .secret: try container.encode(["secret": true])
        }
    }
}

/// One field that an operation changes.
///
/// A change of ``AccountField/delegates`` is carried out as what it adds and removes.
public struct FieldChange: Sendable, Hashable, Codable {
    /// The field.
    public let field: AccountField
    /// What the provider has.
    public let old: FieldValue
    /// What it will have.
    public let new: FieldValue
    /// Why the new value is what it is, where there is more to say than that the directory says so.
    public let reason: Reason?

    /// Makes a change.
    public init(_ field: AccountField, from old: FieldValue, to new: FieldValue, because reason: Reason? = nil) {
        self.field = field
        self.old = old
        self.new = new
        self.reason = reason
    }

    /// Whether the account loses something by it: an address, or room.
    public var takesAway: Bool {
        switch (old, new) {
        case (.list(let old), .list(let new)): !Set(old).isSubset(of: new)
        case (.list, .unset): true
        case (.bytes(let old), .bytes(let new)): new < old
        case (.unset, .bytes): true
        default: false
        }
    }

    private enum CodingKeys: String, CodingKey { case field, old, new, reason }

    /// Writes the change; an absent reason is left out, an unset value is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(field, forKey: .field)
        try container.encode(old, forKey: .old)
        try container.encode(new, forKey: .new)
        try container.encodeIfPresent(reason, forKey: .reason)
    }
}
