internal import DirectoryModel
internal import GRDB
internal import ReconcileEngine

/// The record of one run: what it is about to do, and what came of it, for the memory too.
struct Journal: Sendable {
    private let state: StateDatabase
    private let run: Int64
    private let memory: MemoryTables

    /// Begins the record of a run.
    ///
    /// - Parameter plan: a digest of the plan; runs with the same digest are tries at the same plan.
    init(
        _ state: StateDatabase, plan: String, provider: String, operations: Int, held: Int, undoing undone: Int64?,
        origin: RunOrigin
    ) throws(StateDatabaseError) {
        self.state = state
        (run, memory) = try state.write { database in
            try database.execute(
                sql: """
                    INSERT INTO run (plan, provider, operations, held, undoes, configuration, tool, "user")
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [plan, provider, operations, held, undone, origin.configuration, origin.tool, origin.user])
            return (database.lastInsertedRowID, try MemoryTables(adding: provider, database))
        }
    }

    /// The operations that earlier runs of the same plan carried out, by their positions, with the accounts that they
    /// were about.
    static func done(
        _ state: StateDatabase, plan: String, provider: String
    ) throws(StateDatabaseError) -> [Int: AccountID] {
        try state.write { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT position, coalesce(detail, '') FROM entry JOIN run ON run.id = entry.run
                    WHERE run.plan = ? AND run.provider = ? AND state IN ('done', 'already')
                    """,
                arguments: [plan, provider])
            return Dictionary(rows.map { ($0[0], AccountID($0[1] as String)) }) { first, _ in first }
        }
    }

    /// The positions of operations that earlier runs of the same plan began, whatever came of it.
    static func begun(
        _ state: StateDatabase, plan: String, provider: String
    ) throws(StateDatabaseError) -> Set<Int> {
        try state.read { database in
            try Set(
                Int.fetchAll(
                    database,
                    sql: """
                        SELECT position FROM entry JOIN run ON run.id = entry.run
                        WHERE run.plan = ? AND run.provider = ?
                        """,
                    arguments: [plan, provider]))
        }
    }

    /// Writes down which accounts were known again by their bindings.
    func recognize(_ links: [RecognizedLink]) throws(StateDatabaseError) {
        if links.isEmpty { return }
        try state.write { database in
            for link in links { try memory.link(link.key, to: link.id, database) }
        }
    }

    /// Writes down what came of operations, together with what the next run has to know of it, and what is about to be
    /// done: all or nothing of it.
    ///
    /// - Parameter unsure: the positions of those that an earlier try may have carried out without anybody having heard
    ///   of it.
    func record(
        _ results: [(position: Int, operation: Operation, result: ApplyReport.Result)], unsure: Set<Int> = [],
        intending next: [(position: Int, operation: Operation)]
    ) throws(StateDatabaseError) {
        try state.write { database in
            let outcome = try database.cachedStatement(
                sql:
                    "UPDATE entry SET state = ?, detail = ?, unsure = ?, at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE run = ? AND position = ?"
            )
            for (position, operation, result) in results {
                if let (name, detail) = Self.text(result) {
                    try outcome.execute(arguments: [name, detail, unsure.contains(position) ? 1 : nil, run, position])
                    if let account = result.account { try memory.note(operation, on: account, database) }
                } else {
                    // Intended, but the run was stopped before it was tried.
                    try database.execute(
                        sql: "DELETE FROM entry WHERE run = ? AND position = ?", arguments: [run, position])
                }
            }
            let intent = try database.cachedStatement(
                sql:
                    "INSERT OR REPLACE INTO entry (run, position, kind, address, operation, state) VALUES (?, ?, ?, ?, ?, 'intended')"
            )
            for (position, operation) in next {
                try intent.execute(
                    arguments: [run, position, operation.kind.rawValue, operation.address.text, operation.json])
            }
        }
    }

    /// Writes down why the run came to its end, and what it leaves behind; nil for nothing.
    ///
    /// - Parameters:
    ///   - answered: whether the provider did something that it was told, which ends its quarantine.
    ///   - age: for how long runs are kept.
    func end(
        _ ending: ApplyReport.Ending, leaving note: RunNote?, answered: Bool, keeping age: Duration
    ) throws(StateDatabaseError) {
        try state.write { database in
            try HistoryTables.prune(database, keeping: age, before: run)
            if let note { try memory.note(note, database) }
            if case .quarantined(let quarantine) = ending {
                try memory.note(quarantine, database)
            } else if answered {
                try memory.endQuarantine(database)
            }
            try database.execute(
                sql: "UPDATE run SET ended_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ending = ? WHERE id = ?",
                arguments: [ending.name, run])
        }
    }

    private static func text(_ result: ApplyReport.Result) -> (state: String, detail: String?)? {
        switch result {
        case .done(let id): ("done", id.rawValue)
        case .alreadyApplied(let id): ("already", id.rawValue)
        case .stale(let message): ("stale", message)
        case .failed(let code, let message): ("failed", "\(code): \(message)")
        case .doneEarlier, .notStarted: nil
        }
    }
}
