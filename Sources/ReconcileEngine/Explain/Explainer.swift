public import DirectoryModel

/// A plan with what was noted on the way to it: tells of each object and each account why the plan does what it does
/// (requirement BE10).
///
/// The plan is the one that ``Reconciler/plan(directory:provider:remembering:at:)`` makes of the same states, and every
/// answer comes from the same code.
public struct Explainer {
    /// The plan.
    public let plan: Plan

    let rules: Reconciler
    let directory: DirectorySnapshot
    let provider: ObservedState
    let now: Timestamp?
    let links: [ObjectID: AccountID]
    let trace: Trace
    let groups: GroupResolution
    let groupProjector: GroupProjector
    /// Which groups are members of which; nil where no rule asks for that.
    let hierarchy: GroupHierarchy?

    /// Where objects lie in the snapshot, by their identities.
    private var places: [ObjectID: Place] = [:]
    /// The object that each account belongs to, by the accounts' positions.
    private(set) var owners: [ObjectID?]
    private var objects: [ObjectID: ObjectID] = [:]
    private let positions: [AccountID: Int]
    private let created: [MailAddress: ObjectID]

    /// An object's place in the snapshot.
    enum Place {
        case user(Int)
        case group(Int)
        case contact(Int)
    }

    init(
        _ rules: Reconciler, directory: DirectorySnapshot, provider: ObservedState, memory: Memory?, now: Timestamp?
    ) {
        var planner = Planner(rules: rules, directory: directory, provider: provider, memory: memory, now: now)
        planner.trace = Trace()
        let plan = planner.plan()
        let trace = planner.trace ?? Trace()
        self.plan = plan
        self.trace = trace
        self.rules = rules
        self.directory = directory
        self.provider = provider
        self.now = now
        links = memory?.links ?? [:]
        groups = rules.resolve(in: directory)
        groupProjector = GroupProjector(rules, snapshot: directory, groups: groups)
        hierarchy = rules.memberships.contains(where: \.isNested) ? GroupHierarchy(directory) : nil
        positions = Dictionary(
            provider.accounts.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        created = Dictionary(
            (plan.operations + plan.held.map(\.operation)).compactMap { operation in
                operation.account?.key.map { (operation.address, $0) }
            }, uniquingKeysWith: { first, _ in first })
        owners = []
        findPlaces()
        findOwners()
    }

    private mutating func findPlaces() {
        for (position, contact) in directory.contacts.enumerated() { places[contact.id] = .contact(position) }
        for (position, group) in directory.groups.enumerated() {
            places[group.id] = .group(position)
            objects[group.id] = group.id
        }
        for (position, user) in directory.users.enumerated() {
            places[user.id] = .user(position)
            if let key = rules.key(of: user) { objects[key] = user.id }
        }
        objects.merge(trace.objects) { _, desired in desired }
    }

    /// An account belongs to whoever should have it, else to whom it is bound to.
    private mutating func findOwners() {
        let linked = Dictionary(links.map { ($1, $0) }, uniquingKeysWith: { $0.text < $1.text ? $0 : $1 })
        owners = provider.accounts.map { observed in
            (observed.account.key ?? linked[observed.id]).flatMap { objects[$0] }
        }
        for (key, position) in trace.accounts { owners[position] = objects[key] }
    }

    // MARK: Subjects

    /// Everything that can be explained: all objects of the directory, and all accounts that belong to none of them.
    public var subjects: [ExplainedSubject] {
        let objects =
            directory.users.map(\.id) + directory.groups.map(\.id) + directory.contacts.map(\.id)
        return objects.map { .object($0) }
            + zip(provider.accounts, owners).filter { $1 == nil }.map { .account($0.0.id) }
    }

    /// What an operation of the plan is about.
    ///
    /// - Returns: nil for an operation of another plan.
    public func subject(of operation: Operation) -> ExplainedSubject? {
        if let id = operation.id { return subject(of: id) }
        return (operation.account?.key ?? created[operation.address]).flatMap { objects[$0] }.map { .object($0) }
    }

    /// The object that an account belongs to, or the account where it belongs to none; nil for one that is not there.
    public func subject(of account: AccountID) -> ExplainedSubject? {
        positions[account].map { position in owners[position].map { .object($0) } ?? .account(account) }
    }

    func place(of object: ObjectID) -> Place? { places[object] }

    func position(of account: AccountID) -> Int? { positions[account] }
}

extension Reconciler {
    /// The plan of two states with the reasons for everything in it; see ``Explainer/explanation(of:)``.
    public func explainer(
        directory: DirectorySnapshot, provider: ObservedState, remembering memory: Memory? = nil,
        at now: Timestamp? = nil
    ) -> Explainer {
        Explainer(self, directory: directory, provider: provider, memory: memory, now: now)
    }

    /// Why the plan of two states does what it does about one object or account; nil where there is no such one.
    ///
    /// For several questions about the same states, ``explainer(directory:provider:remembering:at:)`` plans only once.
    public func explain(
        _ subject: ExplainedSubject, directory: DirectorySnapshot, provider: ObservedState,
        remembering memory: Memory? = nil, at now: Timestamp? = nil
    ) -> Explanation? {
        explainer(directory: directory, provider: provider, remembering: memory, at: now).explanation(of: subject)
    }

    /// The key that a user's account is bound by; nil for a user without one.
    func key(of user: DirectoryUser) -> ObjectID? {
        mapping.key.map { user.attributes.first($0).flatMap { ObjectID(text: $0) } } ?? user.id
    }
}
