internal import DirectoryModel

/// A safety rule that a plan breaks, and what is held back for it.
///
/// Being unsafe is a value and no error: the plan is shown with what it would have done.
public struct Violation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The rail's name, as in a configuration: `limits.suspend`, `incomplete-directory`.
    public let rail: String
    /// What is wrong and what to do about it, as a sentence.
    public let text: String
    /// What is held back.
    public let hold: Hold

    /// Makes a violation.
    public init(rail: String, _ text: String, hold: Hold) {
        self.rail = rail
        self.text = text
        self.hold = hold
    }

    /// The sentence.
    public var description: String { text }
}

/// What a violation holds back.
public enum Hold: Sendable, Hashable {
    /// Every operation of the plan.
    case everything
    /// The operations by which somebody loses something.
    case destructive
    /// The operations of one kind.
    case kind(Operation.Kind)
    /// One operation, named by the primary address it is about.
    case account(String)

    /// Whether it holds an operation.
    public func includes(_ operation: Operation) -> Bool {
        switch self {
        case .everything: true
        case .destructive: operation.isDestructive
        case .kind(let kind): operation.kind == kind
        case .account(let address): operation.address.text == address
        }
    }
}

extension Hold: Codable, CustomStringConvertible {
    /// `everything`, `destructive`, `kind:suspend` or `account:ana@corp.example`.
    public var description: String {
        switch self {
        case .everything: "everything"
        case .destructive: "destructive"
        case .kind(let kind): "kind:\(kind.rawValue)"
        case .account(let address): "account:\(address)"
        }
    }

    /// Reads what ``description`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch parts.first {
        case "everything" where parts.count == 1: self = .everything
        case "destructive" where parts.count == 1: self = .destructive
        case "account" where parts.count == 2: self = .account(parts[1])
        case "kind" where parts.count == 2:
            guard let kind = Operation.Kind(rawValue: parts[1]) else { fallthrough }
            self = .kind(kind)
        default: throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no hold.")
        }
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
