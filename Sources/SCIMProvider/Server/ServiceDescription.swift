internal import DirectoryModel
internal import ReconcileEngine

/// What a service says of itself (RFC 7644 section 4), as far as it says anything.
struct ServiceDescription: Sendable {
    /// Whether it says that it takes PATCH; nil where it does not say.
    private(set) var patch: Bool?
    /// Whether it says that it can filter.
    private(set) var filter: Bool?
    /// Whether it says that it takes several requests in one.
    private(set) var bulk: Bool?
    /// Whether it says that resources have versions.
    private(set) var versions: Bool?
    /// Whether pages go by cursor (RFC 9865).
    private(set) var hasCursor = false
    /// The most resources on a page; nil where it does not say.
    private(set) var largestPage: Int?
    /// The names of the resources' endpoints in lower case; nil where it does not say.
    private var endpoints: Set<String>?
    /// The attributes that can be written, in lower case with a point before their parts, by schema; nil where it does
    /// not say.
    private var attributes: [String: Set<String>]?
    /// The discovery endpoints that gave no answer of use, with why.
    private(set) var silent: [(endpoint: String, why: String)] = []

    /// Asks for everything.
    ///
    /// - Throws: where the service cannot be reached or refuses who asks; a service that says nothing of itself is none.
    static func load(_ client: SCIMClient) async throws(SCIMFailure) -> ServiceDescription {
        var description = ServiceDescription()
        for (endpoint, read) in parts {
            do {
                let answer = try await client.read("/" + endpoint)
                read(&description, answer.body ?? JSONObject())
            } catch {
                // A service that says nothing of itself is none the worse for it; one that is down, throttles, or does not
                // know who asks has not been heard.
                if [0, 401, 429, 502, 503, 504].contains(error.status) { throw error }
                description.silent.append((endpoint, "\(error.status) \(error.words)"))
            }
        }
        return description
    }

    private static let parts: [(String, @Sendable (inout ServiceDescription, JSONObject) -> Void)] = [
        ("ServiceProviderConfig", { $0.readConfiguration($1) }), ("ResourceTypes", { $0.readResourceTypes($1) }),
        ("Schemas", { $0.readSchemas($1) }),
    ]

    private mutating func readConfiguration(_ values: JSONObject) {
        func supported(_ name: String) -> Bool? { values[name]?.object?["supported"]?.flag }
        patch = supported("patch")
        filter = supported("filter")
        bulk = supported("bulk")
        versions = supported("etag")
        let pages = values["pagination"]?.object
        hasCursor = pages?["cursor"]?.flag == true
        let limits = [pages?["maxPageSize"]?.integer, values["filter"]?.object?["maxResults"]?.integer]
        largestPage = limits.compactMap { $0 }.filter { $0 > 0 }.min()
    }

    private mutating func readResourceTypes(_ values: JSONObject) {
        let names = (values["Resources"]?.elements ?? []).compactMap { $0.object?["endpoint"]?.text }
        if names.isEmpty { return }
        endpoints = Set(names.compactMap { $0.split(separator: "/").last.map { String($0).asciiLowercased } })
    }

    private mutating func readSchemas(_ values: JSONObject) {
        var table: [String: Set<String>] = [:]
        for schema in (values["Resources"]?.elements ?? []).compactMap(\.object) {
            guard let id = schema["id"]?.text else { continue }
            var names: Set<String> = []
            for attribute in Self.writable(schema["attributes"]) {
                guard let name = attribute["name"]?.text?.asciiLowercased else { continue }
                names.insert(name)
                let parts = Self.writable(attribute["subAttributes"]).compactMap { $0["name"]?.text?.asciiLowercased }
                // Where parts are not told, any may be there.
                if parts.isEmpty { names.insert(name + ".*") }
                names.formUnion(parts.map { "\(name).\($0)" })
            }
            table[id.asciiLowercased] = names
        }
        if !table.isEmpty { attributes = table }
    }

    private static func writable(_ list: JSONValue?) -> [JSONObject] {
        (list?.elements ?? []).compactMap(\.object).filter {
            $0["mutability"]?.text != "readOnly" && $0["returned"]?.text != "never"
        }
    }

    /// Whether the service has resources at an endpoint, as far as it says.
    func has(endpoint: String) -> Bool { endpoints?.contains(endpoint.asciiLowercased) ?? true }

    /// Whether resources of a map have an attribute that can be written and read, as far as the service says.
    func has(_ path: SCIMPath, in map: SCIMResourceMap) -> Bool {
        // It belongs to every resource and to no schema (RFC 7643 section 3.1).
        if path.schema == nil, path.attribute == "externalId" { return true }
        guard let attributes else { return true }
        guard let names = attributes[(path.schema ?? map.schema).asciiLowercased] else { return path.schema == nil }
        let name = path.attribute.asciiLowercased
        guard let part = path.part else { return names.contains(name) }
        return names.contains("\(name).\(part.asciiLowercased)") || names.contains(name + ".*")
    }
}
