public import DirectoryModel
internal import FileSource
internal import LDAPSource
public import PlanExecution
internal import ProviderClient
public import ReconcileEngine

/// The exit codes of the command, one for each kind of answer to "and now?".
public enum ExitStatus: Int32, Sendable, Hashable {
    /// Done, or nothing to do.
    case success = 0
    /// A test of rules failed.
    case testsFailed = 1
    /// There are changes to be made; only where that was asked for.
    case changesPending = 2
    /// A safety rule holds something back: somebody has to look.
    case held = 3
    /// Some operations failed or did not fit any more.
    case appliedInPart = 4
    /// The directory or the provider was not read completely.
    case incomplete = 5
    /// The command line makes no sense (`EX_USAGE`).
    case usage = 64
    /// The directory or the provider is not there (`EX_UNAVAILABLE`): try again later.
    case unavailable = 69
    /// Something that cannot be written, such as the state database (`EX_CANTCREAT`).
    case cannotWrite = 73
    /// Another run is active (`EX_TEMPFAIL`).
    case busy = 75
    /// Credentials or rights were refused (`EX_NOPERM`).
    case refused = 77
    /// The configuration, or a plan file, makes no sense (`EX_CONFIG`).
    case configuration = 78
    /// Somebody stopped it.
    case interrupted = 130

    /// What a plan means for the exit code.
    public init(of plan: Plan, detailed: Bool = false) {
        if !plan.overview.directoryIncomplete.isEmpty || !plan.overview.providerIncomplete.isEmpty {
            self = .incomplete
        } else if !plan.held.isEmpty {
            self = .held
        } else {
            self = detailed && !plan.operations.isEmpty ? .changesPending : .success
        }
    }

    /// What a review means for the exit code.
    public init(of comparison: PlanComparison, detailed: Bool = false) {
        self = detailed && !comparison.isEmpty ? .changesPending : .success
    }

    /// What a run means for the exit code.
    public init(of report: ApplyReport, plan: Plan) {
        switch report.ending {
        case .refused: self = .refused
        case .stopped: self = .interrupted
        case .quarantined: self = .unavailable
        case .outOfTime, .tooManyFailures: self = .appliedInPart
        case .finished: self = report.isComplete ? ExitStatus(of: plan) : .appliedInPart
        }
    }

    /// What a check means for the exit code: what the first step that failed means.
    public init(of steps: [CheckStep]) {
        guard let failed = steps.first(where: { !$0.passed }) else {
            self = .success
            return
        }
        self = failed.error.map { ExitStatus(of: $0) } ?? .unavailable
    }

    /// What an error means for the exit code.
    public init(of error: any Error) {
        switch error {
        case is ConfigurationError, is ApprovalError: self = .configuration
        case let error as PlanFileError: self = error.code == .unwritable ? .cannotWrite : .configuration
        case let error as LDAPError:
            switch error.category {
            case .configuration: self = .configuration
            case .unavailable: self = .unavailable
            case .access: self = .refused
            }
        case let error as ProviderError:
            self = [.unauthorized, .forbidden].contains(error.code) ? .refused : .unavailable
        case let error as RunLockError: self = error.isHeld ? .busy : .cannotWrite
        case is QuarantineError, is TimeLimitError: self = .unavailable
        case is StateDatabaseError, is FirstPasswordsError, is ReportFileError: self = .cannotWrite
        case is LDIFError: self = .configuration
        case let error as FileError: self = error.operation == .writing ? .cannotWrite : .unavailable
        case is SubjectError, is SelectionError, is UnknownRunError: self = .usage
        case is CancellationError: self = .interrupted
        default: self = .unavailable
        }
    }
}
