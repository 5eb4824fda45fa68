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
    init(_ state: StateDatabase, plan: String, provider: String, operations: Int) throws(StateDatabaseError) {
        self.state = state
        (run, memory) = try state.write { database in
            try database.execute(
                sql: "INSERT INTO run (plan, provider, operations) VALUES (?, ?, ?)",
                arguments: [plan, provider, operations])
            return (database.lastInsertedRowID, try MemoryTables(adding: provider, database))
        }
    }

    /// The positions of operations that earlier runs of the same plan carried out.
    static func done(_ state: StateDatabase, plan: String, provider: String) throws(StateDatabaseError) -> Set<Int> {
        try state.write { database in
            try Set(
                Int.fetchAll(
                    database,
                    sql: """
                        SELECT DISTINCT position FROM entry JOIN run ON run.id = entry.run
                        WHERE run.plan = ? AND run.provider = ? AND state IN ('done', 'already')
                        """,
                    arguments: [plan, provider]))
        }
    }

    /// Writes down what is about to be done.
    func intend(_ operations: [(position: Int, operation: Operation)]) throws(StateDatabaseError) {
        try state.write { database in
            let statement = try database.cachedStatement(
                sql:
                    "INSERT OR REPLACE INTO entry (run, position, kind, address, state) VALUES (?, ?, ?, ?, 'intended')"
            )
            for (position, operation) in operations {
                try statement.execute(
                    arguments: [run, position, operation.kind.rawValue, operation.address.text])
            }
        }
    }

    /// Writes down accounts whose directory objects were recognised.
    func remember(_ links: some Sequence<(key: ObjectID, id: AccountID)>) throws(StateDatabaseError) {
        try state.write { database in
            for (key, id) in links { try memory.link(key, to: id, database) }
        }
    }

    /// Writes down what came of operations of a plan, together with what the next run has to know of it.
    func record(
        _ results: [(position: Int, result: ApplyReport.Result)], of plan: Plan
    ) throws(StateDatabaseError) {
        try state.write { database in
            let statement = try database.cachedStatement(
                sql: "UPDATE entry SET state = ?, detail = ? WHERE run = ? AND position = ?")
            for (position, result) in results {
                if let (name, detail) = Self.text(result) {
                    try statement.execute(arguments: [name, detail, run, position])
                    if let account = result.account {
                        try memory.note(plan.operations[position], on: account, database)
                    }
                } else {
                    // Intended, but the run was stopped before it was tried.
                    try database.execute(
                        sql: "DELETE FROM entry WHERE run = ? AND position = ?", arguments: [run, position])
                }
            }
        }
    }

    /// Writes down that the run came to its end.
    ///
    /// - Parameter plan: the plan and its time, where it was gone through to its end and knows the whole directory.
    func end(of plan: (plan: Plan, madeAt: Timestamp)?) throws(StateDatabaseError) {
        try state.write { database in
            if let plan { try memory.note(plan.plan, madeAt: plan.madeAt, database) }
            try database.execute(
                sql: "UPDATE run SET ended_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?", arguments: [run])
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
