public import ProviderClient
public import ReconcileEngine

/// How one kind of SCIM service holds accounts, and what it does differently from others: data, and nothing that decides.
///
/// `Documentation/Providers` says how to write one.
public struct SCIMProfile: Sendable {
    /// The name in configurations.
    public var name: String
    /// How personal accounts are held.
    public var users: SCIMResourceMap
    /// How accounts that several people share are held; nil where the service has none.
    public var groups: SCIMResourceMap?
    /// What a group of the service is: a functional account with a mailbox, or a list of members.
    public var groupKind: AccountKind
    /// How PATCH is written.
    public var dialect: SCIMPatchDialect
    /// What in a refusal's words tells its cause, in lower case, beside what every service may say.
    public var phrases: [String: ProviderError.Code]
    /// How many resources are asked for at a time.
    public var pageSize: Int

    /// Makes a profile.
    public init(
        name: String, users: SCIMResourceMap, groups: SCIMResourceMap? = nil, groupKind: AccountKind = .group,
        dialect: SCIMPatchDialect = .rfc, phrases: [String: ProviderError.Code] = [:], pageSize: Int = 200
    ) {
        self.name = name
        self.users = users
        self.groups = groups
        self.groupKind = groupKind
        self.dialect = dialect
        self.phrases = phrases
        self.pageSize = pageSize
    }

    /// The same with groups that are accounts of another kind.
    public func with(groupKind: AccountKind) -> SCIMProfile {
        var profile = self
        profile.groupKind = groupKind
        return profile
    }

    /// How accounts of a kind are held; nil where they are not.
    func map(of kind: AccountKind) -> SCIMResourceMap? {
        kind == .personal ? users : kind == groupKind ? groups : nil
    }

    /// Every map, with the kind of account that it is for.
    var maps: [(kind: AccountKind, map: SCIMResourceMap)] {
        [(.personal, users)] + (groups.map { [(groupKind, $0)] } ?? [])
    }
}

extension SCIMProfile {
    /// Every profile that comes along.
    public static let all: [SCIMProfile] = [.rfc, .entraLegacy, .cleanmail, .zivver]

    /// What RFC 7643 has: people with all their addresses in `emails`, and groups, whose name is the address.
    public static let rfc = SCIMProfile(
        name: "rfc",
        users: SCIMResourceMap(
            endpoint: "Users", schema: coreUser,
            bindings: [
                .signInName(at: "userName"), .text(.key, at: "externalId"), .emails(at: "emails"),
                .text(.name, at: "displayName"), .text(.givenName, at: "name.givenName"),
                .text(.familyName, at: "name.familyName"), .typed(.mobile, at: "phoneNumbers", type: "mobile"),
                .text(.organizationalUnit, at: "\(enterpriseUser):department"), .active(at: "active"),
            ],
            attributes: furtherAttributes),
        groups: plainGroups)

    /// What servers expect that were made for Microsoft Entra's client before it followed the RFC.
    public static let entraLegacy = SCIMProfile(
        name: "entra-legacy",
        users: SCIMResourceMap(
            endpoint: "Users", schema: coreUser,
            bindings: [
                .signInName(at: "userName"), .text(.key, at: "externalId"),
                .typed(.address, at: "emails", type: "work"), .text(.name, at: "displayName"),
                .text(.givenName, at: "name.givenName"), .text(.familyName, at: "name.familyName"),
                .typed(.mobile, at: "phoneNumbers", type: "mobile"),
                .text(.organizationalUnit, at: "\(enterpriseUser):department"), .active(at: "active"),
            ], attributes: furtherAttributes),
        groups: plainGroups, dialect: .entraLegacy)

    /// Cleanmail, which has these five attributes and no groups.
    public static let cleanmail = SCIMProfile(
        name: "cleanmail",
        users: SCIMResourceMap(
            endpoint: "Users", schema: coreUser,
            bindings: [
                .text(.address, at: "userName"), .text(.key, at: "externalId"),
                .text(.givenName, at: "name.givenName"), .text(.familyName, at: "name.familyName"),
                .active(at: "active"),
            ]))

    /// Zivver, whose functional accounts are groups, and which takes changes of users by PUT only.
    public static let zivver = SCIMProfile(
        name: "zivver",
        users: SCIMResourceMap(
            endpoint: "Users", schema: coreUser,
            bindings: [
                .text(.address, at: "userName"), .text(.key, at: "\(zivverUser):ExternalAccountId"),
                .text(.name, at: "name.formatted"), .typed(.mobile, at: "phoneNumbers", type: "mobile"),
                .text(.organizationalUnit, at: "\(enterpriseUser):division", none: "/"),
                .addresses(.aliases, at: "\(zivverUser):aliases"),
                .addresses(.delegates, at: "\(zivverUser):delegates"), .active(at: "active"),
            ], update: .putChanges, echoed: ["\(zivverUser):SsoAccountKey": .key]),
        groups: SCIMResourceMap(
            endpoint: "Groups", schema: coreGroup,
            bindings: [
                .text(.address, at: "externalId"), .text(.key, at: "\(zivverGroup):ExternalAccountId"),
                .text(.name, at: "displayName"), .addresses(.aliases, at: "\(zivverGroup):aliases"), .members,
            ], update: .putChanges),
        groupKind: .functional,
        phrases: ["outside the organization": .domainNotClaimed, "domain not owned": .domainNotClaimed])

    private static let furtherAttributes = [
        "title", "nickName", "userType", "preferredLanguage", "locale", "timezone", "name.middleName",
        "name.honorificPrefix", "name.honorificSuffix", "\(enterpriseUser):employeeNumber",
        "\(enterpriseUser):costCenter", "\(enterpriseUser):organization", "\(enterpriseUser):division",
    ]

    private static let plainGroups = SCIMResourceMap(
        endpoint: "Groups", schema: coreGroup,
        bindings: [.text(.address, at: "displayName"), .text(.key, at: "externalId"), .members])

    private static let coreUser = "urn:ietf:params:scim:schemas:core:2.0:User"
    private static let coreGroup = "urn:ietf:params:scim:schemas:core:2.0:Group"
    private static let enterpriseUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    private static let zivverGroup = "urn:ietf:params:scim:schemas:zivver:0.1:Group"
    private static let zivverUser = "urn:ietf:params:scim:schemas:zivver:0.1:User"
}
