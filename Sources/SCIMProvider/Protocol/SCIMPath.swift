internal import DirectoryModel

/// Where an attribute is in a resource (RFC 7644 section 3.10): `userName`, `name.givenName`, or
/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.
public struct SCIMPath: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The schema of an extension; nil for attributes of the resource itself.
    public let schema: String?
    /// The attribute.
    public let attribute: String
    /// The sub-attribute; nil for the attribute itself.
    public let part: String?

    /// Reads a path.
    ///
    /// One with a filter in brackets is not understood, and is taken for a name that no resource has.
    public init(_ text: String) {
        var rest = text[...]
        if text.asciiLowercased.hasPrefix("urn:"), let colon = text.lastIndex(of: ":") {
            schema = String(text[..<colon])
            rest = text[colon...].dropFirst()
        } else {
            schema = nil
        }
        let names = rest.split(separator: ".", maxSplits: 1)
        attribute = names.first.map(String.init) ?? ""
        part = names.count == 2 ? String(names[1]) : nil
    }

    /// Reads a path.
    public init(stringLiteral text: String) { self.init(text) }

    /// The path as RFC 7644 writes it.
    public var description: String { (schema.map { "\($0):" } ?? "") + attribute + (part.map { ".\($0)" } ?? "") }
}

extension JSONObject {
    /// The value at a path; setting nil takes it out, and what has nothing left in it then.
    subscript(path: SCIMPath) -> JSONValue? {
        get {
            let holder = path.schema.map { self[$0]?.object } ?? self
            let value = holder?[path.attribute]
            return path.part.map { value?.object?[$0] } ?? value
        }
        set {
            var value = newValue
            if let part = path.part {
                var whole = self[SCIMPath(schema: path.schema, attribute: path.attribute)]?.object ?? JSONObject()
                whole[part] = value
                value = whole.isEmpty ? nil : .object(whole)
            }
            guard let schema = path.schema else {
                self[path.attribute] = value
                return
            }
            var holder = self[schema]?.object ?? JSONObject()
            holder[path.attribute] = value
            self[schema] = holder.isEmpty ? nil : .object(holder)
        }
    }
}

extension SCIMPath {
    fileprivate init(schema: String?, attribute: String) {
        self.schema = schema
        self.attribute = attribute
        part = nil
    }
}
