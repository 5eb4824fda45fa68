internal import DirectoryModel

/// Which users should have an account.
///
/// A user is in scope who meets one rule of ``include``, or any user where there is none, and no rule of ``exclude``.
/// Computers, service accounts and other objects of the directory's own never are, whatever the rules say.
public struct Scope: Sendable {
    /// The rules that bring users in; empty brings in everybody.
    public var include: [ScopeRule]
    /// The rules that keep users out, whatever brings them in.
    public var exclude: [ScopeRule]

    /// Makes a scope.
    public init(include: [ScopeRule] = [], exclude: [ScopeRule] = []) {
        self.include = include
        self.exclude = exclude
    }

    /// Every user that the directory's search gives.
    public static let everyone = Scope()

    /// The direct members of at least one of the groups.
    public static func members(of groups: GroupSelector...) -> Scope { .members(groups) }

    /// The direct members of at least one of the groups.
    public static func members(_ groups: [GroupSelector]) -> Scope {
        Scope(include: groups.map { ScopeRule(MemberOf($0)) })
    }

    /// What everybody in scope is, as a phrase: `a member of Sooma_5GB or Sooma_50GB`.
    var description: String {
        let groups = include.map(\.soleMembership)
        if !groups.isEmpty, groups.allSatisfy({ $0 != nil }) {
            return "a member of \(groups.compactMap { $0?.group.text }.joined(separator: " or "))"
        }
        return include.map(\.description).joined(separator: ", or ")
    }

    /// The memberships that the rules ask for.
    var memberships: [MemberOf] { (include + exclude).flatMap { $0.conditions.flatMap(\.groups) } }

    /// The attributes that the rules look at.
    var attributes: [AttributeName] { (include + exclude).flatMap { $0.conditions.flatMap(\.attributes) } }
}

/// A rule: conditions that must all be met.
public struct ScopeRule: Sendable, CustomStringConvertible {
    /// The conditions; a rule without any is met by everybody.
    public var conditions: [any ScopeCondition]

    /// Makes a rule of conditions that must all be met.
    public init(_ conditions: [any ScopeCondition]) { self.conditions = conditions }

    /// Makes a rule of one condition.
    public init(_ condition: any ScopeCondition) { conditions = [condition] }

    /// The conditions with *and* between them.
    public var description: String {
        conditions.isEmpty ? "everybody" : conditions.map(\.description).joined(separator: " and ")
    }

    /// Why somebody who meets the rule is in scope.
    var reason: Reason {
        soleMembership.map { Reason(.memberOf, $0.group.text) } ?? Reason(.matches, description)
    }

    /// The membership, where that is all the rule asks for.
    var soleMembership: MemberOf? { conditions.count == 1 ? conditions[0] as? MemberOf : nil }
}

/// Whether a user is in scope, and which rule decided it.
public enum ScopeVerdict: Sendable, Hashable {
    /// In scope, for this reason.
    case included(Reason)
    /// Kept out by a rule of ``Scope/exclude``, given as its description.
    case excluded(String)
    /// No rule of ``Scope/include`` is met.
    case unmatched
    /// No person at all, whatever the rules say, but what the phrase names: `a computer`.
    case notAPerson(String)
}

/// A scope made ready to be asked about very many users.
struct CompiledScope {
    private struct Rule {
        let tests: [(condition: any ScopeCondition, prepared: ((Candidate) -> Bool)?)]
        let reason: Reason
        let description: String

        init(_ rule: ScopeRule) {
            tests = rule.conditions.map { ($0, $0.makeTest()) }
            reason = rule.reason
            description = rule.description
        }

        func holds(for candidate: Candidate) -> Bool {
            tests.allSatisfy { $0.prepared?(candidate) ?? $0.condition.holds(for: candidate) }
        }
    }

    private let include: [Rule]
    private let exclude: [Rule]

    init(_ scope: Scope) {
        include = scope.include.map(Rule.init)
        exclude = scope.exclude.map(Rule.init)
    }

    func verdict(on candidate: Candidate) -> ScopeVerdict {
        let reason: Reason
        if include.isEmpty {
            reason = Reason(.everyone)
        } else if let rule = include.first(where: { $0.holds(for: candidate) }) {
            reason = rule.reason
        } else {
            return .unmatched
        }
        if let rule = exclude.first(where: { $0.holds(for: candidate) }) { return .excluded(rule.description) }
        return .included(reason)
    }
}
