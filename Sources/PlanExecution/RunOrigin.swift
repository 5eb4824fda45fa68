import Foundation

/// Where a run comes from, as the journal keeps it.
public struct RunOrigin: Sendable, Hashable {
    /// The SHA-256 of the configuration, in hexadecimal; empty where there is none.
    public var configuration: String
    /// The version of the tool; empty where it does not say.
    public var tool: String
    /// Who runs it: the name that the system knows the user by.
    public var user: String

    /// Makes an origin.
    ///
    /// - Parameter user: who runs it; nil for the user of this process.
    public init(configuration: String = "", tool: String = "", user: String? = nil) {
        self.configuration = configuration
        self.tool = tool
        self.user = user ?? ProcessInfo.processInfo.userName
    }
}
