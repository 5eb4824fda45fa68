public import DirectoryModel

/// What kind of account it is.
public enum AccountKind: String, Sendable, Hashable, Codable {
    /// A person's own account.
    case personal
}

/// An account at a provider: one that it has, or one that it should have.
///
/// In every optional field nil means *unset*: the provider holds no value, or should hold none. A field that a provider
/// cannot hold at all is left out of its ``ProviderCapabilities`` instead, and never counts as a difference.
public struct Account: Sendable, Hashable, Codable {
    /// What kind of account it is.
    public var kind: AccountKind
    /// The identity of the directory object that the account belongs to; nil where it was never bound to one.
    public var key: ObjectID?
    /// The primary address, which is also the name to sign in with.
    public var address: MailAddress
    /// Further addresses: in ascending order of their text, each once, without ``address``.
    public private(set) var aliases: [MailAddress]
    /// The full name.
    public var name: String?
    /// The given name.
    public var givenName: String?
    /// The family name.
    public var familyName: String?
    /// The mobile telephone number.
    public var mobile: String?
    /// The provider's organisational unit.
    public var organizationalUnit: String?
    /// How much the mailbox may hold; nil means no limit of its own.
    public var quota: ByteCount?
    /// Whether the account can be used.
    ///
    /// A suspended account keeps its data and its addresses.
    public var isActive: Bool

    /// Makes an account; aliases are put in order, and repetitions and the primary address taken out of them.
    public init(
        kind: AccountKind = .personal, key: ObjectID? = nil, address: MailAddress, aliases: [MailAddress] = [],
        name: String? = nil, givenName: String? = nil, familyName: String? = nil, mobile: String? = nil,
        organizationalUnit: String? = nil, quota: ByteCount? = nil, isActive: Bool = true
    ) {
        self.kind = kind
        self.key = key
        self.address = address
        self.aliases = Self.normalized(aliases, without: address)
        self.name = name
        self.givenName = givenName
        self.familyName = familyName
        self.mobile = mobile
        self.organizationalUnit = organizationalUnit
        self.quota = quota
        self.isActive = isActive
    }

    /// Replaces the primary address and the aliases together, keeping the aliases' order.
    public mutating func setAddresses(primary: MailAddress, aliases: [MailAddress]) {
        address = primary
        self.aliases = Self.normalized(aliases, without: primary)
    }

    /// Every address that the account answers to, the primary first.
    public var addresses: [MailAddress] { [address] + aliases }

    private static func normalized(_ aliases: [MailAddress], without primary: MailAddress) -> [MailAddress] {
        if isNormalized(aliases, without: primary) { return aliases }
        var result: [MailAddress] = []
        result.reserveCapacity(aliases.count)
        for alias in aliases.sorted() where alias != primary && alias != result.last { result.append(alias) }
        return result
    }

    /// Whether the aliases are in order already, as a provider's listing has them.
    private static func isNormalized(_ aliases: [MailAddress], without primary: MailAddress) -> Bool {
        var last: MailAddress?
        for alias in aliases {
            if alias == primary || last.map({ alias <= $0 }) ?? false { return false }
            last = alias
        }
        return true
    }
}

extension Account {
    /// The value of a field.
    public subscript(field: AccountField) -> FieldValue {
        switch field {
        case .key: key.map { .text($0.text) } ?? .unset
        case .address: .text(address.text)
        case .aliases: aliases.isEmpty ? .unset : .list(aliases.map(\.text))
        case .name: FieldValue(name)
        case .givenName: FieldValue(givenName)
        case .familyName: FieldValue(familyName)
        case .mobile: FieldValue(mobile)
        case .organizationalUnit: FieldValue(organizationalUnit)
        case .quota: quota.map { .bytes($0) } ?? .unset
        case .active: .flag(isActive)
        }
    }

    /// Sets a field to a value of its type.
    ///
    /// - Throws: ``FieldTypeError`` where the value is of another type, or no mail address where one is needed.
    public mutating func set(_ field: AccountField, to value: FieldValue) throws(FieldTypeError) {
        let wrong = FieldTypeError(field: field, value: value)
        func text() throws(FieldTypeError) -> String? {
            switch value {
            case .unset: return nil
            case .text(let text): return text
            default: throw wrong
            }
        }
        func address(_ text: String) throws(FieldTypeError) -> MailAddress {
            guard let address = try? MailAddress(text) else { throw wrong }
            return address
        }
        switch field {
        case .key: key = try text().flatMap { ObjectID(text: $0) }
        case .address:
            guard case .text(let text) = value else { throw wrong }
            setAddresses(primary: try address(text), aliases: aliases)
        case .aliases:
            var list: [MailAddress] = []
            switch value {
            case .unset: break
            case .list(let texts): for text in texts { list.append(try address(text)) }
            default: throw wrong
            }
            setAddresses(primary: self.address, aliases: list)
        case .name: name = try text()
        case .givenName: givenName = try text()
        case .familyName: familyName = try text()
        case .mobile: mobile = try text()
        case .organizationalUnit: organizationalUnit = try text()
        case .quota:
            switch value {
            case .unset: quota = nil
            case .bytes(let amount): quota = amount
            default: throw wrong
            }
        case .active:
            guard case .flag(let flag) = value else { throw wrong }
            isActive = flag
        }
    }

    /// The account with changes made to it, in their order.
    public func applying(_ changes: [FieldChange]) throws(FieldTypeError) -> Account {
        var result = self
        for change in changes { try result.set(change.field, to: change.new) }
        return result
    }
}

/// A value of the wrong type for a field; it can only come from a plan file that somebody edited.
public struct FieldTypeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field.
    public let field: AccountField
    /// The value that it cannot take.
    public let value: FieldValue

    /// What is wrong.
    public var description: String { "The field \(field.rawValue) cannot take the value \(value)." }
}
