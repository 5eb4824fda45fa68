public import DirectoryModel

/// What kind of account it is.
public enum AccountKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A person's own account.
    case personal
    /// An account with a mailbox that several people work with, its delegates (requirement ZI11).
    case functional
    /// A list of members under one address, without a mailbox.
    case group
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
    /// The name to sign in with; nil where that is ``address``.
    public var userName: String?
    /// The primary address.
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
    /// The primary addresses of the accounts that may work with this one, for a group those of its members: in ascending
    /// order, each once.
    public private(set) var delegates: [MailAddress]
    /// The hash of the password, in the form that the provider takes; never printed, never in a plan file.
    public var passwordHash: PasswordHash?
    /// Whether a second factor is asked for at signing in (requirement MS9).
    ///
    /// It is set when the account is made and never compared; nil leaves it to the provider.
    public var requiresMFA: Bool?
    /// Whether the account can be used.
    ///
    /// A suspended account keeps its data and its addresses.
    public var isActive: Bool
    /// What else the provider holds, by its own names; an empty text counts as no value.
    public var attributes: [String: String]

    /// Makes an account; aliases and delegates are put in order, and repetitions and the primary address taken out of them.
    public init(
        kind: AccountKind = .personal, key: ObjectID? = nil, userName: String? = nil, address: MailAddress,
        aliases: [MailAddress] = [], name: String? = nil, givenName: String? = nil, familyName: String? = nil,
        mobile: String? = nil, organizationalUnit: String? = nil, quota: ByteCount? = nil,
        delegates: [MailAddress] = [], passwordHash: PasswordHash? = nil, requiresMFA: Bool? = nil,
        isActive: Bool = true, attributes: [String: String] = [:]
    ) {
        self.kind = kind
        self.key = key
        self.userName = userName
        self.address = address
        self.aliases = Self.normalized(aliases, without: address)
        self.name = name
        self.givenName = givenName
        self.familyName = familyName
        self.mobile = mobile
        self.organizationalUnit = organizationalUnit
        self.quota = quota
        self.delegates = Self.normalized(delegates, without: address)
        self.passwordHash = passwordHash
        self.requiresMFA = requiresMFA
        self.isActive = isActive
        self.attributes = attributes
    }

    /// Replaces the primary address and the aliases together, keeping the aliases' order.
    public mutating func setAddresses(primary: MailAddress, aliases: [MailAddress]) {
        address = primary
        self.aliases = Self.normalized(aliases, without: primary)
    }

    /// Replaces the delegates; they are put in order, and the account's own address is taken out of them.
    public mutating func setDelegates(_ delegates: [MailAddress]) {
        self.delegates = Self.normalized(delegates, without: address)
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
    private enum CodingKeys: String, CodingKey {
        case kind, key, userName, address, aliases, name, givenName, familyName, mobile, organizationalUnit, quota
        case delegates, requiresMFA, isActive, attributes
    }

    /// Reads what a plan file has of an account: everything but secrets.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try values.decode(AccountKind.self, forKey: .kind),
            key: try values.decodeIfPresent(ObjectID.self, forKey: .key),
            userName: try values.decodeIfPresent(String.self, forKey: .userName),
            address: try values.decode(MailAddress.self, forKey: .address),
            aliases: try values.decode([MailAddress].self, forKey: .aliases),
            name: try values.decodeIfPresent(String.self, forKey: .name),
            givenName: try values.decodeIfPresent(String.self, forKey: .givenName),
            familyName: try values.decodeIfPresent(String.self, forKey: .familyName),
            mobile: try values.decodeIfPresent(String.self, forKey: .mobile),
            organizationalUnit: try values.decodeIfPresent(String.self, forKey: .organizationalUnit),
            quota: try values.decodeIfPresent(ByteCount.self, forKey: .quota),
            delegates: try values.decodeIfPresent([MailAddress].self, forKey: .delegates) ?? [],
            requiresMFA: try values.decodeIfPresent(Bool.self, forKey: .requiresMFA),
            isActive: try values.decode(Bool.self, forKey: .isActive),
            attributes: try values.decodeIfPresent([String: String].self, forKey: .attributes) ?? [:])
    }

    /// Writes everything but secrets.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(kind, forKey: .kind)
        try values.encodeIfPresent(key, forKey: .key)
        try values.encodeIfPresent(userName, forKey: .userName)
        try values.encode(address, forKey: .address)
        try values.encode(aliases, forKey: .aliases)
        try values.encodeIfPresent(name, forKey: .name)
        try values.encodeIfPresent(givenName, forKey: .givenName)
        try values.encodeIfPresent(familyName, forKey: .familyName)
        try values.encodeIfPresent(mobile, forKey: .mobile)
        try values.encodeIfPresent(organizationalUnit, forKey: .organizationalUnit)
        try values.encodeIfPresent(quota, forKey: .quota)
        if !delegates.isEmpty { try values.encode(delegates, forKey: .delegates) }
        try values.encodeIfPresent(requiresMFA, forKey: .requiresMFA)
        try values.encode(isActive, forKey: .isActive)
        if !attributes.isEmpty { try values.encode(attributes, forKey: .attributes) }
    }
}
