public import DirectoryModel
public import ReconcileEngine

/// Who should have an account, and how its fields come from the directory.
public struct PeopleConfiguration: Sendable, Decodable {
    /// Who is in scope.
    public var scope: Scope
    /// What differs from the preset's mapping.
    public var account: AccountConfiguration
    /// Who counts as disabled.
    public var activity: Activity
    /// How the account is found that belongs to somebody.
    public var matching: Matching
    /// Who, of those in scope, has a functional account instead of a personal one.
    public var functional: [ScopeRule]

    /// Makes the configuration for everybody with the preset's mapping.
    public init() {
        scope = .everyone
        account = AccountConfiguration()
        activity = Activity()
        matching = Matching()
        functional = []
    }

    private enum Keys: String, SectionKey { case include, exclude, account, inactive, match, functional }

    /// Reads the configuration.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        scope = Scope(
            include: try section.optional(.include, [ScopeRuleConfiguration].self)?.map(\.rule) ?? [],
            exclude: try section.optional(.exclude, [ScopeRuleConfiguration].self)?.map(\.rule) ?? [])
        account = try section.optional(.account) ?? AccountConfiguration()
        let causes = Activity.Cause.allCases.map(\.rawValue).joined(separator: ", ")
        activity =
            try section.parsedList(.inactive, as: "one of \(causes)") { Activity.Cause(rawValue: $0) }
            .map { Activity(Set($0)) } ?? Activity()
        let steps = "one of link, external-id, address, alias or a field such as user-name"
        matching = try section.parsedList(.match, as: steps) { Self.step($0) }.map { Matching($0) } ?? Matching()
        functional = try section.optional(.functional, [ScopeRuleConfiguration].self)?.map(\.rule) ?? []
    }

    private static func step(_ text: String) -> Matching.Step? {
        switch text {
        case "link": .link
        case "external-id": .externalID
        case "address": .address
        case "alias": .alias
        default:
            AccountField(rawValue: text).flatMap { field in
                switch field {
                case .userName, .name, .mobile, .attribute: .field(field)
                default: nil
                }
            }
        }
    }
}

/// How an account's fields come from attributes, where that differs from the preset.
public struct AccountConfiguration: Sendable, Decodable {
    private var key: AttributeName?
    private var address: [AttributeName]?
    private var name: TextRule?
    private var givenName: TextRule?
    private var familyName: TextRule?
    private var mobile: TextRule?
    private var organizationalUnit: AccountMapping.OrganizationalUnit?
    private var userName: TextRule?
    /// Nothing for the preset's, and an empty name for none.
    private var delegates: AttributeName?
    private var passwordHash: AttributeName?
    private var requiresMFA: Bool?
    /// Whether people whose accounts are made get a first password, in the file ``Configuration/passwordsPath``.
    public private(set) var makesFirstPasswords = false
    private var attributes: [String: TextRule] = [:]

    /// Makes the configuration that differs in nothing.
    public init() {}

    private enum Keys: String, SectionKey {
        case key, address, name, mobile, delegates, mfa, attributes
        case userName = "user-name"
        case passwordHash = "password-hash"
        case firstPassword = "first-password"
        case givenName = "given-name"
        case familyName = "family-name"
        case organizationalUnit = "organizational-unit"
    }

    /// Reads the configuration.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        func rule(_ key: Keys) throws -> TextRule? {
            try section.optional(key, TextRuleConfiguration.self)?.rule
        }
        key = try section.optional(.key, String.self).map { AttributeName($0) }
        address = try section.optional(.address, OneOrMoreTexts.self)?.texts.map { AttributeName($0) }
        userName = try rule(.userName)
        delegates = try section.optional(.delegates, String.self).map { AttributeName($0 == "none" ? "" : $0) }
        passwordHash = try section.optional(.passwordHash, String.self).map { AttributeName($0) }
        requiresMFA = try section.optional(.mfa)
        makesFirstPasswords =
            try section.parsed(.firstPassword, as: "none or generate") { ["none": false, "generate": true][$0] }
            ?? false
        attributes = try section.optional(.attributes, [String: TextRuleConfiguration].self)?.mapValues(\.rule) ?? [:]
        name = try rule(.name)
        givenName = try rule(.givenName)
        familyName = try rule(.familyName)
        mobile = try rule(.mobile)
        if (try? section.optional(.organizationalUnit, String.self)) == "dn" {
            organizationalUnit = .distinguishedName
        } else if (try? section.optional(.organizationalUnit, DomainsPresent.self)) != nil,
            let units = try section.optional(.organizationalUnit, UnitsByDomain.self)
        {
            organizationalUnit = .mailDomain(units.units, otherwise: units.otherwise)
        } else {
            organizationalUnit = try rule(.organizationalUnit).map { .text($0) }
        }
    }

    /// Whether there is a key `domains`, whatever is in it.
    private struct DomainsPresent: Decodable {
        private enum Keys: String, CodingKey { case domains }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            guard container.contains(.domains) else {
                throw DecodingError.keyNotFound(
                    Keys.domains, DecodingError.Context(codingPath: decoder.codingPath, debugDescription: ""))
            }
        }
    }

    /// The organisational unit by the domain of the primary address.
    private struct UnitsByDomain: Decodable {
        let units: [MailDomain: String]
        let otherwise: String?

        private enum Keys: String, SectionKey { case domains, otherwise }

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            var units: [MailDomain: String] = [:]
            for (name, unit) in try section.required(.domains, [String: String].self) {
                guard let domain = try? MailDomain(name) else {
                    throw section.mistake(at: .domains, "\"\(name)\" is no mail domain.")
                }
                units[domain] = unit
            }
            self.units = units
            otherwise = try section.optional(.otherwise)
        }
    }

    /// The preset's mapping with what differs.
    public func mapping(for schema: DirectorySchema) -> AccountMapping {
        mapping(over: .standard(for: schema), for: schema)
    }

    /// A mapping with what differs.
    func mapping(over usual: AccountMapping, for schema: DirectorySchema) -> AccountMapping {
        var mapping = usual
        // Naming the identity attribute itself is the same as naming none.
        if let key, key != schema.objectID.attribute { mapping.key = key }
        if let address, let first = address.first {
            mapping.addresses =
                first == "proxyAddresses"
                ? .proxyAddresses(first, fallback: address.dropFirst().first ?? "mail") : .plain(address)
        }
        if let name { mapping.name = name }
        if let givenName { mapping.givenName = givenName }
        if let familyName { mapping.familyName = familyName }
        if let mobile { mapping.mobile = mobile }
        if let organizationalUnit { mapping.organizationalUnit = organizationalUnit }
        if let userName { mapping.userName = userName }
        if let delegates { mapping.delegates = delegates.text.isEmpty ? nil : delegates }
        if let passwordHash { mapping.passwordHash = passwordHash }
        if let requiresMFA { mapping.requiresMFA = requiresMFA }
        if !attributes.isEmpty { mapping.providerAttributes = attributes }
        return mapping
    }
}
