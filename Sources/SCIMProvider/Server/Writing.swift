internal import DirectoryModel
internal import NIOHTTP1
internal import ProviderClient
internal import ReconcileEngine

extension SCIMAccountProvider {
    /// Makes a resource what an account should be, and looks whether it is that afterwards.
    func write(
        _ target: Account, over current: FoundAccount, for operation: Operation, _ fields: AccountFields
    ) async throws(ProviderError) {
        let subject = operation.address.text
        guard let map = profile.map(of: current.kind) else { throw vanished(subject) }
        let resource = map.resource(of: target, over: current.resource, before: current.account, among: known)
        var answer: SCIMAnswer?
        do {
            answer = try await send(resource, target, over: current, map)
        } catch {
            guard error.status == 412, current.version != nil else { throw self.error(error, subject) }
            guard let now = try await find(current.id, subject), now.version == current.version else {
                throw ProviderError(.stale, "\(subject): The account has changed a moment ago. Make a new plan.")
            }
            // It is the version that was given: whatever the service compares, it is of no use.
            hasBrokenVersions = true
            do { answer = try await send(resource, target, over: now, map) } catch {
                throw self.error(error, subject)
            }
        }
        if let body = answer?.body, body["id"]?.identifier == current.id.location?.id,
            let written = found(body, nil, current.id, current.kind, map), isDone(operation, written.account, fields)
        {
            return
        }
        guard let written = try await find(current.id, subject) else { throw vanished(subject) }
        if isDone(operation, written.account, fields) { return }
        let lost =
            (operation.account == nil
            ? operation.changes.filter { written.account[$0.field] != $0.new }
            : Difference.changes(from: written.account, to: target, fields: fields)).map(\.field.rawValue)
        throw ProviderError(
            .refused,
            "\(subject): \(name) said that it had done this, and did not keep \(lost.joined(separator: ", ")). "
                + "If it cannot hold that, name it in `without` of `provider.scim`.", outcome: .unknown)
    }

    /// Sends what differs, in the way that the service takes changes.
    ///
    /// - Returns: the answer to the last request.
    private func send(
        _ resource: JSONObject, _ target: Account, over current: FoundAccount, _ map: SCIMResourceMap
    ) async throws(SCIMFailure) -> SCIMAnswer? {
        let changes = AttributeChange.list(from: current.resource, to: resource)
        let members = ResourceMembers(from: current.resource, to: resource)
        let version = hasBrokenVersions ? nil : current.version
        switch map.update {
        case .put: break
        case .putChanges:
            var answer: SCIMAnswer?
            if !changes.isEmpty {
                let body = try partial(resource, target, over: current, map)
                answer = try await write(.PUT, current.path, body: .object(body), ifMatch: version)
            }
            guard !members.isEmpty else { return answer }
            return try await patch(current.path, [], members, answer == nil ? version : nil) ?? answer
        case .patch where refusesPatch: break
        case .patch:
            do {
                return try await patch(current.path, changes, members, version)
            } catch {
                // Nothing was done then. What cannot be said by PATCH can be said by PUT.
                guard error.status == 400 || error.isNotImplemented else { throw error }
                let answer = try await put(resource, current, version)
                if error.isNotImplemented { refusesPatch = true }
                return answer
            }
        }
        return try await put(resource, current, version)
    }

    private func patch(
        _ path: String, _ changes: [AttributeChange], _ members: ResourceMembers, _ version: String?
    ) async throws(SCIMFailure) -> SCIMAnswer? {
        var answer: SCIMAnswer?
        func send(inLists: Bool) async throws(SCIMFailure) {
            for body in profile.dialect.bodies(changes, members, removesInLists: inLists) {
                // After the first request the version is another one, and not always told.
                answer = try await write(
                    .PATCH, path, body: body, ifMatch: answer == nil ? version : answer?.version)
            }
        }
        let isUsual = !removesMembersInLists
        do {
            try await send(inLists: !isUsual)
        } catch {
            // The RFC removes one member by a filter, and Entra's client several in a list: services know one or both.
            guard isUsual, answer == nil, !members.removed.isEmpty, error.status == 400 || error.isNotImplemented else {
                throw error
            }
            try await send(inLists: true)
            removesMembersInLists = true
        }
        return answer
    }

    /// PUT of everything that was read, less what is the service's own.
    private func put(
        _ resource: JSONObject, _ current: FoundAccount, _ version: String?
    ) async throws(SCIMFailure) -> SCIMAnswer {
        var body = resource
        body["meta"] = nil
        body["groups"] = nil
        return try await write(.PUT, current.path, body: .object(body), ifMatch: version)
    }

    /// The changed attributes only; extensions whole, with what the service takes and never shows.
    private func partial(
        _ resource: JSONObject, _ target: Account, over current: FoundAccount, _ map: SCIMResourceMap
    ) throws(SCIMFailure) -> JSONObject {
        var body = JSONObject()
        let names = resource.members.map(\.name) + current.resource.members.map(\.name).filter { resource[$0] == nil }
        for name in names where !["schemas", "id", "meta", "groups", ResourceMembers.attribute].contains(name) {
            if resource[name] != current.resource[name] { body.append(name, resource[name] ?? .null) }
        }
        for (path, field) in map.echoed where path.schema.map({ body[$0] != nil }) == true && target[field] == .unset {
            var failure = SCIMFailure(malformed: "")
            failure.status = 400
            failure.words =
                "\(path.attribute) would be lost, because the account is bound to no directory object: adopt it first"
            throw failure
        }
        return map.signed(echoing(body, target, map))
    }

    /// A resource with the attributes that the service takes and never shows, in the extensions that it has.
    func echoing(_ resource: JSONObject, _ account: Account, _ map: SCIMResourceMap) -> JSONObject {
        var result = resource
        for (path, field) in map.echoed.sorted(by: { $0.key.description < $1.key.description }) {
            guard case .text(let text) = account[field], path.schema.map({ resource[$0] != nil }) ?? true else {
                continue
            }
            result[path] = .string(text)
        }
        return result
    }
}
