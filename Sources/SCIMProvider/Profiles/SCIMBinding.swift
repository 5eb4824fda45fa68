internal import DirectoryModel
public import ReconcileEngine

/// Where a resource holds fields of an account.
public enum SCIMBinding: Sendable, Hashable {
    /// A text. Where the server writes something for no value, such as `/`, that is `none`.
    case text(AccountField, at: SCIMPath, none: String? = nil)
    /// Whether the account can be used; where the server says nothing, it can.
    case active(at: SCIMPath)
    /// The name to sign in with, which is the primary address where the account has no other.
    case signInName(at: SCIMPath)
    /// The primary address and the aliases in one list, as `emails` has them.
    case emails(at: SCIMPath)
    /// A text in a list of which each element has a type, as `phoneNumbers` has them.
    case typed(AccountField, at: SCIMPath, type: String)
    /// Aliases or delegates as a list of plain addresses.
    case addresses(AccountField, at: SCIMPath)
    /// Delegates as the ids of users.
    case members

    /// The fields that are held there.
    var fields: [AccountField] {
        switch self {
        case .text(let field, _, _), .typed(let field, _, _), .addresses(let field, _): [field]
        case .active: [.active]
        case .signInName: [.userName]
        case .emails: [.address, .aliases]
        case .members: [.delegates]
        }
    }

    /// Where they are held.
    var path: SCIMPath {
        switch self {
        case .text(_, let path, _), .typed(_, let path, _), .addresses(_, let path), .active(let path),
            .signInName(let path), .emails(let path):
            path
        case .members: SCIMPath(ResourceMembers.attribute)
        }
    }
}

// MARK: - Reading

extension SCIMBinding {
    /// What is read of a resource before it becomes an account, which cannot be without an address.
    struct Draft {
        var fields: [(AccountField, FieldValue)] = []
        var address: MailAddress?
        var aliases: [MailAddress] = []
        var signInName: String?
    }

    func read(_ resource: JSONObject, into draft: inout Draft, among people: some People) {
        let value = resource[path]
        switch self {
        case .text(.address, _, _): draft.address = value?.text.flatMap { try? MailAddress($0) }
        case .text(let field, _, let none):
            guard let text = value?.identifier, text != none else { return }
            draft.fields.append((field, .text(text)))
        case .active: draft.fields.append((.active, .flag(value?.flag ?? true)))
        case .signInName: draft.signInName = value?.text
        case .emails: readEmails(value?.elements ?? [], into: &draft)
        case .typed(.address, _, let type):
            draft.address = element(of: value, type: type).flatMap { try? MailAddress($0) }
        case .typed(let field, _, let type):
            if let text = element(of: value, type: type), !text.isEmpty { draft.fields.append((field, .text(text))) }
        case .addresses(let field, _):
            let texts = (value?.elements ?? []).compactMap { ($0.text ?? $0.object?["value"]?.text) }
            let addresses = texts.compactMap { try? MailAddress($0) }
            if field == .aliases {
                draft.aliases += addresses
            } else {
                draft.fields.append((field, .list(addresses.map(\.text))))
            }
        case .members:
            // Who is not a user, or no user any more, is nobody's delegate.
            let addresses = ResourceMembers.ids(in: resource).compactMap { people.address(of: $0) }
            draft.fields.append((.delegates, .list(addresses.map(\.text))))
        }
    }

    private func element(of list: JSONValue?, type: String) -> String? {
        list?.elements?.lazy.compactMap(\.object).first { $0["type"]?.text == type }?["value"]?.text
    }

    /// The primary address is the one that is marked, else the one for work, else the first.
    private func readEmails(_ elements: [JSONValue], into draft: inout Draft) {
        var addresses: [(address: MailAddress, rank: Int)] = []
        for element in elements {
            guard let text = element.text ?? element.object?["value"]?.text, let address = try? MailAddress(text) else {
                continue
            }
            let isPrimary = element.object?["primary"]?.flag == true
            addresses.append((address, isPrimary ? 0 : element.object?["type"]?.text == "work" ? 1 : 2))
        }
        guard let best = addresses.indices.min(by: { (addresses[$0].rank, $0) < (addresses[$1].rank, $1) }) else {
            return
        }
        draft.address = addresses[best].address
        draft.aliases += addresses.map(\.address)
    }
}

// MARK: - Writing

extension SCIMBinding {
    /// Writes the fields of an account, and leaves everything else as it is.
    func write(_ account: Account, into resource: inout JSONObject, among people: some People) {
        switch self {
        case .text(let field, let path, let none):
            resource[path] = Self.text(account[field]).map { .string($0) } ?? none.map { .string($0) }
        case .active(let path): resource[path] = .bool(account.isActive)
        case .signInName(let path): resource[path] = .string(account.userName ?? account.address.text)
        case .emails(let path): resource[path] = emails(of: account, before: resource[path]?.elements ?? [])
        case .typed(let field, let path, let type):
            var elements = (resource[path]?.elements ?? []).filter { $0.object?["type"]?.text != type }
            if let text = Self.text(account[field]) {
                elements.append(["value": .string(text), "type": .string(type)])
            }
            resource[path] = .array(elements)
        case .addresses(let field, let path):
            let list = field == .aliases ? account.aliases : account.delegates
            resource[path] = .array(list.map { .string($0.text) })
        case .members: writeMembers(account, into: &resource, people)
        }
    }

    private static func text(_ value: FieldValue) -> String? {
        if case .text(let text) = value { text } else { nil }
    }

    /// Keeps what else is known of an address that stays.
    private func emails(of account: Account, before: [JSONValue]) -> JSONValue {
        var known: [MailAddress: JSONObject] = [:]
        for element in before {
            guard let object = element.object, let text = object["value"]?.text, let address = try? MailAddress(text)
            else { continue }
            known[address] = object
        }
        return .array(
            account.addresses.map { address in
                let isPrimary = address == account.address
                var element = known[address] ?? JSONObject()
                if element["value"] == nil {
                    element.append("value", .string(address.text))
                    element.append("type", isPrimary ? "work" : "other")
                }
                element["primary"] = isPrimary ? true : element["primary"].map { _ in false }
                return .object(element)
            })
    }

    /// Keeps members that are no users, such as groups, and those that stay as they are.
    private func writeMembers(_ account: Account, into resource: inout JSONObject, _ people: some People) {
        var wanted = Set(account.delegates)
        var members = (resource[ResourceMembers.attribute]?.elements ?? []).filter { member in
            guard let id = member.object?["value"]?.identifier, let address = people.address(of: id) else {
                return true
            }
            return wanted.remove(address) != nil
        }
        for address in account.delegates where wanted.contains(address) {
            if let id = people.id(of: address) { members.append(["value": .string(id)]) }
        }
        resource[ResourceMembers.attribute] = .array(members)
    }
}

/// Who the users of a server are, for resources that name them by their ids.
protocol People {
    /// The primary address of a user; nil where there is none of that id.
    func address(of id: String) -> MailAddress?
    /// The id of the user with a primary address; nil where there is none.
    func id(of address: MailAddress) -> String?
}
