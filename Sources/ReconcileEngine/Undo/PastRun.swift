public import DirectoryModel

/// What a past run did, as its journal has it: what a plan that undoes it is made of.
public struct PastRun: Sendable, Hashable, CustomStringConvertible {
    /// The run's number in the journal.
    public let number: Int64
    /// When it began.
    public let began: Timestamp
    /// Whether the journal says how it ended; otherwise it was killed, or is at work.
    public let hasEnded: Bool
    /// What it did, and what it may have done, in the order in which it may have been done.
    public let operations: [PastOperation]
    /// The accounts, by their addresses, to which it did what the journal does not tell, because an older version wrote
    /// it.
    public let untold: [MailAddress]
    /// The primary addresses that later runs gave to accounts, of whom the run cannot have spoken by them.
    public let passedOn: Set<MailAddress>

    /// Makes a run; only a journal knows of one.
    package init(
        number: Int64, began: Timestamp, hasEnded: Bool = true, operations: [PastOperation], untold: [MailAddress] = [],
        passedOn: Set<MailAddress> = []
    ) {
        self.number = number
        self.began = began
        self.hasEnded = hasEnded
        self.operations = operations
        self.untold = untold
        self.passedOn = passedOn
    }

    /// The run, for people: `run 12 of 2026-11-21T12:00:00Z`.
    public var description: String { "run \(number) of \(began)" }
}

/// An operation that a past run carried out, or may have.
public struct PastOperation: Sendable, Hashable {
    /// The operation.
    public let operation: Operation
    /// The account that it was about; nil for the making of one of which the answer is not known.
    public let account: AccountID?

    /// Makes an operation; only a journal knows of one.
    package init(_ operation: Operation, on account: AccountID?) {
        self.operation = operation
        self.account = account ?? operation.id
    }
}

/// The evidence that an account may be taken away.
///
/// There are two: ``CompletenessProof``, that the directory was read completely and so nobody is missing for not having
/// been seen, and ``JournalProof``.
protocol RemovalProof: Sendable {}

extension CompletenessProof: RemovalProof {}

/// The evidence that a run of this profile gave what is to be taken away.
///
/// It comes from the journal: the run wrote down, before it did so, that it was going to make exactly this account, which
/// still is as the run left it, or to let exactly this one be used again, which it still is.
struct JournalProof: RemovalProof, Hashable {
    /// What the run wrote down.
    let evidence: PastOperation

    /// - Parameter expected: the account as the run left it.
    /// - Returns: nil where the evidence is about something else, or the account is another by now.
    init?(_ evidence: PastOperation, that observed: ObservedAccount, is expected: Account, fields: AccountFields) {
        let operation = evidence.operation
        switch operation.kind {
        case .create:
            // Where the answer never came there is no id. Nobody had the key or an address when it was written down.
            let key = operation.account?.key
            guard evidence.account.map({ $0 == observed.id }) ?? (key != nil && key == observed.account.key) else {
                return nil
            }
        case .reactivate:
            guard evidence.account == observed.id, observed.account.isActive else { return nil }
        case .adopt, .update, .rename, .suspend, .delete: return nil
        }
        guard observed.account.differences(from: expected, fields: fields).isEmpty else { return nil }
        self.evidence = evidence
    }
}

extension Account {
    /// The fields in which the account differs from another that a run left behind: those that ``Fingerprint`` looks at.
    func differences(from expected: Account, fields: AccountFields) -> [FieldChange] {
        Difference.changes(
            from: self, to: expected, fields: fields.subtracting([.delegates, .passwordHash, .requiresMFA]))
    }
}
