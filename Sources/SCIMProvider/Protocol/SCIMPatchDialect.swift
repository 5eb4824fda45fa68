/// How a server wants changes to be written (RFC 7644 section 3.5.2).
public enum SCIMPatchDialect: Sendable, Hashable {
    /// As RFC 7644 has it.
    case rfc
    /// As Microsoft Entra's client wrote it before it followed the RFC, and as servers made for that client expect:
    /// operations with capital letters, Booleans as text, each part of a list by a filter, and members that are removed
    /// in a list.
    case entraLegacy

    /// How many operations one request carries at most.
    private static let operationLimit = 50
    /// How many members one operation carries at most.
    private static let memberLimit = 100

    /// The bodies of the requests that bring changes about, in order.
    ///
    /// - Parameter removesInLists: whether members are removed in a list, whatever the dialect.
    func bodies(
        _ changes: [AttributeChange], _ members: ResourceMembers, removesInLists: Bool = false
    ) -> [JSONValue] {
        var operations = changes.flatMap(operations)
        // Removals come early, because they are what a service may not understand.
        if self == .entraLegacy || removesInLists {
            for chunk in members.removed.chunks(of: Self.memberLimit) {
                operations.append(
                    operation("remove", ResourceMembers.attribute, .array(chunk.map { ["value": .string($0)] })))
            }
        } else {
            operations += members.removed.map { id in
                operation("remove", "\(ResourceMembers.attribute)[value eq \(JSONValue.string(id).quoted)]", nil)
            }
        }
        for chunk in members.added.chunks(of: Self.memberLimit) {
            operations.append(operation("add", ResourceMembers.attribute, .array(chunk.map { ["value": .string($0)] })))
        }
        return operations.chunks(of: Self.operationLimit).map { chunk in
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": .array(Array(chunk)),
            ]
        }
    }

    private func operations(_ change: AttributeChange) -> [JSONValue] {
        if self == .entraLegacy, let parts = typedParts(change) { return parts }
        if let new = change.new { return [operation(change.old == nil ? "add" : "replace", change.path, new)] }
        return [operation("remove", change.path, nil)]
    }

    /// The elements of a list by their types; nil where they have none.
    private func typedParts(_ change: AttributeChange) -> [JSONValue]? {
        func values(_ list: JSONValue?) -> [String: JSONValue]? {
            var values: [String: JSONValue] = [:]
            for element in list?.elements ?? [] {
                guard let element = element.object, let type = element["type"]?.text else { return nil }
                values[type] = element["value"] ?? .null
            }
            return values
        }
        guard change.old?.elements != nil || change.new?.elements != nil, let old = values(change.old),
            let new = values(change.new)
        else { return nil }
        return Set(old.keys).union(new.keys).sorted().compactMap { type in
            let path = "\(change.path)[type eq \(JSONValue.string(type).quoted)].value"
            if old[type] == new[type] { return nil }
            guard let value = new[type] else { return operation("remove", path, nil) }
            return operation(old[type] == nil ? "add" : "replace", path, value)
        }
    }

    private func operation(_ name: String, _ path: String, _ value: JSONValue?) -> JSONValue {
        var operation = JSONObject()
        let isLegacy = self == .entraLegacy
        operation.append("op", .string(isLegacy ? name.prefix(1).uppercased() + name.dropFirst() : name))
        operation.append("path", .string(path))
        if let value {
            if isLegacy, case .bool(let flag) = value {
                operation.append("value", flag ? "True" : "False")
            } else {
                operation.append("value", value)
            }
        }
        return .object(operation)
    }
}

extension JSONValue {
    /// The value as a filter writes it (RFC 7644 section 3.4.2.2), which is as JSON does.
    var quoted: String { String(decoding: bytes, as: UTF8.self) }
}

extension Array {
    /// The elements in order, so many at a time.
    func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
