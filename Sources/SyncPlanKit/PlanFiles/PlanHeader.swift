public import DirectoryModel

/// What a plan belongs to: it is applied only with the same configuration and the same version of the tool.
public struct PlanHeader: Sendable, Hashable, Codable {
    /// The version of the file's format; this is version 2.
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
    public static let currentFormat = 2

    /// Makes a header.
    public init(configuration: String, provider: String, madeAt: Timestamp, tool: String = SyncPlan.version) {
        format = Self.currentFormat
        self.tool = tool
        self.configuration = configuration
        self.provider = provider
        self.madeAt = madeAt
    }
}

/// The package itself.
public enum SyncPlan {
    /// The version, by semantic versioning.
    public static let version = "0.1.0"
}
