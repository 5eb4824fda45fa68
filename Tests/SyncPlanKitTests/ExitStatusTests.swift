import DirectoryModel
import FileSource
import LDAPSource
import PlanExecution
import ProviderClient
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

// The test library has a type of the same name.
typealias ExitStatus = SyncPlanKit.ExitStatus

/// Which exit status which answer has.
@Suite struct ExitStatusTests {
    struct Failure: Error {}

    static let failures: [(any Error, ExitStatus)] = [
        (ConfigurationError("wrong"), .configuration), (Self.mistypedToken, .configuration),
        (LDAPError(.badConfiguration, ""), .configuration), (LDAPError(.noSuchObject, ""), .configuration),
        (LDAPError(.nameNotFound, ""), .unavailable), (LDAPError(.connectionRefused, ""), .unavailable),
        (LDAPError(.timedOut, ""), .unavailable), (LDAPError(.certificateExpired, ""), .unavailable),
        (LDAPError(.sizeLimitExceeded, ""), .unavailable), (LDAPError(.invalidCredentials, ""), .refused),
        (LDAPError(.insufficientRights, ""), .refused), (LDAPError(.strongerAuthRequired, ""), .refused),
        (ProviderError(.unauthorized, ""), .refused), (ProviderError(.unavailable, ""), .unavailable),
        (ProviderError(.malformed, ""), .unavailable),
        (QuarantineError(provider: "p", quarantine: quarantine), .unavailable),
        (LDIFError(.malformedLine, line: 1, problem: ""), .configuration),
        (FileError(.missing, .reading, path: "", problem: ""), .unavailable),
        (FileError(.noSpace, .writing, path: "", problem: ""), .cannotWrite),
        (CancellationError(), .interrupted), (Failure(), .unavailable),
    ]

    private static let quarantine = Quarantine(
        since: .earliest, until: .latest, pause: 300, reason: "It is down.")

    private static var mistypedToken: any Error {
        do throws(ApprovalError) {
            let header = PlanHeader(configuration: "", provider: "", madeAt: Timestamp(secondsSince1970: 0))
            _ = try PlanFile(plan: Plans.many, header: header).violations(approvedBy: ["01234567"])
            return Failure()
        } catch {
            return error
        }
    }

    @Test(arguments: failures.indices) func errors(_ index: Int) {
        let (error, expected) = Self.failures[index]
        #expect(ExitStatus(of: error) == expected, "\(error)")
    }

    @Test func plans() {
        let rules = Plans.rules { $0.rails = .standard }
        let pending = Plans.plan([Made.person("new", groups: ["Sooma_5GB"])], [], rules: rules)
        #expect(ExitStatus(of: pending) == .success && ExitStatus(of: pending, detailed: true) == .changesPending)
        let nothing = Plans.plan([], [], rules: rules)
        #expect(ExitStatus(of: nothing) == .success && ExitStatus(of: nothing, detailed: true) == .success)
        for detailed in [false, true] {
            #expect(ExitStatus(of: Plans.many, detailed: detailed) == .held)
            #expect(ExitStatus(of: Plans.incomplete, detailed: detailed) == .incomplete)
        }
    }

    @Test func reports() {
        let rules = Plans.rules { $0.rails = .standard }
        let plan = Plans.plan([Made.person("new", groups: ["Sooma_5GB"])], [], rules: rules)
        func report(_ result: ApplyReport.Result, _ ending: ApplyReport.Ending = .finished) -> ApplyReport {
            ApplyReport(
                entries: [ApplyReport.Entry(position: 0, operation: plan.operations[0], result: result)], ending: ending
            )
        }
        let id = AccountID("1")
        let cases: [(ApplyReport, ExitStatus)] = [
            (report(.done(id)), .success), (report(.alreadyApplied(id)), .success), (report(.doneEarlier), .success),
            (report(.stale("")), .appliedInPart), (report(.failed(code: "", message: "")), .appliedInPart),
            (report(.notStarted, .stopped), .interrupted),
            (report(.failed(code: "", message: ""), .refused("")), .refused),
            (report(.notStarted, .outOfTime), .appliedInPart),
            (report(.notStarted, .tooManyFailures(1)), .appliedInPart),
            (report(.notStarted, .quarantined(Self.quarantine)), .unavailable),
        ]
        for (report, expected) in cases { #expect(ExitStatus(of: report, plan: plan) == expected, "\(report)") }
        // All that could be done was done; what is held still has to be looked at.
        #expect(ExitStatus(of: report(.done(id)), plan: Plans.many) == .held)
    }

    @Test func numbers() {
        let documented: [Int32] = [0, 1, 2, 3, 4, 5, 64, 69, 73, 75, 77, 78, 130]
        for number in Int32(0)...255 {
            #expect((ExitStatus(rawValue: number) != nil) == documented.contains(number), "\(number)")
        }
    }
}
