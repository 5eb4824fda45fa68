public import DirectoryModel

/// What a plan belongs to: it is applied only with the same configuration and the same version of the tool.
public struct PlanHeader: Sendable, Hashable, Codable {
    /// The version of the file's format; this is version 3.
    public var format: Int
    /// The version of the tool that made the plan.
    public var tool: String
    /// The SHA-256 of the configuration file, in hexadecimal.
    public var configuration: String
    /// The provider that the plan is for.
    public var provider: String
    /// When the plan was made.
    public var madeAt: Timestamp

    /// The version of the format that this code writes.
    public static let currentFormat = 3

    /// The SHA-256 of what was read from the directory, in hexadecimal; nil where the plan was not made from any.
    public var directory: String?
    /// The SHA-256 of the accounts that the provider had, in hexadecimal; nil where the plan was not made from any.
    public var accounts: String?

    /// Makes a header.
    public init(
        configuration: String, provider: String, madeAt: Timestamp, tool: String = SyncPlan.version,
        directory: String? = nil, accounts: String? = nil
    ) {
        format = Self.currentFormat
        self.tool = tool
        self.configuration = configuration
        self.provider = provider
        self.madeAt = madeAt
        self.directory = directory
        self.accounts = accounts
    }
}

/// The package itself.
public enum SyncPlan {
    /// The version, by semantic versioning.
    public static let version = "0.1.0"
}
