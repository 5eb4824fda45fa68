public import DirectoryModel
public import ReconcileEngine

/// Small directories and accounts for tests, in the words of the rules.
public enum Made {
    /// A key that is the same for the same name.
    public static func id(_ name: String) -> ObjectID {
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: StableHash.hash(utf8: "\(name)\($0)")) }
        return try! ObjectID(activeDirectoryGUID: bytes)
    }

    public static func dn(_ name: String, in unit: String = "Staff") -> DistinguishedName {
        try! DistinguishedName("CN=\(DistinguishedName.escape(name)),OU=\(unit),DC=corp,DC=example")
    }

    public static func address(_ text: String) -> MailAddress { try! MailAddress(text) }

    /// A user of an Active Directory.
    public static func person(
        _ name: String, proxy: [String]? = nil, mail: String? = nil, groups: [String] = [], control: String? = "512",
        in unit: String = "Staff", more: KeyValuePairs<AttributeName, [String]> = [:]
    ) -> DirectoryUser {
        var values: [(AttributeName, [String])] = [
            ("displayName", [name.capitalized]),
            ("proxyAddresses", proxy ?? ["SMTP:\(name)@corp.example"]),
            ("memberOf", groups.map { dn($0, in: "Groups").text }),
        ]
        if let mail { values.append(("mail", [mail])) }
        if let control { values.append(("userAccountControl", [control])) }
        for (name, texts) in more { values.append((name, texts)) }
        return DirectoryUser(id: id(name), dn: dn(name, in: unit), attributes: AttributeValues(values))
    }

    /// A group of an Active Directory.
    public static func group(_ name: String) -> DirectoryGroup { group(name, proxy: []) }

    /// A group of an Active Directory with mail addresses, which may be a member of others.
    public static func group(_ name: String, proxy: [String], groups: [String] = []) -> DirectoryGroup {
        DirectoryGroup(
            id: id("group \(name)"), dn: dn(name, in: "Groups"),
            attributes: AttributeValues([
                "cn": [name], "sAMAccountName": [name], "proxyAddresses": proxy,
                "memberOf": groups.map { dn($0, in: "Groups").text },
            ]))
    }

    /// An account that a person was given.
    public static func account(
        _ name: String, address: String? = nil, aliases: [String] = [], quota: ByteCount? = nil, isActive: Bool = true,
        isBound: Bool = true
    ) -> ObservedAccount {
        ObservedAccount(
            id: AccountID("id-\(name)"),
            account: Account(
                key: isBound ? id(name) : nil, address: Made.address(address ?? "\(name)@corp.example"),
                aliases: aliases.map(Made.address), name: name.capitalized, quota: quota, isActive: isActive))
    }
}

extension String {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}

extension ObservedState {
    /// What the provider has after operations were carried out, each checked first to be ready.
    ///
    /// - Throws: ``NotReady`` where one is not, or where an address would belong to two accounts.
    public func applying(_ operations: [ReconcileEngine.Operation]) throws -> ObservedState {
        var byID = Dictionary(uniqueKeysWithValues: accounts.map { ($0.id, $0.account) })
        var holder: [MailAddress: AccountID] = [:]
        for observed in accounts { for address in observed.account.addresses { holder[address] = observed.id } }
        for operation in operations {
            let id = operation.id ?? AccountID("made-\(operation.address)")
            let readiness = operation.readiness(given: byID[id], fields: capabilities.fields)
            // Whoever is deleted is nobody's delegate any more, so that a change may have come about already.
            if readiness == .alreadyApplied, operation.changes.map(\.field) == [.delegates] { continue }
            guard readiness == .ready else { throw NotReady(operation: operation, readiness: readiness) }
            let old = byID[id]
            let new: Account? =
                switch operation.kind {
                case .create: operation.account
                case .delete: nil
                default: try old?.applying(operation.changes)
                }
            for address in old?.addresses ?? [] { holder[address] = nil }
            for address in new?.addresses ?? [] {
                if holder[address] != nil {
                    throw NotReady(operation: operation, readiness: .stale("\(address) is taken"))
                }
                holder[address] = id
            }
            byID[id] = new
            if let old, old.address != new?.address { byID.follow(old.address, to: new?.address) }
            for delegate in new?.delegates ?? [] where holder[delegate] == nil {
                throw NotReady(operation: operation, readiness: .stale("the delegate \(delegate) has no account"))
            }
        }
        return ObservedState(
            provider: provider,
            accounts: byID.map { ObservedAccount(id: $0.key, account: $0.value) }.sorted { $0.id < $1.id },
            capabilities: capabilities, incomplete: incomplete)
    }
}

extension [AccountID: Account] {
    /// Lets delegates follow an account that is renamed, or deleted.
    fileprivate mutating func follow(_ old: MailAddress, to new: MailAddress?) {
        for (id, account) in self where account.delegates.contains(old) {
            self[id]?.setDelegates(account.delegates.filter { $0 != old } + (new.map { [$0] } ?? []))
        }
    }
}

/// An operation that does not fit the state it was planned for.
public struct NotReady: Error, CustomStringConvertible {
    public var description: String { "\(operation.kind) \(operation.address) at \(operation.stage): \(readiness)" }

    public let operation: ReconcileEngine.Operation
    public let readiness: Readiness
}
