public import DirectoryModel
internal import FileSource
import Foundation
public import PlanExecution
public import ProviderClient
public import ReconcileEngine

/// One configuration with the source, the provider and the rules that it names: all that the command does, to be called
/// from anywhere.
///
/// ```swift
/// let profile = try Profile(configuration: ConfigurationFile(path: "sync-plan.yaml").load())
/// let file = try await profile.plan()
/// let report = try await profile.apply(file)
/// ```
public struct Profile: Sendable {
    /// The configuration.
    public let configuration: Configuration
    /// Where users and groups are read from.
    public package(set) var reader: any DirectoryReader
    /// Where the accounts are.
    public let provider: any AccountProvider
    /// The rules.
    public let reconciler: Reconciler
    /// Whether a recorded snapshot is read instead of the source.
    let isRecorded: Bool

    /// Makes a profile; nothing is opened yet.
    ///
    /// - Parameter recording: the path of a recorded snapshot to read instead of the source; nil for the source.
    /// - Throws: ``ConfigurationError`` where a secret cannot be read or an address makes no sense.
    public init(configuration: Configuration, recording: String? = nil) throws(ConfigurationError) {
        self.configuration = configuration
        isRecorded = recording != nil
        if let recording {
            reader = LDIFFile(path: recording, schema: configuration.source.schema)
        } else {
            reader = try configuration.makeReader()
        }
        provider = try configuration.makeProvider()
        reconciler = configuration.reconciler
    }

    /// Reads the directory and the provider, at the same time, and plans.
    ///
    /// Nothing is changed anywhere. What earlier runs left behind is taken from the state database; where there is none,
    /// there was no run.
    ///
    /// - Throws: what the source or the provider throws where nothing could be read from it; `StateDatabaseError` where
    ///   there is a state database that cannot be read.
    public func plan(
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> PlanFile {
        let states = try await read(reconciler.readRequest, progress: progress)
        progress(.comparing)
        let plan = reconciler.plan(
            directory: states.directory, provider: states.provider, remembering: states.memory, at: states.now)
        var header = header(madeAt: states.now)
        header.directory = PlanDigest(of: states.directory).text
        header.accounts = PlanDigest(of: states.provider).text
        return PlanFile(plan: plan, header: header)
    }

    /// What a plan is made of.
    struct States {
        let directory: DirectorySnapshot
        let provider: ObservedState
        let memory: Memory?
        let now: Timestamp
    }

    /// Reads the directory and the provider at the same time, and what earlier runs left behind.
    func read(
        _ request: ReadRequest, progress: @escaping @Sendable (RunProgress) -> Void
    ) async throws -> States {
        let memory = try StateDatabase.memory(at: configuration.statePath, of: provider.name)
        async let snapshot = reader.read(request) { progress(.reading(entries: $0.entries)) }
        let observed = try await provider.observe { progress(.listing(accounts: $0)) }
        let directory = try await snapshot
        for note in directory.notes { progress(.note(note)) }
        return States(directory: directory, provider: observed, memory: memory, now: .now)
    }

    /// Carries a plan out, and remembers for the next run what it has to know: of a plan with nothing to do, too.
    ///
    /// The caller holds the ``lock()``, which keeps other runs away.
    ///
    /// - Parameters:
    ///   - approved: the violations that a person has approved, as positions in `Plan.violations`.
    ///   - options: how it is carried out; nil for what the configuration says.
    /// - Throws: `QuarantineError` where the provider is left alone; `StateDatabaseError` or `FirstPasswordsError` where
    ///   nothing can be written down.
    public func apply(
        _ file: PlanFile, approving approved: Set<Int> = [], options: PlanExecutor.Options? = nil,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> ApplyReport {
        let state = try StateDatabase(path: configuration.statePath)
        let passwords =
            configuration.people.account.makesFirstPasswords ? FirstPasswords(path: configuration.passwordsPath) : nil
        let executor = PlanExecutor(
            provider: provider, state: state, options: options ?? configuration.apply.options, passwords: passwords)
        return try await executor.apply(
            file.plan, approving: approved, digest: file.digest.text, madeAt: file.header.madeAt,
            origin: RunOrigin(configuration: configuration.digest, tool: file.header.tool)
        ) { progress(.applying($0)) }
    }

    /// Checks that the provider is not left alone at the moment, before anything is read.
    ///
    /// - Throws: `QuarantineError` where it is; `StateDatabaseError` where there is a state database that cannot be read.
    public func requireNoQuarantine() throws {
        guard let quarantine = try quarantine() else { return }
        throw QuarantineError(provider: provider.name, quarantine: quarantine)
    }

    /// The quarantine that the provider is in at the moment; nil for none.
    func quarantine() throws -> Quarantine? {
        let quarantine = try StateDatabase.quarantine(at: configuration.statePath, of: provider.name)
        return quarantine.flatMap { $0.until > .now ? $0 : nil }
    }

    /// Takes the lock that keeps two runs of the profile from working at the same time.
    public func lock() throws(RunLockError) -> RunLock { try RunLock(path: configuration.statePath + ".lock") }

    /// Reads the directory and writes what was read to a file, which can be read instead of it later.
    ///
    /// - Parameter onlyNeeded: whether only what the rules need is asked for, instead of everything.
    /// - Returns: what was written.
    public func record(
        to path: String, onlyNeeded: Bool = false, progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> DirectorySnapshot {
        let request = onlyNeeded ? reconciler.readRequest : ReadRequest()
        let snapshot = try await reader.read(request) { progress(.reading(entries: $0.entries)) }
        try await LDIFWriter().write(snapshot, to: path)
        return snapshot
    }

    /// Tries everything that a run needs, without changing anything.
    public func check() async -> [CheckStep] {
        var source = await reader.check(reconciler.readRequest)
        if reconciler.hasUnusualAttributes, source.allSatisfy(\.passed) { source += await checkAttributes() }
        var target = await provider.check()
        if target.allSatisfy(\.passed), let capabilities = try? await provider.capabilities() {
            let fields = reconciler.fields(beyond: capabilities)
            if !fields.isEmpty {
                target.append(
                    CheckStep(
                        "fields", passed: true,
                        detail: "cannot hold what the rules set for people: "
                            + fields.map(\.rawValue).joined(separator: ", ") + ". It is left out."))
            }
        }
        return source.map { $0.titled("source \($0.title)") } + target.map { $0.titled("provider \($0.title)") }
    }

    /// Reads the directory to see whether it has the attributes that the rules name.
    private func checkAttributes() async -> [CheckStep] {
        let title = "attributes"
        do {
            let snapshot = try await reader.read(reconciler.readRequest) { _ in }
            let unknown = reconciler.unknownAttributes(in: snapshot)
            if unknown.isEmpty { return [CheckStep(title, passed: true, detail: "has all that the rules name")] }
            return unknown.map { CheckStep(title, failed: ConfigurationError($0.text)) }
        } catch {
            return [CheckStep(title, failed: error)]
        }
    }

    /// The header of a plan made now.
    public func header() -> PlanHeader { header(madeAt: .now) }

    func header(madeAt now: Timestamp) -> PlanHeader {
        PlanHeader(configuration: configuration.digest, provider: provider.name, madeAt: now)
    }
}

/// How far a run has come.
public enum RunProgress: Sendable, Hashable {
    /// So many entries of the directory have been read.
    case reading(entries: Int)
    /// Something that a person should know about the way the directory was read.
    case note(String)
    /// So many accounts of the provider have been listed.
    case listing(accounts: Int)
    /// Both have been read, and are compared now.
    case comparing
    /// So many operations have been carried out.
    case applying(ApplyProgress)
}
