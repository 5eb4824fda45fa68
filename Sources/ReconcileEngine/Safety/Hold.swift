public import DirectoryModel

/// What a violation holds back.
public enum Hold: Sendable, Hashable {
    /// Every operation of the plan.
    case everything
    /// The operations by which somebody loses something.
    case destructive
    /// The operations of some kinds.
    case kinds(Set<Operation.Kind>)
    /// The operations of one kind on accounts in one mail domain, by their primary addresses before the operation.
    case kindInDomain(Operation.Kind, MailDomain)
    /// The operations of one kind on some accounts, by their primary addresses before the operation.
    case operations(Operation.Kind, of: Set<MailAddress>)
    /// Every operation on one account, by its primary address before the operation.
    case account(MailAddress)

    /// The operations of one kind.
    public static func kind(_ kind: Operation.Kind) -> Hold { .kinds([kind]) }

    /// Whether it holds an operation.
    public func includes(_ operation: Operation) -> Bool {
        switch self {
        case .everything: true
        case .destructive: operation.isDestructive
        case .kinds(let kinds): kinds.contains(operation.kind)
        case .kindInDomain(let kind, let domain): operation.kind == kind && operation.address.domain == domain
        case .operations(let kind, let addresses): operation.kind == kind && addresses.contains(operation.address)
        case .account(let address): operation.address == address
        }
    }
}

extension Hold: CustomStringConvertible {
    /// The hold in one text.
    ///
    /// It is one of `everything`, `destructive`, `kind:suspend,delete`, `domain:suspend:corp.example`,
    /// `operations:suspend:ana@corp.example` with a line for each further address, and `account:ana@corp.example`.
    public var description: String {
        switch self {
        case .everything: "everything"
        case .destructive: "destructive"
        case .kinds(let kinds):
            "kind:\(Operation.Kind.allCases.filter(kinds.contains).map(\.rawValue).joined(separator: ","))"
        case .kindInDomain(let kind, let domain): "domain:\(kind.rawValue):\(domain)"
        // No address has a line break in it, while a quoted one may have any other separator.
        case .operations(let kind, let addresses):
            "operations:\(kind.rawValue):\(addresses.sorted().map(\.text).joined(separator: "\n"))"
        case .account(let address): "account:\(address)"
        }
    }

    /// Reads what ``description`` writes; nil for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("everything", 1): self = .everything
        case ("destructive", 1): self = .destructive
        case ("kind", 2):
            let names = parts[1].split(separator: ",")
            let kinds = names.compactMap { Operation.Kind(rawValue: String($0)) }
            guard kinds.count == names.count else { return nil }
            self = .kinds(Set(kinds))
        case ("account", 2):
            guard let address = try? MailAddress(parts[1]) else { return nil }
            self = .account(address)
        case ("domain", 2), ("operations", 2):
            let more = parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard more.count == 2, let kind = Operation.Kind(rawValue: more[0]) else { return nil }
            if parts[0] == "domain" {
                guard let domain = try? MailDomain(more[1]) else { return nil }
                self = .kindInDomain(kind, domain)
            } else {
                let names = more[1].split(separator: "\n")
                let addresses = names.compactMap { try? MailAddress(String($0)) }
                guard addresses.count == names.count else { return nil }
                self = .operations(kind, of: Set(addresses))
            }
        default: return nil
        }
    }
}

extension Hold: Codable {
    /// Reads ``description``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let hold = Hold(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no hold.")
        }
        self = hold
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
