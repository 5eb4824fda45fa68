public import DirectoryModel
public import ReconcileEngine

/// One run as the journal has it (requirement BE9).
public struct RunRecord: Sendable, Hashable {
    /// Its number: later runs have greater ones.
    public let number: Int64
    /// The digest of the plan that it carried out, or a part of.
    public let plan: String
    /// When it began.
    public let began: Timestamp
    /// When it ended; nil for one that was killed, or is at work.
    public let ended: Timestamp?
    /// How it ended, by the name of an ``ApplyReport/Ending``; nil for one that was killed, is at work, or is of an older
    /// version that did not write it down.
    public let ending: String?
    /// The name of the user who ran it; empty where it is not known.
    public let user: String
    /// The version of the tool; empty where it is not known.
    public let tool: String
    /// The SHA-256 of the configuration; empty where it is not known.
    public let configuration: String
    /// How many operations it set out to do.
    public let operations: Int
    /// How many of them are written down, by what became of them.
    public let counts: [JournalEntry.State: Int]
    /// How many operations of the plan were held back; nil where it is not known.
    public let held: Int?
    /// The number of the run that it undid; nil where it undid none.
    public let undoes: Int64?
    /// The runs that undid it, or a part of it.
    public let undoneBy: [Int64]

    /// How many operations the provider did, or had done already.
    public var done: Int { (counts[.done] ?? 0) + (counts[.already] ?? 0) }
}

/// One operation of a past run.
public struct JournalEntry: Sendable, Hashable {
    /// What became of it.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It was begun, and nobody knows what became of it.
        case intended
        /// It was carried out.
        case done
        /// The provider already had what it would have brought about.
        case already
        /// It did not fit any more.
        case stale
        /// The provider refused it, or it failed.
        case failed
    }

    /// Its number in the plan.
    public let position: Int
    /// What was done.
    public let kind: Operation.Kind
    /// The account's primary address before it.
    public let address: MailAddress
    /// What became of it.
    public let state: State
    /// The account; nil where it is not known.
    public let account: AccountID?
    /// Why it was stale or failed; nil for all others.
    public let message: String?
    /// When that was written down.
    public let at: Timestamp
    /// The operation as the plan had it, without secrets; nil for one that an older version wrote down.
    public let operation: Operation?
    /// Whether a try may have carried it out without anybody having heard of it.
    public let isUnsure: Bool

    /// Whether the run did it, as far as is known.
    var isDone: Bool { state == .done || state == .already && isUnsure }

    /// Whether the run may have done it, which the account itself has to tell.
    var isOpen: Bool { state == .intended || isUnsure && (state == .failed || state == .stale) }
}

/// Which runs are asked for.
public struct HistoryFilter: Sendable, Hashable {
    /// Only runs that began then or later; nil for any time.
    public var since: Timestamp?
    /// Only runs in which something failed or was stale, or that did not come to their end.
    public var isFailed: Bool
    /// Only runs that did, or tried, something to an account with this address, or gave it to one or took it away.
    public var address: MailAddress?
    /// Whether runs that had nothing to do are wanted too.
    public var includesIdle: Bool
    /// How many runs at most, the latest of them; nil for all.
    public var limit: Int?

    /// Makes a filter, by default for all runs that had something to do.
    public init(
        since: Timestamp? = nil, isFailed: Bool = false, address: MailAddress? = nil, includesIdle: Bool = false,
        limit: Int? = nil
    ) {
        self.since = since
        self.isFailed = isFailed
        self.address = address
        self.includesIdle = includesIdle
        self.limit = limit
    }
}
