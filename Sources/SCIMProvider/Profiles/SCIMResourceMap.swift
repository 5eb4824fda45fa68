internal import DirectoryModel
public import ReconcileEngine

/// How accounts of some kinds are resources of one type.
public struct SCIMResourceMap: Sendable {
    /// How a resource is changed.
    public enum Update: Sendable, Hashable {
        /// By PATCH, or where the server cannot do that by PUT of everything that was read, with the changes in it.
        case patch
        /// By PUT of everything that was read, with the changes in it.
        case put
        /// By PUT of the changed attributes only, for servers that merge those; an extension goes whole, members by PATCH.
        case putChanges
    }

    /// The path of the resources below the server's address: `Users`.
    public var endpoint: String
    /// The schema of the resource.
    public var schema: String
    /// Where fields are held.
    public var bindings: [SCIMBinding]
    /// How a resource is changed.
    public var update: Update
    /// Attributes that the server takes and never shows, with the field that they repeat: they are sent whenever the
    /// extension that they belong to is, because it would be lost otherwise.
    public var echoed: [SCIMPath: AccountField]
    /// The paths of further attributes that rules may set by their names.
    public var attributes: [String]

    /// Makes a map.
    public init(
        endpoint: String, schema: String, bindings: [SCIMBinding], update: Update = .patch,
        echoed: [SCIMPath: AccountField] = [:], attributes: [String] = []
    ) {
        self.endpoint = endpoint
        self.schema = schema
        self.bindings = bindings
        self.update = update
        self.echoed = echoed
        self.attributes = attributes
    }
}

extension SCIMResourceMap {
    /// The fields that are held, in as far as the server has the attributes for them.
    func fields(has: (SCIMPath) -> Bool = { _ in true }) -> AccountFields {
        var fields: AccountFields = [.address]
        for binding in bindings where has(binding.path) { fields = fields.union(AccountFields(binding.fields)) }
        if attributes.contains(where: { has(SCIMPath($0)) }) { fields.insert(.attribute("")) }
        return fields
    }

    /// The account that a resource is; nil for one without an address, which is nobody's mail account.
    func account(of resource: JSONObject, kind: AccountKind, among people: some People) -> Account? {
        var draft = SCIMBinding.Draft()
        for binding in bindings { binding.read(resource, into: &draft, among: people) }
        guard let address = draft.address ?? draft.signInName.flatMap({ try? MailAddress($0) }) else { return nil }
        var account = Account(kind: kind, address: address, aliases: draft.aliases)
        // Values are of their fields' types: see SCIMBinding.read.
        for (field, value) in draft.fields { try? account.set(field, to: value) }
        if let name = draft.signInName, (try? MailAddress(name)) != address { account.userName = name }
        for name in attributes {
            if let text = resource[SCIMPath(name)]?.text, !text.isEmpty { account.attributes[name] = text }
        }
        return account
    }

    /// A resource that is an account.
    ///
    /// What the account and the resource agree on stays as it is written there, and so does what no binding knows.
    ///
    /// - Parameter before: the account that the resource is now; nil for a new resource.
    func resource(
        of account: Account, over resource: JSONObject = JSONObject(), before: Account?, among people: some People
    ) -> JSONObject {
        var result = resource
        for binding in bindings {
            // The name to sign in with follows the address.
            let fields = binding.fields + (binding.fields == [.userName] ? [.address] : [])
            if let before, fields.allSatisfy({ before[$0] == account[$0] }) { continue }
            if before == nil, fields.allSatisfy({ account[$0] == .unset }) { continue }
            binding.write(account, into: &result, among: people)
        }
        for name in attributes {
            let value = account.attributes[name] ?? ""
            if (before?.attributes[name] ?? "").hasSameBytes(as: value) { continue }
            result[SCIMPath(name)] = value.isEmpty ? nil : .string(value)
        }
        return signed(result)
    }

    /// The resource with the schemas that it has attributes of (RFC 7643 section 3).
    func signed(_ resource: JSONObject) -> JSONObject {
        var result = JSONObject()
        let extensions = resource.members.map(\.name).filter { $0.asciiLowercased.hasPrefix("urn:") }
        result.append("schemas", .array([.string(schema)] + extensions.map { .string($0) }))
        for member in resource.members where member.name != "schemas" { result.append(member.name, member.value) }
        return result
    }
}
