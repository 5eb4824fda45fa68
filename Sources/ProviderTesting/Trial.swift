import DirectoryModel
import ProviderClient
import ReconcileEngine

/// What a check throws where the provider does not do what it should.
struct Disagreement: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// What a check throws where the provider says that it cannot do what the check is about.
struct NotApplicable: Error {
    let reason: String
}

/// One check's dealings with one provider that was empty at first.
struct Trial: Sendable {
    let provider: any AccountProvider
    let capabilities: ProviderCapabilities
    let domain: String
    let attributes: [String]

    /// One of the free attributes that the provider takes; the same again where there are fewer.
    func attribute(_ index: Int) -> String { attributes.isEmpty ? "first" : attributes[index % attributes.count] }

    // MARK: Accounts

    /// The address of a name in the domain that the provider serves.
    func address(_ localPart: String) throws -> MailAddress { try MailAddress("\(localPart)@\(domain)") }

    /// A person with every field set, the same for the same number.
    func person(_ number: Int) throws -> Account {
        let digits = String(100_000 + number)
        return Account(
            key: ObjectID(text: "4f1c2f6e-8d1b-4c53-9a51-b2e0d4\(digits)"), address: try address("person\(number)"),
            aliases: [try address("alias\(number)"), try address("other\(number)")], name: "Person \(number)",
            givenName: "Given \(number)", familyName: "Family \(number)", mobile: "+31 6 \(digits)",
            organizationalUnit: "Unit \(number)", quota: .gigabytes(Int64(number) + 1))
    }

    /// Whether the provider can hold a field; the check ends where it cannot.
    func need(_ fields: AccountField...) throws {
        for field in fields where !capabilities.fields.contains(field) {
            throw NotApplicable(reason: "cannot hold \(field.rawValue)")
        }
    }

    /// The kind of account whose delegates are tried.
    var delegatingKind: AccountKind {
        [.functional, .group].first {
            capabilities.kinds.contains($0) && capabilities.fields(for: $0).contains(.delegates)
        }
            ?? .personal
    }

    /// Whether accounts of any kind can have delegates; the check ends where they cannot.
    func needDelegates() throws {
        guard capabilities.fields(for: delegatingKind).contains(.delegates) else {
            throw NotApplicable(reason: "cannot hold delegates")
        }
    }

    /// Whether the provider can carry out an operation; the check ends where it cannot.
    func need(_ kinds: Operation.Kind...) throws {
        for kind in kinds where !capabilities.operations.contains(kind) {
            throw NotApplicable(reason: "cannot \(kind.rawValue) accounts")
        }
    }

    // MARK: Planning

    /// A plan made by the engine from a directory that calls for exactly these accounts.
    ///
    /// - Parameters:
    ///   - removal: what becomes of accounts that are not among them, and of those that are not active.
    ///   - mapping: the rules; nil for rules for every field.
    func plan(
        _ wanted: [Account], from state: ObservedState, removal: Lifecycle.Removal = .leave,
        mapping: AccountMapping? = nil
    ) throws -> Plan {
        let quotas = Set(wanted.compactMap(\.quota)).sorted()
        let groups = try quotas.map { quota in
            DirectoryGroup(
                id: try Self.id("group-\(quota.bytes)"), dn: try Self.groupName(quota),
                attributes: AttributeValues(["cn": ["quota-\(quota.bytes)"]]))
        }
        var rules = quotas.map { Entitlement.quota($0, group: GroupSelector("quota-\($0.bytes)")) }
        // A rule without members, so that quotas are managed where nobody has one.
        if rules.isEmpty { rules.append(.quota(.gigabytes(1), group: "nobody")) }
        let reconciler = Reconciler(
            mapping: mapping ?? Self.mapping, entitlements: mapping == nil ? rules : [],
            lifecycle: Lifecycle(disabled: .suspend, outOfScope: removal, missing: removal), rails: [])
        let users = try wanted.map(user)
        return reconciler.plan(directory: DirectorySnapshot(users: users, groups: groups), provider: state)
    }

    /// The only operation of a plan of that kind.
    func operation(
        _ kind: Operation.Kind, _ wanted: [Account], from state: ObservedState, removal: Lifecycle.Removal = .leave
    ) throws -> Operation {
        try need(kind)
        let plan = try plan(wanted, from: state, removal: removal)
        guard plan.operations.count == 1, let operation = plan.operations.first, operation.kind == kind else {
            throw Disagreement("One \(kind.rawValue) was to be planned, and it is \(plan.summary).")
        }
        return operation
    }

    static let mapping = AccountMapping(
        addresses: .proxyAddresses("proxyAddresses", fallback: nil), name: .attribute("displayName"),
        givenName: .attribute("givenName"), familyName: .attribute("sn"), mobile: .attribute("mobile"),
        organizationalUnit: .text(.attribute("department")))

    private func user(_ account: Account) throws -> DirectoryUser {
        var values: [(AttributeName, [String])] = [
            ("proxyAddresses", ["SMTP:\(account.address)"] + account.aliases.map { "smtp:\($0)" }),
            ("userAccountControl", [account.isActive ? "512" : "514"]),
        ]
        if let name = account.name { values.append(("displayName", [name])) }
        if let name = account.givenName { values.append(("givenName", [name])) }
        if let name = account.familyName { values.append(("sn", [name])) }
        if let mobile = account.mobile { values.append(("mobile", [mobile])) }
        if let unit = account.organizationalUnit { values.append(("department", [unit])) }
        if let quota = account.quota { values.append(("memberOf", [try Self.groupName(quota).text])) }
        guard let key = account.key else { throw Disagreement("The check made an account without a key.") }
        let dn = try DistinguishedName("CN=\(DistinguishedName.escape(key.text)),OU=People,DC=corp,DC=example")
        return DirectoryUser(id: key, dn: dn, attributes: AttributeValues(values))
    }

    private static func groupName(_ quota: ByteCount) throws -> DistinguishedName {
        try DistinguishedName("CN=quota-\(quota.bytes),OU=Groups,DC=corp,DC=example")
    }

    private static func id(_ text: String) throws -> ObjectID {
        guard let id = ObjectID(text: text) else { throw Disagreement("The check made an empty identity.") }
        return id
    }

    // MARK: Acting

    /// Has the provider make an account or change the one with the same primary address or key, to be exactly as given.
    ///
    /// For fields that not every profile has rules for.
    ///
    /// - Parameter isAdoption: whether the change is to be an adoption.
    @discardableResult
    func bring(_ account: Account, isAdoption: Bool = false) async throws -> AppliedOperation {
        let state = try await observe()
        let current =
            state.accounts.first { $0.account.address == account.address }
            ?? state.accounts.first { account.key != nil && $0.account.key == account.key }
        let applied = try await perform(try operation(toBring: current, to: account, isAdoption: isAdoption))
        let listed = try await observe().accounts.first { $0.id == applied.id }
        guard let listed else { throw Disagreement("\(account.address) should be there, and is not.") }
        try demand(listed.account, is: account)
        return applied
    }

    /// The operation that makes an account, or changes one that is there.
    func operation(
        toBring current: ObservedAccount?, to account: Account, isAdoption: Bool = false
    ) throws -> Operation {
        let fields = capabilities.fields(for: account.kind)
        guard let current else {
            return .create(account.keeping(only: fields), because: [Reason(.differs)])
        }
        let changes = Difference.changes(from: current.account, to: account, fields: fields)
        return .change(
            current, changes, isAdoption: isAdoption, because: [Reason(isAdoption ? .adopted : .differs)],
            fields: fields)
    }

    /// Demands that an account is as it should be.
    func demand(_ listed: Account, is account: Account) throws {
        let fields = capabilities.fields(for: account.kind)
        if let change = Difference.changes(from: listed, to: account, fields: fields).first {
            throw Disagreement(
                "\(account.address): \(change.field.rawValue) should be \(change.new), and is \(change.old).")
        }
    }

    /// Lists everything, and demands that the listing comes to its end.
    func observe() async throws -> ObservedState {
        let state = try await provider.observe()
        if let reason = state.incomplete.first { throw Disagreement("The listing is not complete: \(reason)") }
        return state
    }

    /// Has the provider brought to exactly these accounts, and demands that it is there then.
    @discardableResult
    func converge(_ wanted: [Account], removal: Lifecycle.Removal = .leave) async throws -> ObservedState {
        for operation in try plan(wanted, from: try await observe(), removal: removal).operations {
            try await perform(operation)
        }
        let state = try await observe()
        try demand(state, has: wanted)
        let left = try plan(wanted, from: state, removal: removal)
        if !left.isEmpty { throw Disagreement("Planning again should find nothing to do, and finds \(left.summary).") }
        return state
    }

    /// Carries out an operation that is new to the provider.
    @discardableResult
    func perform(_ operation: Operation) async throws -> AppliedOperation {
        let applied = try await provider.apply(operation)
        let what = "The \(operation.kind.rawValue) of \(operation.address)"
        if applied.wasAlreadyApplied { throw Disagreement("\(what) was new, and called done already.") }
        if let id = operation.id, id != applied.id {
            throw Disagreement("\(what) was for account \(id), and the answer for \(applied.id).")
        }
        return applied
    }

    /// Demands that an operation is refused, and that nothing changes by it.
    func demandRefusal(_ operation: Operation, _ codes: ProviderError.Code...) async throws {
        let before = try await observe()
        do {
            let applied = try await provider.apply(operation)
            let how = applied.wasAlreadyApplied ? "called done already" : "carried out"
            throw Disagreement(
                "The \(operation.kind.rawValue) of \(operation.address) should be refused, and was \(how).")
        } catch let error as ProviderError {
            guard codes.contains(error.code) else {
                let wanted = codes.map { "`\($0.rawValue)`" }.joined(separator: " or ")
                throw Disagreement("The refusal should be \(wanted), and is `\(error.code.rawValue)`: \(error)")
            }
            if error.outcome == .unknown { throw Disagreement("The refusal says that it may have been carried out.") }
        }
        try demand(try await observe(), is: before)
    }

    /// Demands that a listing has exactly these accounts, each once.
    func demand(_ state: ObservedState, has wanted: [Account]) throws {
        let ids = Set(state.accounts.map(\.id))
        if ids.count != state.accounts.count { throw Disagreement("The listing has an id more than once.") }
        var rest = Dictionary(state.accounts.map { ($0.account.address, $0.account) }) { first, _ in first }
        for account in wanted {
            guard let listed = rest.removeValue(forKey: account.address) else {
                throw Disagreement("\(account.address) should be there, and is not.")
            }
            try demand(listed, is: account)
        }
        if let other = rest.keys.sorted().first { throw Disagreement("\(other) should not be there.") }
        if state.accounts.count != wanted.count { throw Disagreement("An address is listed more than once.") }
    }

    /// Demands that a listing is the same as an earlier one, ids included.
    func demand(_ state: ObservedState, is earlier: ObservedState) throws {
        if Set(state.accounts) != Set(earlier.accounts) || state.accounts.count != earlier.accounts.count {
            throw Disagreement("Nothing should have changed, and something did.")
        }
    }
}

extension Plan {
    /// What is planned, for people.
    var summary: String {
        let kinds = operations.map { "\($0.kind.rawValue) \($0.address)" }
        return (kinds + findings.map(\.text)).joined(separator: ", ")
    }
}
