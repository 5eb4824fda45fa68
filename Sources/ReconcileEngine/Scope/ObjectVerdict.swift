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
        let selected = Set(GroupProjector(self, snapshot: directory, groups: resolution).selected.map(\.group))
        let groups = directory.groups.enumerated().map { position, group in
            ObjectVerdict(
                group, kind: .group,
                selected.contains(position)
                    ? .included(Reason(.group, group.displayName)) : .notAPerson("a group"))
        }
        return directory.users.map { ObjectVerdict($0, kind: .user, projector.verdict(on: $0)) } + groups
            + directory.contacts.map { ObjectVerdict($0, kind: .contact, .notAPerson("a contact")) }
    }
}
