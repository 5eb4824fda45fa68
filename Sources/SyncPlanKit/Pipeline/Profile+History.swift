public import DirectoryModel
public import PlanExecution
internal import ProviderClient
public import ReconcileEngine

/// Looking at past runs, and undoing one.
extension Profile {
    /// The past runs, the latest first; empty where there was none.
    ///
    /// - Throws: `StateDatabaseError` where there is a state database that cannot be read.
    public func history(_ filter: HistoryFilter = HistoryFilter()) throws(StateDatabaseError) -> [RunRecord] {
        try StateDatabase.history(at: configuration.statePath, of: provider.name, filter)
    }

    /// One past run with what it did.
    ///
    /// - Throws: ``UnknownRunError`` where there is none; `StateDatabaseError`.
    public func run(_ choice: RunChoice) throws -> RunDetails {
        let found = try StateDatabase.run(choice.number, at: configuration.statePath, of: provider.name)
        guard let (record, entries) = found else { throw UnknownRunError(choice: choice) }
        return RunDetails(record: record, entries: entries)
    }

    /// Lists the provider's accounts, and plans what undoes a past run, as its journal has it (requirement BE9).
    ///
    /// The plan is reviewed and carried out as any other; nothing is changed yet, and the directory is not read. Where
    /// somebody has changed an account since, that stays as it is, and the plan says so.
    ///
    /// - Parameter deletesMade: whether accounts that the run made are deleted; otherwise they are suspended.
    /// - Throws: ``UnknownRunError`` where there is no such run; `StateDatabaseError`; `ProviderError` where nothing could
    ///   be listed.
    public func revert(
        _ choice: RunChoice, deletingMade deletesMade: Bool = false,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> PlanFile {
        let past = try StateDatabase.past(choice.number, at: configuration.statePath, of: provider.name)
        guard let past else { throw UnknownRunError(choice: choice) }
        let memory = try StateDatabase.memory(at: configuration.statePath, of: provider.name)
        let observed = try await provider.observe { progress(.listing(accounts: $0)) }
        let plan = reconciler.plan(
            undoing: past, deletingMade: deletesMade, provider: observed, remembering: memory)
        var header = header()
        header.accounts = PlanDigest(of: observed).text
        return PlanFile(plan: plan, header: header)
    }
}

/// Which past run is meant.
public enum RunChoice: Sendable, Hashable, CustomStringConvertible {
    /// The last one that had something to do.
    case last
    /// The one with this number.
    case number(Int64)

    /// Reads `last` or a number; nil for any other text.
    public init?(_ text: String) {
        if text == "last" {
            self = .last
        } else if let number = Int64(text), number > 0 {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// `last` or the number.
    public var description: String {
        switch self {
        case .last: "last"
        case .number(let number): "\(number)"
        }
    }

    var number: Int64? { if case .number(let number) = self { number } else { nil } }
}

/// A run that the journal does not have.
public struct UnknownRunError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The run that was asked for.
    public let choice: RunChoice

    /// What is wrong and what to do.
    public var description: String {
        switch choice {
        case .last: "There is no past run that had something to do: nothing has been applied yet."
        case .number(let number): "There is no run \(number). `sync-plan history` lists those that are remembered."
        }
    }
}

/// One past run with what it did.
public struct RunDetails: Sendable, Hashable {
    /// The run.
    public let record: RunRecord
    /// Its operations in the order of the plan, as far as they were begun.
    public var entries: [JournalEntry]

    /// The run with a part of its operations; those that an older version wrote down without their changes are in it only
    /// where everything is wanted.
    public func selecting(_ selection: PlanSelection) -> RunDetails {
        if selection.isEverything { return self }
        var part = self
        part.entries = entries.filter { $0.operation.map(selection.includes) ?? false }
        return part
    }
}

extension HistoryFilter {
    /// The time that a text means: so long ago, such as `7d`, a day such as `2026-11-01` (in UTC), or a time such as
    /// `2026-11-01T12:00:00Z`; nil for any other text.
    public static func time(_ text: String, before now: Timestamp) -> Timestamp? {
        if let age = Duration(text: text) {
            return Timestamp(secondsSince1970: now.secondsSince1970 - age.components.seconds)
        }
        return (try? Timestamp(iso8601: text)) ?? (try? Timestamp(iso8601: "\(text)T00:00:00Z"))
    }
}
