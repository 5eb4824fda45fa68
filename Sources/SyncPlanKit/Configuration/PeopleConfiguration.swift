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

    /// Makes the configuration for everybody with the preset's mapping.
    public init() {
        scope = .everyone
        account = AccountConfiguration()
        activity = Activity()
    }

    private enum Keys: String, SectionKey { case include, exclude, account, inactive }

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

    /// Makes the configuration that differs in nothing.
    public init() {}

    private enum Keys: String, SectionKey {
        case key, address, name, mobile
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
        name = try rule(.name)
        givenName = try rule(.givenName)
        familyName = try rule(.familyName)
        mobile = try rule(.mobile)
        if (try? section.optional(.organizationalUnit, String.self)) == "dn" {
            organizationalUnit = .distinguishedName
        } else {
            organizationalUnit = try rule(.organizationalUnit).map { .text($0) }
        }
    }

    /// The preset's mapping with what differs.
    public func mapping(for schema: DirectorySchema) -> AccountMapping {
        var mapping = AccountMapping.standard(for: schema)
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
        return mapping
    }
}
