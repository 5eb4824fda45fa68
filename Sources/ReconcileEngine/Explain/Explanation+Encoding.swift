internal import DirectoryModel

extension ScopeVerdict: Encodable {
    private enum CodingKeys: String, CodingKey { case result, reason, rule, what }

    /// Writes `result` as `included`, `excluded`, `unmatched` or `not-a-person`, and what decided it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .included(let reason):
            try container.encode("included", forKey: .result)
            try container.encode(reason, forKey: .reason)
        case .excluded(let rule):
            try container.encode("excluded", forKey: .result)
            try container.encode(rule, forKey: .rule)
        case .unmatched: try container.encode("unmatched", forKey: .result)
        case .notAPerson(let what):
            try container.encode("not-a-person", forKey: .result)
            try container.encode(what, forKey: .what)
        }
    }
}

extension Matching.Step: Encodable, CustomStringConvertible {
    /// The step's name in a configuration: `external-id`; for a field the name of that.
    public var description: String {
        switch self {
        case .link: "link"
        case .externalID: "external-id"
        case .address: "address"
        case .alias: "alias"
        case .field(let field): field.rawValue
        }
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The step that an adoption names as its reason.
    init?(_ reason: Reason) {
        guard reason.code == .adopted else { return nil }
        switch reason.subject {
        case nil: self = .address
        case "alias": self = .alias
        case let name?:
            guard let field = AccountField(rawValue: name) else { return nil }
            self = .field(field)
        }
    }
}

extension Lifecycle.Removal: Encodable, CustomStringConvertible {
    /// What is done, as a phrase: `suspend, then delete after 30 days`.
    public var description: String {
        switch self {
        case .suspend: "suspend"
        case .delete: "delete"
        case .leave: "leave"
        case .suspendThenDelete(let days): "suspend, then delete after \(days) days"
        }
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
