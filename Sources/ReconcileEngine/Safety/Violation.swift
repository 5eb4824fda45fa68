internal import DirectoryModel

/// A safety rule that a plan breaks, and what is held back for it.
///
/// Being unsafe is a value and no error: the plan is shown with what it would have done.
public struct Violation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The rail's name, as in a configuration: `limits.suspend`, `incomplete-directory`.
    public let rail: String
    /// What is wrong and what to do about it, as a sentence.
    public let text: String
    /// What is held back.
    public let hold: Hold

    /// Makes a violation.
    public init(rail: String, _ text: String, hold: Hold) {
        self.rail = rail
        self.text = text
        self.hold = hold
    }

    /// The sentence.
    public var description: String { text }

    /// How the names of rails begin that stand for ``Switches``.
    static let settingsPrefix = "settings."

    /// Whether a person may approve what the violation holds back (requirement BE4).
    ///
    /// What a switch forbids nobody can approve: it has to be switched off where it was set.
    public var isApprovable: Bool { !rail.hasPrefix(Self.settingsPrefix) }
}
