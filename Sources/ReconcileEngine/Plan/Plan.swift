public import DirectoryModel

/// Everything that reconciling found to do, to hold back and to tell.
///
/// A value without clients or closures in it: the same inputs, in whatever order, give the same plan byte for byte.
public struct Plan: Sendable, Hashable {
    /// What was compared.
    public let overview: Overview
    /// What to do, in the order in which it may be done.
    public let operations: [Operation]
    /// What a rail holds back, in the same order.
    public let held: [HeldOperation]
    /// The accounts that are suspended and will be deleted unless their person comes back, in the order of the dates.
    public let pending: [PendingDeletion]
    /// The accounts that were found by their binding without being remembered: what should be remembered of them, in the
    /// order of their ids.
    public let recognized: [RecognizedLink]
    /// The safety rules that were violated.
    public let violations: [Violation]
    /// What somebody should know.
    public let findings: [Finding]

    /// Makes a plan from its parts.
    public init(
        overview: Overview, operations: [Operation], held: [HeldOperation], pending: [PendingDeletion] = [],
        recognized: [RecognizedLink] = [], violations: [Violation], findings: [Finding]
    ) {
        self.overview = overview
        self.operations = operations
        self.held = held
        self.pending = pending
        self.recognized = recognized.sorted { $0.id < $1.id }
        self.violations = violations
        self.findings = findings
    }

    /// Whether there is nothing to do and nothing held back.
    public var isEmpty: Bool { operations.isEmpty && held.isEmpty }

    /// How many operations of each kind are to be done.
    public var counts: [Operation.Kind: Int] {
        operations.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
    }
}

extension Plan {
    /// What was compared, in numbers.
    public struct Overview: Sendable, Hashable, Codable {
        /// The directory, for people.
        public var directory: String
        /// Why the directory was not read completely; empty where it was.
        public var directoryIncomplete: [String]
        /// How many users were read.
        public var users: Int
        /// How many of them are in scope.
        public var usersInScope: Int
        /// The provider, for people.
        public var provider: String
        /// Why the provider's accounts were not listed completely; empty where they were.
        public var providerIncomplete: [String]
        /// How many accounts the provider has.
        public var accounts: Int
        /// How many of them are bound to a directory object, and so may be changed or removed.
        public var managedAccounts: Int
        /// The number of the past run that the plan undoes; nil for one that was made from a directory.
        public var undoneRun: Int64?
    }
}

/// An account that nobody should have any more, and the day on which it will be deleted (requirement BE7).
public struct PendingDeletion: Sendable, Hashable, Codable {
    /// The provider's name for the account.
    public let id: AccountID
    /// Its primary address.
    public let address: MailAddress
    /// Since when it has been suspended; the time of the plan where the plan suspends it.
    public let since: Timestamp
    /// When it may be deleted.
    public let due: Timestamp
    /// Why nobody should have it.
    public let reason: Reason

    /// Makes a pending deletion.
    public init(id: AccountID, address: MailAddress, since: Timestamp, due: Timestamp, reason: Reason) {
        self.id = id
        self.address = address
        self.since = since
        self.due = due
        self.reason = reason
    }
}

/// An operation that is not carried out because a rail holds it back.
public struct HeldOperation: Sendable, Hashable, Codable {
    /// The operation.
    public let operation: Operation
    /// The violations that hold it, as positions in ``Plan/violations``; never empty.
    public let violations: [Int]

    /// Makes a held operation.
    public init(_ operation: Operation, by violations: [Int]) {
        self.operation = operation
        self.violations = violations
    }
}

/// Something a person should know, that blocks nothing by itself.
public struct Finding: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    /// The kind of finding, for programs; new kinds may appear.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Several people, or a person and an account, want one address.
        public static let addressCollision = Code(rawValue: "address-collision")
        /// An address is in none of the claimed domains.
        public static let foreignDomain = Code(rawValue: "foreign-domain")
        /// A person in scope has no usable primary address and so gets no account.
        public static let noAddress = Code(rawValue: "no-address")
        /// A value of `proxyAddresses` or `mail` is not understood.
        public static let malformedAddress = Code(rawValue: "malformed-address")
        /// Several groups grant the same entitlement.
        public static let entitlementConflict = Code(rawValue: "entitlement-conflict")
        /// It cannot be told which account belongs to which object.
        public static let ambiguousMatch = Code(rawValue: "ambiguous-match")
        /// A rule names an attribute that no object has and that is not well-known either.
        public static let unknownAttribute = Code(rawValue: "unknown-attribute")
        /// Somebody is no delegate or member for want of an account.
        public static let delegateLeftOut = Code(rawValue: "delegate-left-out")
        /// A group's list of members was read in part, so that nobody can be called gone from it.
        public static let partialMembers = Code(rawValue: "partial-members")
        /// A part of the directory is on another server, which was not asked.
        public static let partElsewhere = Code(rawValue: "part-elsewhere")
        /// An account is of another kind than it should be.
        public static let otherKind = Code(rawValue: "other-kind")
        /// Accounts are bound to directory objects by somebody else.
        public static let foreignAccount = Code(rawValue: "foreign-account")
        /// Passwords are not forwarded: they are not hashed, or not in a way that the provider takes.
        public static let passwordLeftOut = Code(rawValue: "password-left-out")
        /// Somebody wants a part of the plan only, or an operation waits for one outside of that part.
        public static let leftOut = Code(rawValue: "left-out")
        /// An account is not as a past run left it, so that what the run did to it is not undone, or only in part.
        public static let changedSince = Code(rawValue: "changed-since")
        /// A past run took something away that cannot be brought back.
        public static let lostForGood = Code(rawValue: "lost-for-good")
        /// What a run made is suspended and not deleted.
        public static let keptSuspended = Code(rawValue: "kept-suspended")
        /// What is undone is still what the directory calls for.
        public static let wantedAgain = Code(rawValue: "wanted-again")
        /// The provider cannot do something that the rules call for.
        public static let unsupported = Code(rawValue: "unsupported")
    }

    /// The kind of finding.
    public let code: Code
    /// Whom or what it is about: an address or a name.
    public let subject: String
    /// What was found and what comes of it, as a sentence.
    public let text: String

    /// Makes a finding.
    public init(_ code: Code, _ subject: String, _ text: String) {
        self.code = code
        self.subject = subject
        self.text = text
    }

    /// The sentence.
    public var description: String { text }

    /// Orders by kind, then subject, then text.
    public static func < (a: Self, b: Self) -> Bool {
        (a.code.rawValue, a.subject, a.text) < (b.code.rawValue, b.subject, b.text)
    }
}
