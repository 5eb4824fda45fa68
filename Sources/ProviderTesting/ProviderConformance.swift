public import ProviderClient
import ReconcileEngine

/// A suite that any implementation of `AccountProvider` can be run through.
///
/// ```swift
/// let report = await ProviderConformance { MailboxProvider(path: try newTemporaryPath()) }.run()
/// print(report)
/// #expect(report.isConforming)
/// ```
///
/// It needs no test library. Everything is done as in real use: the engine plans, and the provider carries out what was
/// planned.
public struct ProviderConformance: Sendable {
    private let domain: String
    private let accountCount: Int
    private let attributes: [String]
    private let makeProvider: @Sendable () async throws -> any AccountProvider

    /// Makes the suite.
    ///
    /// - Parameters:
    ///   - domain: a mail domain that the provider serves.
    ///   - accountCount: how many accounts the check of paging makes: more than two pages of the provider.
    ///   - attributes: three free attributes that the provider takes, where it takes any.
    ///   - makeProvider: answers a provider that has no account; called anew for each check.
    public init(
        domain: String = "corp.example", accountCount: Int = 2_500,
        attributes: [String] = ["first", "second", "third"],
        makeProvider: @escaping @Sendable () async throws -> any AccountProvider
    ) {
        self.domain = domain
        self.accountCount = accountCount
        self.attributes = attributes
        self.makeProvider = makeProvider
    }

    /// Runs every check, one after the other, each on a provider of its own.
    public func run() async -> ConformanceReport {
        var checks: [ConformanceReport.Check] = []
        let all =
            Self.listingChecks(accountCount) + Self.fieldChecks + Self.kindChecks + Self.lifecycleChecks
            + Self.refusalChecks
            + Self.repetitionChecks
        for check in all {
            checks.append(ConformanceReport.Check(name: check.name, outcome: await outcome(of: check)))
        }
        return ConformanceReport(checks: checks)
    }

    private func outcome(of check: Check) async -> ConformanceReport.Outcome {
        do {
            let provider = try await makeProvider()
            let trial = Trial(
                provider: provider, capabilities: try await provider.capabilities(), domain: domain,
                attributes: attributes)
            try trial.need(.create)
            try await check.run(trial)
            return .passed
        } catch let error as NotApplicable {
            return .skipped(error.reason)
        } catch let error as Disagreement {
            return .failed(error.text)
        } catch {
            return .failed("\(error)")
        }
    }

    /// A check: what the provider should do, and how that is found out.
    struct Check: Sendable {
        let name: String
        let run: @Sendable (Trial) async throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (Trial) async throws -> Void) {
            self.name = name
            self.run = run
        }
    }
}
