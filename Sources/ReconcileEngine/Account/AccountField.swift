/// A field of an ``Account`` that rules can set and that a plan can change.
public enum AccountField: Sendable, Hashable {
    /// ``Account/kind``
    case kind
    /// ``Account/key``
    case key
    /// ``Account/userName``
    case userName
    /// ``Account/address``
    case address
    /// ``Account/aliases``
    case aliases
    /// ``Account/name``
    case name
    /// ``Account/givenName``
    case givenName
    /// ``Account/familyName``
    case familyName
    /// ``Account/mobile``
    case mobile
    /// ``Account/organizationalUnit``
    case organizationalUnit
    /// ``Account/quota``
    case quota
    /// ``Account/delegates``
    case delegates
    /// ``Account/passwordHash``
    case passwordHash
    /// ``Account/requiresMFA``
    case requiresMFA
    /// ``Account/isActive``
    case active
    /// One of ``Account/attributes``, by the provider's own name for it.
    case attribute(String)
}

extension AccountField: CaseIterable {
    /// Every field that has a name of its own, in the order in which changes are listed.
    public static let allCases: [AccountField] = [
        .kind, .key, .userName, .address, .aliases, .name, .givenName, .familyName, .mobile, .organizationalUnit,
        .quota,
        .delegates, .passwordHash, .requiresMFA, .active,
    ]
}

extension AccountField: RawRepresentable, Codable, CustomStringConvertible {
    private static let attributePrefix = "attribute:"

    /// Reads what ``rawValue`` writes.
    public init?(rawValue: String) {
        if let field = Self.allCases.first(where: { $0.rawValue == rawValue }) {
            self = field
        } else if rawValue.hasPrefix(Self.attributePrefix), rawValue != Self.attributePrefix {
            self = .attribute(String(rawValue.dropFirst(Self.attributePrefix.count)))
        } else {
            return nil
        }
    }

    /// The name in plans and configurations: `given-name`; for a free attribute `attribute:NAME`.
    public var rawValue: String {
        switch self {
        case .kind: "kind"
        case .key: "key"
        case .userName: "user-name"
        case .address: "address"
        case .aliases: "aliases"
        case .name: "name"
        case .givenName: "given-name"
        case .familyName: "family-name"
        case .mobile: "mobile"
        case .organizationalUnit: "organizational-unit"
        case .quota: "quota"
        case .delegates: "delegates"
        case .passwordHash: "password-hash"
        case .requiresMFA: "mfa"
        case .active: "active"
        case .attribute(let name): Self.attributePrefix + name
        }
    }

    /// ``rawValue``.
    public var description: String { rawValue }
}

/// A set of account fields, as small and quick as an integer.
///
/// All free attributes are in it, or none.
public struct AccountFields: Sendable, Hashable, ExpressibleByArrayLiteral {
    private var bits: UInt32 = 0

    /// Makes a set of the given fields.
    public init(_ fields: some Sequence<AccountField>) {
        for field in fields { insert(field) }
    }

    /// Makes a set from a literal.
    public init(arrayLiteral elements: AccountField...) { self.init(elements) }

    /// Every field there is, free attributes too.
    public static let all = AccountFields(AccountField.allCases + [.attribute("")])

    /// Whether the set has no field in it.
    public var isEmpty: Bool { bits == 0 }

    /// Whether the field is in the set.
    public func contains(_ field: AccountField) -> Bool { bits & Self.bit(field) != 0 }

    /// Whether free attributes are in the set.
    public var containsAttributes: Bool { contains(.attribute("")) }

    /// Puts a field into the set.
    public mutating func insert(_ field: AccountField) { bits |= Self.bit(field) }

    /// Takes a field out of the set.
    public mutating func remove(_ field: AccountField) { bits &= ~Self.bit(field) }

    /// The fields that are in both sets.
    public func intersection(_ other: AccountFields) -> AccountFields {
        var result = self
        result.bits &= other.bits
        return result
    }

    /// The fields that are in either set.
    public func union(_ other: AccountFields) -> AccountFields {
        var result = self
        result.bits |= other.bits
        return result
    }

    /// The set without some fields.
    public func subtracting(_ other: AccountFields) -> AccountFields {
        var result = self
        result.bits &= ~other.bits
        return result
    }

    /// The set without delegates: these are settled when it is known who has an account, and not by comparing.
    var comparable: AccountFields { subtracting([.delegates]) }

    /// The fields of the set that have names of their own, in the order of their declaration.
    public var fields: [AccountField] { AccountField.allCases.filter(contains) }

    private static func bit(_ field: AccountField) -> UInt32 {
        switch field {
        case .key: 1 << 0
        case .address: 1 << 1
        case .aliases: 1 << 2
        case .name: 1 << 3
        case .givenName: 1 << 4
        case .familyName: 1 << 5
        case .mobile: 1 << 6
        case .organizationalUnit: 1 << 7
        case .quota: 1 << 8
        case .active: 1 << 9
        case .kind: 1 << 10
        case .userName: 1 << 11
        case .delegates: 1 << 12
        case .passwordHash: 1 << 13
        case .requiresMFA: 1 << 14
        case .attribute: 1 << 15
        }
    }
}
