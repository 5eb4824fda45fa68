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
    /// The groups whose members the rule looks for; mostly none.
    var groups: [MemberOf] { get }
    /// The ways in which a draft breaks the rule; empty where it keeps it.
    func violations(in draft: PlanDraft) -> [Violation]
}

extension Rail {
    /// No attribute.
    public var attributes: [AttributeName] { [] }
    /// No group.
    public var groups: [MemberOf] { [] }
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
    /// The attribute that binds accounts to users; nil where that is the users' own identity.
    public let keyAttribute: AttributeName?

    /// Makes a draft from its parts, as ``Reconciler`` does; in a program of one's own, to test a rail.
    public init(
        overview: Plan.Overview, directory: DirectorySnapshot, provider: ObservedState, memory: Memory? = nil,
        operations: [Operation], unresolvedGroups: [String] = [], keyAttribute: AttributeName? = nil
    ) {
        self.overview = overview
        self.directory = directory
        self.provider = provider
        self.memory = memory
        self.operations = operations
        self.unresolvedGroups = unresolvedGroups
        self.keyAttribute = keyAttribute
    }
}

extension PlanDraft {
    /// How many operations there are of a kind.
    public func count(of kind: Operation.Kind) -> Int { operations.lazy.filter { $0.kind == kind }.count }

    /// Operations with the accounts that they are about, as the provider has them now.
    ///
    /// A creation is about the account that it makes. Operations on an account that the provider has not listed are left
    /// out.
    public func subjects(of operations: [Operation]) -> [(operation: Operation, account: Account)] {
        let accounts = accounts(of: operations)
        return operations.compactMap { operation in
            (operation.account ?? operation.id.flatMap { accounts[$0] }).map { (operation, $0) }
        }
    }

    /// The users whom the accounts that operations change belong to, as the accounts' keys or the memory tell; accounts
    /// whose user is not in the directory are left out.
    public func users(of operations: [Operation]) -> [AccountID: DirectoryUser] {
        let accounts = accounts(of: operations)
        if accounts.isEmpty { return [:] }
        var owned: [ObjectID: [AccountID]] = [:]
        for (id, account) in accounts { if let key = account.key { owned[key, default: []].append(id) } }
        for (key, id) in memory?.links ?? [:] where accounts[id].map({ $0.key == nil }) ?? false {
            owned[key, default: []].append(id)
        }
        var users: [AccountID: DirectoryUser] = [:]
        for user in directory.users {
            let key = keyAttribute.map { user.attributes.first($0).flatMap { ObjectID(text: $0) } } ?? user.id
            guard let key, let ids = owned[key] else { continue }
            for id in ids { users[id] = user }
        }
        return users
    }

    /// The accounts that operations change, as the provider has them.
    private func accounts(of operations: [Operation]) -> [AccountID: Account] {
        let wanted = Set(operations.compactMap(\.id))
        if wanted.isEmpty { return [:] }
        var accounts: [AccountID: Account] = [:]
        for observed in provider.accounts where wanted.contains(observed.id) {
            accounts[observed.id] = observed.account
        }
        return accounts
    }
}

extension [any Rail] {
    /// The rails that every plan should be held to.
    ///
    /// Complete reading on both sides, no empty directory and none that has shrunk by a fifth, groups that exist, a first
    /// run that removes nothing, administrators left alone, and limits: 20 accounts or 5% for suspending, 10 accounts or
    /// 2% for deleting, half the members of an account.
    public static var standard: [any Rail] {
        [
            CompleteDirectory(), CompleteProvider(), NonEmptyScope(), ResolvedGroups(), FirstRun(), SuddenShrink(),
            ActionLimit(.suspend, count: 20, percent: 5), ActionLimit(.delete, count: 10, percent: 2),
            MemberLimit(percent: 50), PrivilegedAccounts(),
        ]
    }
}
