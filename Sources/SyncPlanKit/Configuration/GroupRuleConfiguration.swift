internal import DirectoryModel
internal import ReconcileEngine

/// One rule of `groups`: which groups become accounts, and of what kind.
struct GroupRuleConfiguration: Decodable {
    private let kind: AccountKind
    private let selection: GroupRule.Selection
    private let purposes: Set<GroupRule.Purpose>
    private let isNested: Bool
    private let ownership: GroupRule.Ownership
    private let missing: Lifecycle.Removal
    private let account: AccountConfiguration?

    private enum Keys: String, SectionKey {
        case kind = "as"
        case select, purposes, nested, members, missing, account
    }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        kind =
            try section.parsed(.kind, as: "functional or group") {
                AccountKind(rawValue: $0).flatMap { $0 == .personal ? nil : $0 }
            } ?? .functional
        if let names = try section.optional(.select, OneOrMoreTexts.self)?.texts, names != ["mail-enabled"] {
            selection = .groups(names.map { GroupSelector($0) })
        } else {
            selection = .mailEnabled
        }
        let all = GroupRule.Purpose.allCases
        purposes = Set(
            try section.parsedList(.purposes, as: "security or distribution") { GroupRule.Purpose(rawValue: $0) } ?? all
        )
        isNested = try section.optional(.nested) ?? true
        ownership = try section.parsed(.members, as: "exact or own") { GroupRule.Ownership(rawValue: $0) } ?? .exact
        missing = try section.optional(.missing, RemovalConfiguration.self)?.removal ?? .leave
        account = try section.optional(.account)
    }

    /// The rule for a directory.
    func rule(for schema: DirectorySchema) -> GroupRule {
        GroupRule(
            kind, of: selection, purposes: purposes, nested: isNested,
            mapping: account?.mapping(over: .standard(forGroupsOf: schema), for: schema), ownership: ownership,
            missing: missing)
    }
}
