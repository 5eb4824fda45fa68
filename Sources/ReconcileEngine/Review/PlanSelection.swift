public import DirectoryModel

/// The part of a plan that a person wants to have carried out.
///
/// As in a list of filters, criteria of one sort are alternatives and those of different sorts must all be met:
/// `kind:create kind:update domain:corp.example` are the creations and updates in that domain.
public struct PlanSelection: Sendable, Hashable {
    /// What an operation must be to be wanted; empty where every operation is.
    public var only: [Criterion]
    /// What is not wanted, although ``only`` names it: whatever meets any of these.
    public var except: [Criterion]

    /// Makes a selection, by default one of everything.
    public init(only: [Criterion] = [], except: [Criterion] = []) {
        self.only = only
        self.except = except
    }

    /// Whether everything is wanted.
    public var isEverything: Bool { only.isEmpty && except.isEmpty }

    /// Whether an operation is wanted, as far as it alone is concerned.
    public func includes(_ operation: Operation) -> Bool { includes(operation, makingWay: nil) }

    /// Whether an operation is wanted that was parted in two.
    ///
    /// - Parameter first: its first half, which only gives addresses up; nil for an operation that was not parted.
    func includes(_ operation: Operation, makingWay first: Operation?) -> Bool {
        func meets(_ criterion: Criterion) -> Bool {
            if criterion.includes(operation) { return true }
            // What the first half is called, and why it is there, says nothing about what is wanted.
            guard let first, criterion.isAboutAddresses else { return false }
            return criterion.includes(first)
        }
        if except.contains(where: meets) { return false }
        return Dictionary(grouping: only, by: \.sort).values.allSatisfy { $0.contains(where: meets) }
    }

    /// One thing that an operation can be or not.
    public enum Criterion: Sendable, Hashable {
        /// It is of a kind.
        case kind(Operation.Kind)
        /// The account's primary address is, or will be, in a mail domain.
        case domain(MailDomain)
        /// It is on an account, by the primary address before or after it.
        case address(MailAddress)
        /// A group is the reason for it, or for one of its changes; letter case does not count.
        case group(String)
    }
}

extension PlanSelection.Criterion {
    /// Whether an operation meets it.
    public func includes(_ operation: Operation) -> Bool {
        switch self {
        case .kind(let kind): operation.kind == kind
        case .domain(let domain): operation.address.domain == domain || operation.resultingAddress.domain == domain
        case .address(let address): operation.address == address || operation.resultingAddress == address
        case .group(let name):
            (operation.reasons + operation.changes.compactMap(\.reason)).contains { reason in
                [.memberOf, .group].contains(reason.code) && reason.subject?.lowercased() == name.lowercased()
            }
        }
    }

    fileprivate var isAboutAddresses: Bool {
        switch self {
        case .domain, .address: true
        case .kind, .group: false
        }
    }

    fileprivate var sort: Int {
        switch self {
        case .kind: 0
        case .domain: 1
        case .address: 2
        case .group: 3
        }
    }
}

extension PlanSelection.Criterion: CustomStringConvertible {
    /// The criterion as it is written: `kind:create`, `domain:corp.example`, `address:ana@corp.example`, `group:Staff`.
    public var description: String {
        switch self {
        case .kind(let kind): "kind:\(kind.rawValue)"
        case .domain(let domain): "domain:\(domain)"
        case .address(let address): "address:\(address)"
        case .group(let name): "group:\(name)"
        }
    }

    /// Reads what ``description`` writes; nil for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "kind":
            guard let kind = Operation.Kind(rawValue: parts[1]) else { return nil }
            self = .kind(kind)
        case "domain":
            guard let domain = try? MailDomain(parts[1]) else { return nil }
            self = .domain(domain)
        case "address":
            guard let address = try? MailAddress(parts[1]) else { return nil }
            self = .address(address)
        case "group": self = .group(parts[1])
        default: return nil
        }
    }
}

/// A criterion that no operation of a plan meets: it is mistyped, or meant for another plan.
///
/// Going on without it would carry out, or leave out, what nobody wanted.
public struct SelectionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The criterion.
    public let criterion: PlanSelection.Criterion

    /// What is wrong and what to do.
    public var description: String {
        "\(criterion) meets no operation of this plan. Nothing has been changed. "
            + "Check how it is written; `sync-plan plan` shows kinds, addresses and groups."
    }
}
