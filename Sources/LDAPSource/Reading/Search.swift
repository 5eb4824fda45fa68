internal import DirectoryModel

/// One search of a read: everything of one kind under one base.
struct Search: Sendable {
    let kind: ObjectKind
    /// `people`, `groups` or `contacts`.
    let plural: String
    let base: DistinguishedName
    var scope: SearchScope
    var filter: String
    var attributes: [String]
    /// What is asked besides paging.
    var controls: [Control] = []

    /// What is searched, for people: `people: (objectClass=user) under DC=corp,DC=example`.
    var subject: String { "\(plural): \(filter) under \(base.text)" }

    /// The same search of the base entry alone.
    var atBase: Search {
        var search = self
        search.scope = .base
        return search
    }

    /// The searches that answer a request, people first, and those under each base.
    static func all(for request: ReadRequest, _ configuration: LDAPConfiguration) -> [Search] {
        let schema = configuration.schema
        let usesUserNames = schema.members.contains { $0.reference == .userName }
        var searches: [Search] = []
        func add(_ kind: ObjectKind, _ plural: String, _ filter: String, _ needed: [AttributeName]) {
            for base in configuration.bases {
                searches.append(
                    Search(
                        kind: kind, plural: plural, base: base, scope: configuration.scope, filter: filter,
                        attributes: attributes(request.attributes, needed)))
            }
        }
        let identity = [schema.objectID.attribute] + (schema.memberOf.map { [$0] } ?? [])
        if request.kinds.contains(.user) {
            add(
                .user, "people", both(schema.peopleFilter, configuration.peopleFilter),
                identity + (usesUserNames ? [schema.userName] : [])
                    + (schema.primaryGroup.map { [$0.userAttribute] } ?? []))
        }
        if request.kinds.contains(.group) {
            add(
                .group, "groups", both(schema.groupsFilter, configuration.groupsFilter),
                identity + schema.groupNames + schema.membershipLists.map(\.attribute)
                    + (schema.primaryGroup.map { [$0.groupAttribute] } ?? []))
        }
        if request.kinds.contains(.contact), !schema.contactClasses.isEmpty {
            let classes = schema.contactClasses.sorted().map { "(objectClass=\($0))" }.joined()
            add(.contact, "contacts", schema.contactClasses.count == 1 ? classes : "(|\(classes))", identity)
        }
        return searches
    }

    private static func both(_ filter: String, _ further: String?) -> String {
        guard let further, !further.isEmpty else { return filter }
        return "(&\(filter)\(further.hasPrefix("(") ? further : "(\(further))"))"
    }

    /// The attributes to ask for.
    ///
    /// `*` leaves operational ones out (RFC 4511 §4.5.1.8), and the needed may be such.
    private static func attributes(_ selection: AttributeSelection, _ needed: [AttributeName]) -> [String] {
        switch selection {
        case .all: ["*"] + needed.map(\.text)
        case .only(let names): AttributeTable(needed + names).names.map(\.text)
        }
    }
}
