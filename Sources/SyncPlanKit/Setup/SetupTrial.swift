public import DirectoryModel
import Foundation
internal import LDAPSource
internal import ProviderClient
internal import ReconcileEngine

/// What `sync-plan init` tries as soon as it has been told enough.
public enum SetupTrial: Sendable, Hashable {
    /// Whether a server is there.
    case server
    /// Whether the account may sign in.
    case account
    /// Whether somebody is found in the directory.
    case directory
    /// Whether the provider is there.
    case provider
}

/// What came of a trial.
public struct SetupOutcome: Sendable {
    /// A name and how often it occurs.
    public struct Count: Sendable, Hashable {
        /// The name.
        public let name: String
        /// How often it occurs.
        public let count: Int

        /// Makes a count.
        public init(_ name: String, _ count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// What was tried, in the words of `sync-plan check`.
    public var steps: [CheckStep]
    /// Where the server's trees begin.
    public var bases: [String] = []
    /// The domains of primary addresses and how many people have one there, the most frequent first.
    public var domains: [Count] = []
    /// The groups and how many members they have, the largest first.
    public var groups: [Count] = []

    /// Makes an outcome.
    public init(steps: [CheckStep]) { self.steps = steps }

    /// Whether everything worked.
    public var hasPassed: Bool { steps.allSatisfy(\.passed) }

    /// Whether the server's certificate is signed by somebody who is not trusted here.
    var needsAuthority: Bool {
        steps.contains { ($0.error as? LDAPError)?.code == .certificateUntrusted }
    }
}

extension SetupInterview {
    /// Tries what has been said so far; nothing is written or changed anywhere.
    ///
    /// - Parameters:
    ///   - folder: where the configuration is going to be, which paths are relative to.
    ///   - environment: what `${NAME}` stands for; nil for the environment of the process.
    /// - Throws: `CancellationError` where the task was cancelled.
    public func run(
        _ trial: SetupTrial, in folder: String, environment: [String: String]? = nil,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> SetupOutcome {
        let profile: Profile
        do throws(ConfigurationError) {
            profile = try Profile(configuration: configuration(for: trial, in: folder, environment: environment))
        } catch {
            return SetupOutcome(steps: [CheckStep("configuration", failed: error)])
        }
        var outcome: SetupOutcome
        switch trial {
        case .server:
            outcome = SetupOutcome(steps: await profile.reader.check(ReadRequest(kinds: [])))
            // Nobody signs in yet, and many servers want somebody to.
            outcome.steps.removeAll { $0.title == "bind" }
        case .account:
            outcome = SetupOutcome(steps: await profile.reader.check(ReadRequest(kinds: [])))
            if outcome.hasPassed, let directory = profile.reader as? LDAPDirectory {
                outcome.bases = ((try? await directory.namingContexts()) ?? []).map(\.text)
            }
        case .directory: outcome = try await Self.look(around: profile, progress)
        case .provider: outcome = SetupOutcome(steps: await profile.provider.check())
        }
        try Task.checkCancellation()
        return outcome
    }

    /// The configuration as it is going to be, with the secrets that have been typed in the environment.
    private func configuration(
        for trial: SetupTrial, in folder: String, environment: [String: String]?
    ) throws(ConfigurationError) -> Configuration {
        var template = template
        var environment = environment ?? ProcessInfo.processInfo.environment
        if trial == .server { template.account = nil }
        if let password {
            template.password = .variable("SYNC_PLAN_PASSWORD")
            environment["SYNC_PLAN_PASSWORD"] = password.revealed
        }
        if trial != .provider {
            template.provider = .mailboxDatabase(path: "mail.db")
        } else if let token {
            template.token = .variable("SYNC_PLAN_TOKEN")
            environment["SYNC_PLAN_TOKEN"] = token.revealed
        }
        // Of the directory nothing is asked again, and its secret may not be where it will be.
        if trial == .provider { template.directory = .ldif }
        let file = ConfigurationFile(path: "\(folder)/sync-plan.yaml", environment: environment)
        return try file.configuration(from: Data(template.text.utf8))
    }

    private static func look(
        around profile: Profile, _ progress: @escaping @Sendable (RunProgress) -> Void
    ) async throws -> SetupOutcome {
        let everybody = Reconciler(mapping: .standard(for: profile.configuration.source.schema))
        let request = everybody.overviewRequest
        var outcome = SetupOutcome(steps: await profile.reader.check(request))
        if !outcome.hasPassed { return outcome }
        do {
            let snapshot = try await profile.reader.read(request) { progress(.reading(entries: $0.entries)) }
            var domains: [String: Int] = [:]
            for verdict in everybody.verdicts(directory: snapshot) where verdict.kind == .user {
                if let address = verdict.address { domains["\(address.domain)", default: 0] += 1 }
            }
            outcome.domains = domains.map { .init($0.key, $0.value) }.ordered
            outcome.groups = everybody.groupSummaries(in: snapshot).map { .init($0.name, $0.members) }.ordered
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            outcome.steps.append(CheckStep("read", failed: error))
        }
        return outcome
    }
}

extension [SetupOutcome.Count] {
    fileprivate var ordered: Self { sorted { ($1.count, $0.name) < ($0.count, $1.name) } }
}
