public import DirectoryModel

/// What earlier runs left behind for the next one.
///
/// It is a value: a run gets it, and gives back what should be remembered after it. Keeping it between runs is the
/// caller's matter. Without one, an account is taken to be owned where it is bound to a directory object, and no account
/// is deleted by the clock.
public struct Memory: Sendable, Hashable {
    /// The accounts that this profile made or adopted, by the directory objects they belong to.
    public var links: [ObjectID: AccountID]
    /// Since when accounts whose person should not have one have been suspended: the deprovisioning clock.
    public var suspensions: [AccountID: Timestamp]
    /// The delegates and members that this profile gave to accounts, by their primary addresses.
    public var delegations: [AccountID: Set<MailAddress>]
    /// The last run with a complete directory that was carried out; nil where there was none yet.
    public var lastRun: RunSummary?

    /// Makes a memory, by default an empty one, as before the first run.
    public init(
        links: [ObjectID: AccountID] = [:], suspensions: [AccountID: Timestamp] = [:],
        delegations: [AccountID: Set<MailAddress>] = [:], lastRun: RunSummary? = nil
    ) {
        self.links = links
        self.suspensions = suspensions
        self.delegations = delegations
        self.lastRun = lastRun
    }
}

/// A run in numbers, to hold the next one against.
public struct RunSummary: Sendable, Hashable, Codable {
    /// When it was planned.
    public var at: Timestamp
    /// How many users the directory had.
    public var users: Int
    /// How many of them were in scope.
    public var usersInScope: Int

    /// Makes a summary.
    public init(at: Timestamp, users: Int, usersInScope: Int) {
        self.at = at
        self.users = users
        self.usersInScope = usersInScope
    }
}
