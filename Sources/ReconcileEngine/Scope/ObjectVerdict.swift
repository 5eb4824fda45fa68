public import DirectoryModel

/// What the rules of scope say about one object of a directory.
public struct ObjectVerdict: Sendable, Hashable {
    /// The object's place in the tree.
    public let dn: DistinguishedName
    /// What kind of object it is.
    public let kind: ObjectKind
    /// The object's name, for people.
    public let name: String
    /// The primary mail address by the rules of mapping, whatever its domain; nil where there is none.
    public let address: MailAddress?
    /// Whether it is in scope, and which rule decided it.
    public let verdict: ScopeVerdict

    init(
        _ object: some DirectoryObject, kind: ObjectKind, _ addresses: AccountMapping.Addresses, _ verdict: ScopeVerdict
    ) {
        dn = object.dn
        self.kind = kind
        name = object.displayName
        address = addresses.list(of: object).primary
        self.verdict = verdict
    }
}

extension Reconciler {
    /// What a source has to bring for ``verdicts(directory:at:)`` and ``groupSummaries(in:nested:)``: objects of every kind.
    public var overviewRequest: ReadRequest {
        var request = readRequest
        if case .only(let names) = request.attributes {
            request.attributes = .only(names + ["name", "groupType", "mail", "proxyAddresses"])
        }
        request.kinds = [.user, .group, .contact]
        return request
    }

    /// The groups that rules name and that are not there, or are there several times: a sentence each.
    public func unresolvedGroups(in directory: DirectorySnapshot) -> [String] { resolve(in: directory).problems }

    /// For each object of a directory whether an account is made of it, and which rule decided it.
    ///
    /// The order is that of the snapshot: users, groups, contacts. A group is included where a rule of ``groups`` makes
    /// an account of it; a contact never is.
    public func verdicts(directory: DirectorySnapshot, at now: Timestamp? = nil) -> [ObjectVerdict] {
        let resolution = resolve(in: directory)
        var projector = Projector(rules: self, snapshot: directory, groups: resolution, at: now)
        let groups = GroupProjector(self, snapshot: directory, groups: resolution).verdicts()
        let usual = AccountMapping.standard(forGroupsOf: directory.schema).addresses
        return directory.users.map { ObjectVerdict($0, kind: .user, mapping.addresses, projector.verdict(on: $0)) }
            + zip(directory.groups, groups).map { ObjectVerdict($0, kind: .group, usual, $1) }
            + directory.contacts.map { ObjectVerdict($0, kind: .contact, usual, .contact) }
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
