internal import DirectoryModel
internal import NIOHTTP1
internal import ProviderClient
internal import ReconcileEngine

extension SCIMAccountProvider {
    // MARK: Creating

    func create(_ operation: Operation, mayHaveBeenApplied: Bool) async throws(ProviderError) -> AppliedOperation {
        let subject = operation.address.text
        guard let wanted = operation.account else {
            throw ProviderError(.refused, "\(subject): The plan does not say what account to create.")
        }
        let capabilities = try await capabilities()
        guard capabilities.kinds.contains(wanted.kind), let map = profile.map(of: wanted.kind) else {
            throw ProviderError(.unsupported, "\(subject): \(unsupported(wanted.kind))")
        }
        try requireKnown(wanted.attributes.keys, map, subject)
        let fields = capabilities.fields(for: wanted.kind)
        let holder =
            mayHaveBeenApplied
            ? try await findAgain(wanted, subject) : try await findHolder(of: wanted, subject)
        if let holder { return try judge(holder, operation, fields) }
        try requireDelegates(of: wanted, beyond: [], subject)

        let held = wanted.keeping(only: fields)
        let resource = echoing(map.resource(of: held, before: nil, among: known), held, map)
        let answer: SCIMAnswer
        do {
            answer = try await write(.POST, "/" + map.endpoint, body: .object(resource))
        } catch {
            let failure = self.error(error, subject)
            // Services are known that say 500 where an address is taken, or where they have made the account.
            guard failure.code == .addressTaken || error.status == 500,
                let holder = try await findAgain(wanted, subject)
            else { throw failure }
            do {
                return try judge(holder, operation, fields)
            } catch {
                throw ProviderError(.addressTaken, "\(error.message) \(name) says: \(failure.message)")
            }
        }
        var made: FoundAccount?
        if let body = answer.body, let id = body["id"]?.identifier {
            made = found(body, answer.version, AccountID(endpoint: map.endpoint, id), wanted.kind, map)
        }
        if made == nil { made = try await findAgain(wanted, subject) }
        guard let made else {
            throw ProviderError(
                .malformed, "\(subject): \(name) says that it has made the account, and does not show it.",
                outcome: .unknown)
        }
        if isDone(operation, made.account, fields) { return AppliedOperation(id: made.id) }
        // The answer may have been less than what there is; and what is left out of a creation can be put in later.
        guard let current = try await find(made.id, subject) else { throw vanished(subject) }
        if isDone(operation, current.account, fields) { return AppliedOperation(id: made.id) }
        try await write(held, over: current, for: operation, fields)
        return AppliedOperation(id: made.id)
    }

    /// What an account means for an operation that would make it.
    private func judge(
        _ holder: FoundAccount, _ operation: Operation, _ fields: AccountFields
    ) throws(ProviderError) -> AppliedOperation {
        switch operation.readiness(given: holder.account, fields: fields) {
        case .alreadyApplied: return AppliedOperation(id: holder.id, wasAlreadyApplied: true)
        case .stale(let why): throw ProviderError(.stale, "\(operation.address): \(why) Make a new plan.")
        case .ready: throw ProviderError(.stale, "\(operation.address): Make a new plan.")
        }
    }

    // MARK: Changing

    func change(_ operation: Operation) async throws(ProviderError) -> AppliedOperation {
        let subject = operation.address.text
        guard let id = operation.id else {
            throw ProviderError(.refused, "\(subject): The plan does not say which account it is about.")
        }
        let current = try await find(id, subject)
        let kind = current?.kind ?? .personal
        let fields = try await capabilities().fields(for: kind)
        switch operation.readiness(given: current?.account, fields: fields) {
        case .stale(let why): throw ProviderError(.stale, "\(subject): \(why) Make a new plan.")
        case .alreadyApplied: return AppliedOperation(id: id, wasAlreadyApplied: true)
        case .ready: break
        }
        guard let current else { throw vanished(subject) }
        if operation.kind == .delete {
            try await delete(current, subject)
            return AppliedOperation(id: id)
        }
        let target: Account
        do {
            target = try current.account.applying(operation.changes).keeping(only: fields)
        } catch {
            throw ProviderError(.refused, "\(subject): \(error)")
        }
        if let map = profile.map(of: kind) {
            let names = operation.changes.compactMap { if case .attribute(let name) = $0.field { name } else { nil } }
            try requireKnown(names, map, subject)
        }
        try await requireFree(target, current, subject)
        try requireDelegates(of: target, beyond: current.account.delegates, subject)
        try await write(target, over: current, for: operation, fields)
        return AppliedOperation(id: id)
    }

    private func delete(_ current: FoundAccount, _ subject: String) async throws(ProviderError) {
        do {
            _ = try await write(.DELETE, current.path, ifMatch: hasBrokenVersions ? nil : current.version)
        } catch {
            // Gone is gone, whoever did it, and services are known that delete and then fail.
            var isGone = [404, 410].contains(error.status)
            if error.status == 500 { isGone = try await find(current.id, subject) == nil }
            guard isGone else { throw self.error(error, subject) }
        }
        known.forget(current.id)
    }

    // MARK: Demands

    /// Throws where somebody else has the key or an address that an account is to get.
    private func requireFree(
        _ target: Account, _ current: FoundAccount, _ subject: String
    ) async throws(ProviderError) {
        let had = Set(current.account.addresses)
        for id in known.holders(of: target) where id != current.id {
            guard let other = try await find(id, subject)?.account else { continue }
            if let address = target.addresses.first(where: { !had.contains($0) && other.addresses.contains($0) }) {
                throw ProviderError(
                    .addressTaken, "\(address) belongs to the account \(other.address). Make a new plan.")
            }
            if let key = target.key, key != current.account.key, other.key == key {
                throw ProviderError(
                    .refused,
                    "\(subject): The account \(other.address) is bound to the directory object \(key) already. "
                        + "Make a new plan.")
            }
        }
    }

    /// Throws where somebody is to become a delegate who has no account.
    private func requireDelegates(
        of account: Account, beyond present: [MailAddress], _ subject: String
    ) throws(ProviderError) {
        for delegate in account.delegates where !present.contains(delegate) && known.id(of: delegate) == nil {
            throw ProviderError(
                .refused, "\(subject): No account has the primary address \(delegate), so it cannot be a delegate.")
        }
    }

    /// Throws where the profile knows nothing of a free attribute.
    private func requireKnown(
        _ names: some Sequence<String>, _ map: SCIMResourceMap, _ subject: String
    ) throws(ProviderError) {
        for name in names where !map.attributes.contains(name) {
            let known = map.attributes.isEmpty ? "none" : map.attributes.joined(separator: ", ")
            throw ProviderError(
                .refused,
                "\(subject): The profile \(profile.name) knows no attribute \(name.printable). It knows: \(known).")
        }
    }

    func vanished(_ subject: String) -> ProviderError {
        ProviderError(.stale, "\(subject): The account does not exist any more. Make a new plan.")
    }

    private func unsupported(_ kind: AccountKind) -> String {
        guard profile.groups != nil else {
            return "\(name) holds personal accounts only, so there can be no \(kind.rawValue) account."
        }
        return "Groups of \(name) are \(profile.groupKind.rawValue) accounts, so there can be no \(kind.rawValue) one. "
            + "Set `groups: \(kind.rawValue)` in `provider.scim`, or change the kind in the rule."
    }

    /// Whether an operation has come about.
    func isDone(_ operation: Operation, _ account: Account, _ fields: AccountFields) -> Bool {
        operation.readiness(given: account, fields: fields) == .alreadyApplied
    }
}

extension FoundAccount {
    /// Where the resource is, below the address of the service.
    var path: String { id.location.map { "/\($0.endpoint)/\($0.id.percentEncoded)" } ?? "" }
}
