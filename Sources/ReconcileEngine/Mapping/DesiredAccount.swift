internal import DirectoryModel

/// An account that somebody should have, with the reasons for it.
public struct DesiredAccount: Sendable, Hashable {
    /// The account; its key is that of the user or group.
    public var account: Account
    /// The fields that the rules set for accounts like this one; the provider keeps all others as they are.
    public let fields: AccountFields
    /// Why the user or group is in scope.
    public let scope: Reason
    /// Why fields that memberships grant have their values.
    public let entitlements: [AccountField: Reason]
    /// Why the user counts as disabled; nil where the user is active.
    public let inactivity: Reason?

    /// Makes a desired account.
    init(
        account: Account, fields: AccountFields, scope: Reason, entitlements: [AccountField: Reason] = [:],
        inactivity: Reason? = nil
    ) {
        self.account = account
        self.fields = fields
        self.scope = scope
        self.entitlements = entitlements
        self.inactivity = inactivity
    }

    /// Whether somebody should be able to use it.
    var isWanted: Bool { inactivity == nil }

    /// The user's name, for people; the primary address where there is none.
    public var owner: String { account.name ?? account.address.text }
}

/// All accounts that a directory calls for, and what stood in the way of others.
public struct DesiredState: Sendable, Hashable {
    /// The accounts, in the order of their users, then of their groups.
    public let accounts: [DesiredAccount]
    /// What somebody should know, in ascending order.
    public let findings: [Finding]
}

/// What the rules make of one user or group.
enum Projection {
    /// Not in scope.
    case outOfScope
    /// In scope, but no account can be derived: a finding says why. An account the user already has is left alone.
    case blocked(key: ObjectID?, address: MailAddress?)
    /// In scope, with this account.
    case account(DesiredAccount)
}
