/// What differs between two states of a resource, attribute by attribute, as PATCH and PUT send it.
struct AttributeChange: Equatable {
    /// The attribute, or the part of a complex one, as in ``SCIMPath``.
    let path: String
    let old: JSONValue?
    /// The value to be; nil for none.
    let new: JSONValue?

    /// Attributes that are the server's own, or go with the others.
    private static let untouchable: Set<String> = ["schemas", "id", "meta", "groups"]

    /// The attributes in which two states differ, members of groups aside, in the order of the new one.
    static func list(from old: JSONObject, to new: JSONObject) -> [AttributeChange] {
        var changes: [AttributeChange] = []
        for name in names(old, new) where !untouchable.contains(name) && name != ResourceMembers.attribute {
            let (before, after) = (assigned(old[name]), assigned(new[name]))
            if before == after { continue }
            if before?.object == nil && after?.object == nil {
                changes.append(AttributeChange(path: name, old: before, new: after))
                continue
            }
            // An extension's attributes come after a colon, the parts of a complex attribute after a point.
            let separator = name.hasPrefix("urn:") ? ":" : "."
            let (had, has) = (before?.object ?? JSONObject(), after?.object ?? JSONObject())
            for part in names(had, has) where assigned(had[part]) != assigned(has[part]) {
                changes.append(
                    AttributeChange(
                        path: name + separator + part, old: assigned(had[part]), new: assigned(has[part])))
            }
        }
        return changes
    }

    private static func names(_ old: JSONObject, _ new: JSONObject) -> [String] {
        new.members.map(\.name) + old.members.map(\.name).filter { new[$0] == nil }
    }

    private static func assigned(_ value: JSONValue?) -> JSONValue? {
        value.flatMap { $0.isUnassigned ? nil : $0 }
    }
}

/// Who is in a group, by the ids of the members.
struct ResourceMembers: Equatable {
    static let attribute = "members"

    let added: [String]
    let removed: [String]
    var isEmpty: Bool { added.isEmpty && removed.isEmpty }

    /// What differs between two states of a group.
    init(from old: JSONObject, to new: JSONObject) {
        let (before, after) = (Self.ids(in: old), Self.ids(in: new))
        let (had, has) = (Set(before), Set(after))
        added = after.filter { !had.contains($0) }
        removed = before.filter { !has.contains($0) }
    }

    /// The members of a group, in their order.
    static func ids(in resource: JSONObject) -> [String] {
        (resource[attribute]?.elements ?? []).compactMap { $0.object?["value"]?.identifier }
    }
}
