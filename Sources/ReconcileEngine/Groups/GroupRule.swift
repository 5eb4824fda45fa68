internal import DirectoryModel

/// Which groups of the directory become accounts of their own, and how (requirement ZI11).
public struct GroupRule: Sendable {
    /// Which groups.
    public enum Selection: Sendable, Hashable {
        /// All that have a mail address.
        case mailEnabled
        /// These, and no others.
        case groups([GroupSelector])
    }

    /// What a group is for, where the directory tells (`groupType`, MS-ADTS §2.2.12).
    public enum Purpose: String, Sendable, Hashable, Codable, CaseIterable {
        /// Rights can be given to it.
        case security
        /// It serves for mail only.
        case distribution
    }

    /// What becomes of delegates that an account has and that the directory does not call for.
    public enum Ownership: String, Sendable, Hashable, Codable, CaseIterable {
        /// All of them are taken out.
        case exact
        /// Those that this profile put in are taken out (``Memory/delegations``); what was made by hand stays.
        case own
    }

    /// What kind of account they become.
    public var kind: AccountKind
    /// Which groups.
    public var selection: Selection
    /// Of those, the ones for these purposes; a group whose purpose the directory does not tell is never left out.
    public var purposes: Set<Purpose>
    /// Whether members of member groups count, to any depth.
    public var isNested: Bool
    /// How fields come from the group's attributes; nil for addresses and name as usual.
    public var mapping: AccountMapping?
    /// What becomes of delegates that nobody in the directory calls for.
    public var ownership: Ownership
    /// What becomes of the account when the group is gone or not selected any more: removing is only done where it is
    /// asked for (requirement ZI10).
    public var missing: Lifecycle.Removal

    /// Makes a rule, by default for functional accounts of all groups with a mail address.
    public init(
        _ kind: AccountKind = .functional, of selection: Selection = .mailEnabled,
        purposes: Set<Purpose> = Set(Purpose.allCases), nested: Bool = true, mapping: AccountMapping? = nil,
        ownership: Ownership = .exact, missing: Lifecycle.Removal = .leave
    ) {
        self.kind = kind
        self.selection = selection
        self.purposes = purposes
        isNested = nested
        self.mapping = mapping
        self.ownership = ownership
        self.missing = missing
    }

    /// The mapping for a directory.
    func mapping(for schema: DirectorySchema) -> AccountMapping {
        mapping ?? .standard(forGroupsOf: schema)
    }

    /// The fields that the rule sets.
    func fields(for schema: DirectorySchema) -> AccountFields {
        var fields = mapping(for: schema).fields
        fields.insert(.delegates)
        return fields
    }

    /// The groups that the rule names.
    var selectors: [GroupSelector] {
        if case .groups(let selectors) = selection { selectors } else { [] }
    }

    /// What its groups are, as a phrase: `a group with a mail address`.
    var description: String {
        switch selection {
        case .mailEnabled: "a group with a mail address"
        case .groups(let selectors): "one of the groups \(selectors.map(\.text).joined(separator: ", "))"
        }
    }
}
