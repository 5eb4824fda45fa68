internal import DirectoryModel
internal import ReconcileEngine

extension RuleCase {
    /// What differs between what is expected and what the rules make of the case, one line each; empty where it passes.
    func differences(from rules: Reconciler, schema: DirectorySchema) throws(ConfigurationError) -> [String] {
        let snapshot = try snapshot(schema)
        let observed = accounts.enumerated().map { index, entry in
            ObservedAccount(id: AccountID("\(index + 1)"), account: entry.account)
        }
        let provider = ObservedState(
            provider: "the case's provider", accounts: observed,
            capabilities: ProviderCapabilities(switches: providerSwitches))
        let plan = rules.plan(directory: snapshot, provider: provider, remembering: memory(observed), at: now)
        var planned: [Planned] = plan.operations.map { Planned($0, isHeld: false) }
        planned += plan.held.map { Planned($0.operation, isHeld: true) }
        planned += plan.findings.map { Planned(.finding($0.code.rawValue), text: $0.text) }
        planned += plan.pending.map { Planned($0) }
        planned += plan.violations.map { Planned(.rail($0.rail), text: $0.text) }

        var differences: [String] = []
        for expectation in expectations {
            let candidates = planned.indices.filter { planned[$0].subject == expectation.subject }
            // Of several notes of a kind, or operations on an account, the one that is as expected is the one that is meant.
            guard let index = candidates.first(where: { planned[$0].satisfies(expectation) }) ?? candidates.first else {
                differences.append("- expected: \(expectation.description)")
                continue
            }
            let found = planned.remove(at: index)
            for (name, value) in expectation.fields where found.value(of: name) != value {
                differences.append("- expected: \(expectation.description)")
                differences.append(
                    "+ planned:  \(found.description), where \(name) is \(found.value(of: name) ?? "not set")")
            }
            if let reason = expectation.reason, !found.text.contains(reason) {
                differences.append("- expected: \(expectation.description)")
                differences.append("+ planned:  because \"\(found.text)\"")
            }
        }
        return differences + planned.map { "+ planned:  \($0.description)" }
    }

    /// What earlier runs left behind; nil where no account of the case says anything of it.
    private func memory(_ observed: [ObservedAccount]) -> Memory? {
        let isRemembered = accounts.contains {
            $0.isOwned != nil || $0.suspendedSince != nil || !$0.given.isEmpty || $0.link != nil
        }
        guard isRemembered || lastRun != nil else { return nil }
        var memory = Memory(lastRun: lastRun?.summary)
        for (entry, account) in zip(accounts, observed) {
            if let key = entry.link ?? entry.account.key, entry.isOwned != false { memory.links[key] = account.id }
            memory.suspensions[account.id] = entry.suspendedSince
            if !entry.given.isEmpty { memory.delegations[account.id] = Set(entry.given) }
        }
        return memory
    }

    private func snapshot(_ schema: DirectorySchema) throws(ConfigurationError) -> DirectorySnapshot {
        var users: [DirectoryUser] = []
        var groups: [DirectoryGroup] = []
        var contacts: [DirectoryContact] = []
        for entry in directory {
            let name = entry.kind == .group ? Self.groupName(entry.name) : Self.personName(entry.name, entry.unit)
            guard let id = Self.id(entry.name), let dn = try? DistinguishedName(name) else {
                throw ConfigurationError(path: self.name, "\"\(name)\" is no distinguished name.")
            }
            let attributes = AttributeValues(values(of: entry, schema))
            switch entry.kind {
            case .group: groups.append(DirectoryGroup(id: id, dn: dn, attributes: attributes))
            case .contact: contacts.append(DirectoryContact(id: id, dn: dn, attributes: attributes))
            default: users.append(DirectoryUser(id: id, dn: dn, attributes: attributes))
            }
        }
        // A group that somebody is in is there, whether the case lists it or not.
        let listed = Set(directory.filter { $0.kind == .group }.map { $0.name.lowercased() })
        for name in Set(directory.flatMap(\.groups)).sorted() where !listed.contains(name.lowercased()) {
            guard let id = Self.id(name), let dn = try? DistinguishedName(Self.groupName(name)) else { continue }
            groups.append(
                DirectoryGroup(id: id, dn: dn, attributes: AttributeValues(groupValues(name, schema))))
        }
        return DirectorySnapshot(
            source: "the case's directory", schema: schema, users: users, groups: groups, contacts: contacts,
            partialGroups: Set(directory.filter(\.isPartial).compactMap { Self.id($0.name) }),
            incomplete: incomplete.map { [Incompleteness(.unfinished, $0)] } ?? [])
    }

    private func values(of entry: DirectoryEntry, _ schema: DirectorySchema) -> [(AttributeName, [String])] {
        let named = Set(entry.attributes.map(\.0))
        var values = entry.attributes
        if entry.kind == .group {
            values += groupValues(entry.name, schema).filter { !named.contains($0.0) }
        } else if !named.contains("displayName") {
            values.append(("displayName", [entry.name]))
        }
        if !entry.groups.isEmpty, let memberOf = schema.memberOf {
            values.append((memberOf, entry.groups.map { Self.groupName($0) }))
        }
        return values
    }

    /// A group's name, and its members by their names where the directory keeps them with the group.
    private func groupValues(_ name: String, _ schema: DirectorySchema) -> [(AttributeName, [String])] {
        var values: [(AttributeName, [String])] = schema.groupNames.prefix(1).map { ($0, [name]) }
        if schema.memberOf == nil, let member = schema.members.first {
            let members = directory.filter { $0.groups.contains { $0.lowercased() == name.lowercased() } }
            values.append(
                (
                    member.attribute,
                    members.map { $0.kind == .group ? Self.groupName($0.name) : Self.personName($0.name, $0.unit) }
                ))
        }
        return values
    }

    private static func groupName(_ name: String) -> String {
        "CN=\(DistinguishedName.escape(name)),OU=Groups,DC=test,DC=example"
    }

    private static func personName(_ name: String, _ unit: String?) -> String {
        let unit = unit ?? "OU=Staff,DC=test,DC=example"
        return "CN=\(DistinguishedName.escape(name)),\(unit.contains("=") ? unit : "OU=\(unit),DC=test,DC=example")"
    }
}

/// Something that a plan has, in the words of expectations.
private struct Planned {
    let subject: Expectation.Subject
    let text: String
    private var operation: Operation?

    init(_ subject: Expectation.Subject, text: String) {
        self.subject = subject
        self.text = text
    }

    init(_ deletion: PendingDeletion) {
        subject = .pending(deletion.address.text)
        text = "on \(String(deletion.due.description.prefix(10))), \(deletion.reason)"
    }

    init(_ operation: Operation, isHeld: Bool) {
        subject = .operation(operation.kind, address: operation.address.text, isHeld: isHeld)
        text = operation.reasons.map(\.description).joined(separator: "; ")
        self.operation = operation
    }

    /// Whether its fields and reasons are as expected.
    func satisfies(_ expectation: Expectation) -> Bool {
        expectation.fields.allSatisfy { value(of: $0.name) == $0.value }
            && expectation.reason.map { text.contains($0) } != false
    }

    /// The value that a field has afterwards; nil where the operation does not touch it.
    func value(of name: String) -> String? {
        guard let field = AccountField(rawValue: name) else { return nil }
        if let account = operation?.account { return account[field].description }
        return operation?.changes.first { $0.field == field }?.new.description
    }

    var description: String {
        var parts: [String]
        switch subject {
        case .operation(let kind, let address, let isHeld): parts = [isHeld ? "held" : "", kind.rawValue, address]
        case .finding(let code): parts = ["finding \(code): \(text)"]
        case .rail(let name): parts = ["rail \(name): \(text)"]
        case .pending(let address): parts = ["pending \(address): \(text)"]
        }
        parts += operation?.changes.map { "\($0.field.rawValue)=\($0.new)" } ?? []
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }
}
