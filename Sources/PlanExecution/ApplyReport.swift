public import ReconcileEngine

/// What became of every operation of a plan.
public struct ApplyReport: Sendable, Hashable {
    /// What became of one operation.
    public enum Result: Sendable, Hashable {
        /// It was carried out.
        case done(AccountID)
        /// The provider already had what it would have brought about; nothing was changed.
        case alreadyApplied(AccountID)
        /// An earlier run of the same plan carried it out.
        case doneEarlier
        /// It did not fit any more, and was refused by itself. The sentence says what had changed.
        case stale(String)
        /// The provider refused it, or it failed. The sentence is the provider's.
        case failed(code: String, message: String)
        /// It was not begun: the run was stopped, or ended early.
        case notStarted
    }

    /// One operation with its result.
    public struct Entry: Sendable, Hashable {
        /// The operation's number in the plan, from 0: see `Plan.Step.position`.
        public let position: Int
        /// The operation.
        public let operation: Operation
        /// What became of it.
        public let result: Result

        /// Makes an entry.
        public init(position: Int, operation: Operation, result: Result) {
            self.position = position
            self.operation = operation
            self.result = result
        }
    }

    /// Why the run came to its end.
    public enum Ending: Sendable, Hashable {
        /// Every operation was tried.
        case finished
        /// Somebody asked it to stop; the operations under way were finished.
        case stopped
        /// The provider refused the credentials, so that every further call would have failed. The sentence is its own.
        case refused(String)
        /// The time for the run was over (``PlanExecutor/Options/timeLimit``).
        case outOfTime
        /// So many operations failed or were stale: more than ``PlanExecutor/Options/maximumFailures``.
        case tooManyFailures(Int)
        /// The provider is in trouble: most calls failed, or it asks to be left alone for long.
        case quarantined(Quarantine)

        /// The ending's name in the journal and in reports.
        public var name: String {
            switch self {
            case .finished: "finished"
            case .stopped: "stopped"
            case .refused: "refused"
            case .outOfTime: "out-of-time"
            case .tooManyFailures: "too-many-failures"
            case .quarantined: "quarantined"
            }
        }
    }

    /// The operations in the order of the plan.
    public let entries: [Entry]
    /// Why the run came to its end.
    public let ending: Ending

    /// Makes a report.
    public init(entries: [Entry], ending: Ending) {
        self.entries = entries
        self.ending = ending
    }

    /// Whether everything the plan says is so now.
    public var isComplete: Bool { entries.allSatisfy { $0.result.isSuccess } }

    /// How many operations ended in a way that satisfies a condition.
    public func count(where condition: (Result) -> Bool) -> Int { entries.count { condition($0.result) } }
}

extension ApplyReport.Result {
    /// The account that was changed, or had been before; nil where that is not known, or nothing was changed.
    var account: AccountID? {
        switch self {
        case .done(let id), .alreadyApplied(let id): id
        case .doneEarlier, .stale, .failed, .notStarted: nil
        }
    }

    /// Whether the provider has what the operation was to bring about.
    public var isSuccess: Bool {
        switch self {
        case .done, .alreadyApplied, .doneEarlier: true
        case .stale, .failed, .notStarted: false
        }
    }
}

/// How far a run has come.
public struct ApplyProgress: Sendable, Hashable {
    /// How many operations have ended, in whatever way.
    public let completed: Int
    /// How many of those failed or were stale.
    public let failed: Int
    /// How many there are.
    public let total: Int
}
