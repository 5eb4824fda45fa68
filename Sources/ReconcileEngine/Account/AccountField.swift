/// A field of an ``Account`` that rules can set and that a plan can change.
public enum AccountField: String, Sendable, Hashable, Codable, CaseIterable {
    /// ``Account/key``
    case key
    /// ``Account/address``
    case address
    /// ``Account/aliases``
    case aliases
    /// ``Account/name``
    case name
    /// ``Account/givenName``
    case givenName = "given-name"
    /// ``Account/familyName``
    case familyName = "family-name"
    /// ``Account/mobile``
    case mobile
    /// ``Account/organizationalUnit``
    case organizationalUnit = "organizational-unit"
    /// ``Account/quota``
    case quota
    /// ``Account/isActive``
    case active
}

/// A set of account fields, as small and quick as an integer.
public struct AccountFields: Sendable, Hashable, ExpressibleByArrayLiteral {
    private var bits: UInt16 = 0

    /// Makes a set of the given fields.
    public init(_ fields: some Sequence<AccountField>) {
        for field in fields { insert(field) }
    }

    /// Makes a set from a literal.
    public init(arrayLiteral elements: AccountField...) { self.init(elements) }

    /// Every field there is.
    public static let all = AccountFields(AccountField.allCases)

    /// Whether the set has no field in it.
    public var isEmpty: Bool { bits == 0 }

    /// Whether the field is in the set.
    public func contains(_ field: AccountField) -> Bool { bits & Self.bit(field) != 0 }

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

    /// The fields of the set, in the order of their declaration.
    public var fields: [AccountField] { AccountField.allCases.filter(contains) }

    private static func bit(_ field: AccountField) -> UInt16 {
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
        }
    }
}
