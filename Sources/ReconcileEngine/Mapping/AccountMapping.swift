public import DirectoryModel

/// How an account's fields come from a user's attributes (requirement ZI5).
///
/// A field without a rule is not managed: the provider keeps whatever it has.
public struct AccountMapping: Sendable {
    /// Where the addresses come from.
    public enum Addresses: Sendable, Hashable {
        /// Values with a scheme: `SMTP:` for the primary, `smtp:` for aliases (requirement SO2). The fallback gives the
        /// primary to somebody without a `SMTP:` value.
        case proxyAddresses(AttributeName, fallback: AttributeName?)
        /// Plain addresses: the first value of the first attribute that has one is the primary, all others are aliases.
        case plain([AttributeName])

        var attributes: [AttributeName] {
            switch self {
            case .proxyAddresses(let name, let fallback): [name] + (fallback.map { [$0] } ?? [])
            case .plain(let names): names
            }
        }

        /// The addresses in values of ``attributes``, given for each of them.
        func list(_ values: [[String]]) -> ProxyAddressList {
            switch self {
            case .proxyAddresses(_, let fallback):
                ProxyAddressList(values[0], mail: fallback == nil ? nil : values.last?.first)
            case .plain:
                ProxyAddressList(plain: values.flatMap { $0 })
            }
        }

        /// The addresses of a user or group.
        func list(of object: some DirectoryObject) -> ProxyAddressList {
            list(attributes.map { object.attributes[$0] })
        }
    }

    /// Where the provider's organisational unit comes from (requirement ZI7).
    public enum OrganizationalUnit: Sendable {
        /// From the user's place in the tree: the names of its organisational units, from the top, with `/` between them.
        case distinguishedName
        /// From attributes.
        case text(TextRule)
        /// From the domain of the primary address; other domains have `otherwise`, or none where that is nil.
        case mailDomain([MailDomain: String], otherwise: String?)
    }

    /// The attribute that binds an account to its user; nil for the directory's own object id.
    public var key: AttributeName?
    /// The name to sign in with.
    public var userName: TextRule?
    /// Where the addresses come from.
    public var addresses: Addresses
    /// The full name.
    public var name: TextRule?
    /// The given name.
    public var givenName: TextRule?
    /// The family name.
    public var familyName: TextRule?
    /// The mobile telephone number.
    public var mobile: TextRule?
    /// The provider's organisational unit.
    public var organizationalUnit: OrganizationalUnit?
    /// The attribute with the distinguished names of those who may work with the account; nil leaves delegates alone.
    public var delegates: AttributeName?
    /// The attribute with the hash of the password; nil leaves passwords alone (requirement SO6).
    public var passwordHash: AttributeName?
    /// Whether accounts that are made ask for a second factor; nil leaves that to the provider (requirement MS9).
    public var requiresMFA: Bool?
    /// What else the provider holds, by its own names.
    public var providerAttributes: [String: TextRule]

    /// Makes a mapping.
    public init(
        key: AttributeName? = nil, userName: TextRule? = nil, addresses: Addresses, name: TextRule? = nil,
        givenName: TextRule? = nil, familyName: TextRule? = nil, mobile: TextRule? = nil,
        organizationalUnit: OrganizationalUnit? = nil, delegates: AttributeName? = nil,
        passwordHash: AttributeName? = nil, requiresMFA: Bool? = nil, providerAttributes: [String: TextRule] = [:]
    ) {
        self.key = key
        self.userName = userName
        self.addresses = addresses
        self.name = name
        self.givenName = givenName
        self.familyName = familyName
        self.mobile = mobile
        self.organizationalUnit = organizationalUnit
        self.delegates = delegates
        self.passwordHash = passwordHash
        self.requiresMFA = requiresMFA
        self.providerAttributes = providerAttributes
    }

    /// The usual mapping for a directory: `proxyAddresses` with `mail` to fall back on where it keeps `memberOf`, as
    /// Active Directory does, else `mail`; names and `mobile` from the attributes so called; on Active Directory
    /// delegates from `msExchDelegateListLink`.
    public static func standard(for schema: DirectorySchema) -> AccountMapping {
        let isActiveDirectory = schema.objectID.encoding == .activeDirectoryGUID
        return AccountMapping(
            addresses: isActiveDirectory ? .proxyAddresses("proxyAddresses", fallback: "mail") : .plain(["mail"]),
            name: .attribute(isActiveDirectory ? "displayName" : "cn"), givenName: .attribute("givenName"),
            familyName: .attribute("sn"), mobile: .attribute("mobile"),
            delegates: isActiveDirectory ? "msExchDelegateListLink" : nil)
    }

    /// The usual mapping for groups: addresses and name, and nothing else.
    public static func standard(forGroupsOf schema: DirectorySchema) -> AccountMapping {
        let user = AccountMapping.standard(for: schema)
        let names: [AttributeName] = ["displayName"] + schema.groupNames
        return AccountMapping(addresses: user.addresses, name: TextRule(.first(of: names)))
    }

    /// The attributes that the mapping reads, besides identity and membership.
    public var attributes: [AttributeName] {
        var names = addresses.attributes
        for name in [key, delegates, passwordHash] { if let name { names.append(name) } }
        for rule in [userName, name, givenName, familyName, mobile] + providerAttributes.values.map(Optional.some) {
            names += rule?.attributes ?? []
        }
        if case .text(let rule) = organizationalUnit { names += rule.attributes }
        return names
    }

    /// The fields that the mapping sets.
    ///
    /// Entitlements set further ones.
    var fields: AccountFields {
        var fields: AccountFields = [.kind, .key, .address, .aliases, .active]
        if name != nil { fields.insert(.name) }
        if givenName != nil { fields.insert(.givenName) }
        if familyName != nil { fields.insert(.familyName) }
        if mobile != nil { fields.insert(.mobile) }
        if userName != nil { fields.insert(.userName) }
        if organizationalUnit != nil { fields.insert(.organizationalUnit) }
        if delegates != nil { fields.insert(.delegates) }
        if passwordHash != nil { fields.insert(.passwordHash) }
        if requiresMFA != nil { fields.insert(.requiresMFA) }
        if !providerAttributes.isEmpty { fields.insert(.attribute("")) }
        return fields
    }
}
