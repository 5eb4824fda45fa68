public import DirectoryModel

/// What the rules of scope say about one object of a directory.
public struct ObjectVerdict: Sendable, Hashable {
    /// The object's place in the tree.
    public let dn: DistinguishedName
    /// What kind of object it is.
    public let kind: ObjectKind
    /// The object's name, for people.
    public let name: String
    /// Whether it is in scope, and which rule decided it.
    public let verdict: ScopeVerdict

    init(_ object: some DirectoryObject, kind: ObjectKind, _ verdict: ScopeVerdict) {
        dn = object.dn
        self.kind = kind
        name = object.displayName
        self.verdict = verdict
    }
}

extension Reconciler {
    /// For each object of a directory whether an account is made of it, and which rule decided it.
    ///
    /// The order is that of the snapshot: users, groups, contacts. A group is included where a rule of ``groups`` makes
    /// an account of it; a contact never is.
    public func verdicts(directory: DirectorySnapshot, at now: Timestamp? = nil) -> [ObjectVerdict] {
        let resolution = resolve(in: directory)
        var projector = Projector(rules: self, snapshot: directory, groups: resolution, at: now)
        let groups = GroupProjector(self, snapshot: directory, groups: resolution).verdicts()
        return directory.users.map { ObjectVerdict($0, kind: .user, projector.verdict(on: $0)) }
            + zip(directory.groups, groups).map { ObjectVerdict($0, kind: .group, $1) }
            + directory.contacts.map { ObjectVerdict($0, kind: .contact, .contact) }
    }
}

extension ScopeVerdict {
    /// What is said of every contact.
    static let contact = ScopeVerdict.notAPerson("a contact")
}

extension GroupProjector {
    /// What is said of each group of the snapshot, in its order.
    func verdicts() -> [ScopeVerdict] {
        var verdicts = [ScopeVerdict](repeating: .notAPerson("a group"), count: snapshot.groups.count)
        for selected in selected {
            verdicts[selected.group] = .included(Reason(.group, snapshot.groups[selected.group].displayName))
        }
        return verdicts
    }
}
