public import DirectoryModel

/// A safety rule (requirement BE4): looks at a finished plan and says what must not happen without a person's consent.
///
/// Rails are composed in a list. Each is small, decides by itself, and says why. A rail of one's own is a type with this
/// one method:
///
/// ```swift
/// struct NoFridays: Rail {
///     let isFriday: Bool
///     func violations(in draft: PlanDraft) -> [Violation] {
///         isFriday ? [Violation(rail: "no-fridays", "Nothing is removed on a Friday.", hold: .destructive)] : []
///     }
/// }
/// ```
public protocol Rail: Sendable {
    /// The attributes of users and groups that the rule looks at; mostly none.
    var attributes: [AttributeName] { get }
    /// The ways in which a draft breaks the rule; empty where it keeps it.
    func violations(in draft: PlanDraft) -> [Violation]
}

extension Rail {
    /// No attribute.
    public var attributes: [AttributeName] { [] }
}

/// A plan before the rails have looked at it.
public struct PlanDraft: Sendable {
    /// What was compared.
    public let overview: Plan.Overview
    /// The directory that the plan was made from.
    public let directory: DirectorySnapshot
    /// What the provider had.
    public let provider: ObservedState
    /// What earlier runs left behind; nil where nothing is remembered between runs.
    public let memory: Memory?
    /// All operations, in the order in which they may be done.
    public let operations: [Operation]
    /// What is wrong with the groups that the rules name, one sentence each.
    public let unresolvedGroups: [String]

    /// How many operations there are of a kind.
    public func count(of kind: Operation.Kind) -> Int { operations.lazy.filter { $0.kind == kind }.count }
}

extension [any Rail] {
    /// The rails that every plan should be held to: complete reading on both sides, no empty directory, groups that
    /// exist, and limits of 20 accounts or 5% for suspending and 10 accounts or 2% for deleting.
    public static var standard: [any Rail] {
        [
            CompleteDirectory(), CompleteProvider(), NonEmptyScope(), ResolvedGroups(),
            ActionLimit(.suspend, count: 20, percent: 5), ActionLimit(.delete, count: 10, percent: 2),
        ]
    }
}
