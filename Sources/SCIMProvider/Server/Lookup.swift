internal import DirectoryModel
internal import NIOHTTP1
internal import ProviderClient
internal import ReconcileEngine

/// A resource as the service has it, with the account that it is.
struct FoundAccount: Sendable {
    let id: AccountID
    let kind: AccountKind
    let resource: JSONObject
    /// The version of the resource; nil where it has none.
    let version: String?
    let account: Account

    var observed: ObservedAccount { ObservedAccount(id: id, account: account) }
}

extension SCIMAccountProvider {
    /// The account with an id as it is now; nil where there is none.
    func find(_ id: AccountID, _ subject: String) async throws(ProviderError) -> FoundAccount? {
        guard let (endpoint, name) = id.location,
            let (kind, map) = profile.maps.first(where: { $0.map.endpoint == endpoint })
        else { return nil }
        let answer: SCIMAnswer
        do {
            answer = try await client.send(.GET, "/\(endpoint)/\(name.percentEncoded)")
        } catch {
            // Some say 400 of an id that they never gave out.
            if [400, 404, 410].contains(error.status) {
                known.forget(id)
                return nil
            }
            throw self.error(error, subject)
        }
        guard let resource = answer.body, resource["id"]?.identifier == name else {
            throw error(SCIMFailure(malformed: "another resource than \(id)"), subject)
        }
        return found(resource, answer.version, id, kind, map)
    }

    /// The account that a resource is, noted; nil where it has no address.
    func found(
        _ resource: JSONObject, _ version: String?, _ id: AccountID, _ kind: AccountKind, _ map: SCIMResourceMap
    ) -> FoundAccount? {
        guard let account = map.account(of: resource, kind: kind, among: known) else { return nil }
        let found = FoundAccount(id: id, kind: kind, resource: resource, version: version, account: account)
        known.note(found.observed)
        return found
    }

    /// The account that has the key of an account, or else any of its addresses, as it is now.
    func findHolder(of account: Account, _ subject: String) async throws(ProviderError) -> FoundAccount? {
        for id in known.holders(of: account) {
            guard let found = try await find(id, subject) else { continue }
            // What was known may have been of some time ago.
            let hasKey = account.key != nil && found.account.key == account.key
            if hasKey || !Set(found.account.addresses).isDisjoint(with: account.addresses) { return found }
        }
        return nil
    }

    /// The same, where what is known of does not count: somebody may have made the account a moment ago.
    func findAgain(_ account: Account, _ subject: String) async throws(ProviderError) -> FoundAccount? {
        guard let map = profile.map(of: account.kind) else { return nil }
        var isCertain = true
        for (field, path) in map.unique {
            // Whoever has no other name signs in by the address.
            let name = field == .userName ? account.userName ?? account.address.text : nil
            guard let value = name ?? account[field].text else { continue }
            guard field != .key || account.kind == .personal, try await hasWorkingFilter(by: path, field, map, subject)
            else {
                isCertain = false
                continue
            }
            for resource in try await filter(map, path, value, subject) {
                guard let id = resource["id"]?.identifier else { continue }
                if let found = try await find(AccountID(endpoint: map.endpoint, id), subject) { return found }
            }
        }
        if !isCertain { try await loadKnownAccounts(again: true) }
        return try await findHolder(of: account, subject)
    }

    /// Whether a filter finds somebody who is known to be there, and nobody else.
    ///
    /// Services are known that find nobody, and others that answer with everybody.
    func hasWorkingFilter(
        by path: SCIMPath, _ field: AccountField, _ map: SCIMResourceMap, _ subject: String
    ) async throws(ProviderError) -> Bool {
        guard map.endpoint == profile.users.endpoint else { return false }
        if let works = filterWorks(by: path) { return works }
        guard let example = known.example(with: field) else { return false }
        let found = try await filter(map, path, example.value, subject)
        if let works = filterWorks(by: path) { return works }
        let works = found.compactMap { $0["id"]?.identifier } == [example.id.location?.id]
        note(filterBy: path, works: works)
        return works
    }

    /// The resources with a value at a path, less those that a service without filters answers besides.
    private func filter(
        _ map: SCIMResourceMap, _ path: SCIMPath, _ value: String, _ subject: String
    ) async throws(ProviderError) -> [JSONObject] {
        let answer: SCIMAnswer
        do {
            answer = try await client.read(
                "/" + map.endpoint, query: [("filter", "\(path) eq \(JSONValue.string(value).quoted)")])
        } catch {
            guard [400, 403, 404, 500, 501].contains(error.status) else { throw self.error(error, subject) }
            note(filterBy: path, works: false)
            return []
        }
        let all = (answer.body?["Resources"]?.elements ?? []).compactMap(\.object)
        let fitting = all.filter { $0[path]?.text?.asciiLowercased == value.asciiLowercased }
        if fitting.count != all.count { note(filterBy: path, works: false) }
        return fitting
    }
}

extension FieldValue {
    /// The text; nil for anything else.
    fileprivate var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}

extension SCIMResourceMap {
    /// The attributes by which one account is told from all others.
    var unique: [(field: AccountField, path: SCIMPath)] {
        bindings.compactMap { binding in
            switch binding {
            case .text(.key, let path, _): (.key, path)
            case .text(.address, let path, _): (.address, path)
            case .signInName(let path): (.userName, path)
            default: nil
            }
        }
    }
}
