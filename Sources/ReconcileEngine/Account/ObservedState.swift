public import DirectoryModel

/// The provider's own name for an account: a row id, a SCIM `id`.
///
/// It never changes and is never shown as an address.
public struct AccountID: RawRepresentable, Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The name as the provider writes it.
    public let rawValue: String

    /// Makes an id from its text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Makes an id from its text.
    public init(_ text: String) { rawValue = text }

    /// Reads the id from a single string.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the id as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// The id's text.
    public var description: String { rawValue }

    /// Orders by text.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// An account that the provider has.
public struct ObservedAccount: Sendable, Hashable {
    /// The provider's name for it.
    public let id: AccountID
    /// What it is like.
    public let account: Account

    /// Makes an observed account.
    public init(id: AccountID, account: Account) {
        self.id = id
        self.account = account
    }
}

/// What a provider can hold and do.
public struct ProviderCapabilities: Sendable, Hashable {
    /// The fields it can hold; all others are left out of every comparison.
    public var fields: AccountFields
    /// Those that functional accounts and groups can hold, where they can hold others; nil where there is no difference.
    public var groupFields: AccountFields?
    /// The kinds of account it has; others are never made.
    public var kinds: Set<AccountKind>
    /// The kinds of operation it can carry out.
    public var operations: Set<Operation.Kind>
    /// What it lets nobody do, whatever a profile says (requirement KO2).
    public var switches: Switches
    /// The ways of hashing passwords that it can check.
    public var passwordSchemes: Set<PasswordScheme>

    /// Makes capabilities, by default for everything.
    public init(
        fields: AccountFields = .all, groupFields: AccountFields? = nil,
        kinds: Set<AccountKind> = Set(AccountKind.allCases),
        operations: Set<Operation.Kind> = Set(Operation.Kind.allCases),
        switches: Switches = [], passwordSchemes: Set<PasswordScheme> = Set(PasswordScheme.allCases)
    ) {
        self.fields = fields
        self.groupFields = groupFields
        self.kinds = kinds
        self.operations = operations
        self.switches = switches
        self.passwordSchemes = passwordSchemes
    }

    /// The fields that accounts of a kind can hold.
    public func fields(for kind: AccountKind) -> AccountFields {
        kind == .personal ? fields : groupFields ?? fields
    }
}

/// All accounts that a provider has, and whether that is everything.
public struct ObservedState: Sendable {
    /// The provider, for people.
    public let provider: String
    /// The accounts, in any order.
    public let accounts: [ObservedAccount]
    /// What the provider can hold and do.
    public let capabilities: ProviderCapabilities
    /// Why the listing is not everything; empty where it is.
    public let incomplete: [Incompleteness]

    /// Makes an observed state.
    public init(
        provider: String = "values", accounts: [ObservedAccount],
        capabilities: ProviderCapabilities = ProviderCapabilities(), incomplete: [Incompleteness] = []
    ) {
        self.provider = provider
        self.accounts = accounts
        self.capabilities = capabilities
        self.incomplete = incomplete
    }
}
