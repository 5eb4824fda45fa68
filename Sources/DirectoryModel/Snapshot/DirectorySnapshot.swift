/// One read of a directory: what it says about people, groups and contacts, and whether that is everything.
///
/// A value: it can be recorded to a file, compared, and given to a test.
public struct DirectorySnapshot: Sendable {
    /// What was read, for people: `corp.example (Active Directory)` or a file's name.
    public let source: String
    /// How the directory's objects and memberships are laid out.
    public let schema: DirectorySchema
    /// The attributes that any object has values for.
    public internal(set) var attributes: AttributeTable
    /// The users, in the order read.
    public internal(set) var users: [DirectoryUser]
    /// The groups, in the order read.
    public internal(set) var groups: [DirectoryGroup]
    /// The contacts, in the order read.
    public internal(set) var contacts: [DirectoryContact]
    /// The groups whose member lists were read only in part: nobody can be called gone from them.
    public internal(set) var partialGroups: Set<ObjectID>
    /// Whether that is everything.
    public internal(set) var completeness: Completeness
    /// What a person should know about the way it was read, as sentences; of no matter for what it says.
    public var notes: [String] = []

    init(
        source: String, schema: DirectorySchema, attributes: AttributeTable, users: [DirectoryUser],
        groups: [DirectoryGroup], contacts: [DirectoryContact], partialGroups: Set<ObjectID>,
        completeness: Completeness
    ) {
        self.source = source
        self.schema = schema
        self.attributes = attributes
        self.users = users
        self.groups = groups
        self.contacts = contacts
        self.partialGroups = partialGroups
        self.completeness = completeness
    }

    /// Makes a snapshot of a directory that holds exactly the given objects: for tests, and for tools that have no server.
    ///
    /// - Parameter incomplete: where not empty, the snapshot is partial for these reasons.
    public init(
        source: String = "values", schema: DirectorySchema = .activeDirectory, users: [DirectoryUser],
        groups: [DirectoryGroup] = [], contacts: [DirectoryContact] = [],
        partialGroups: Set<ObjectID> = [], incomplete: [Incompleteness] = []
    ) {
        var builder = SnapshotBuilder(source: source, schema: schema, attributes: .all)
        builder.beginSearch(source)
        for user in users { builder.append(user, kind: .user) }
        for group in groups { builder.append(group, kind: .group, isPartial: partialGroups.contains(group.id)) }
        for contact in contacts { builder.append(contact, kind: .contact) }
        builder.endSearch(pages: 1)
        for reason in incomplete { builder.fail(reason) }
        self = builder.finish()
    }
}
