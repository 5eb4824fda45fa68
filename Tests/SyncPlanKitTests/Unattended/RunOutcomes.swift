import DirectoryModel
import PlanExecution
import ProviderClient
import ReconcileEngine
import SyncPlanKit
import TestSupport

/// What came of made-up runs.
enum RunOutcomes {
    static let began = Timestamp(secondsSince1970: 1_790_000_000)

    static func outcome(_ change: (inout RunOutcome) -> Void) -> RunOutcome {
        var outcome = RunOutcome(profile: "a \"b\"\\c\nd", began: began)
        outcome.duration = .milliseconds(1250)
        change(&outcome)
        return outcome
    }

    /// A plan with every kind of operation, of which some failed.
    static let mixed = outcome { outcome in
        let plan = Plans.everything
        outcome.entries = 15
        outcome.plan = plan
        let entries = plan.operations.enumerated().map { index, operation in
            let result: ApplyReport.Result =
                switch index {
                case 1: .failed(code: "conflict", message: "The \u{1B}[31maddress\r\nis taken <!channel>.")
                case 2: .stale("It has changed.")
                default: .done(AccountID("id-\(index)"))
                }
            return ApplyReport.Entry(position: index, operation: operation, result: result)
        }
        outcome.report = ApplyReport(entries: entries, ending: .finished)
    }

    static let unreachable = outcome { $0.failure = ProviderError(.unavailable, "Nobody listens on port 4711.") }

    static let nothingToDo = outcome { outcome in
        outcome.plan = Plans.plan([], [])
        outcome.report = ApplyReport(entries: [], ending: .finished)
    }

    static let all = [("mixed", mixed), ("unreachable", unreachable), ("nothing", nothingToDo)]
}
