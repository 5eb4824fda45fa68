internal import DirectoryModel
internal import FoundationEssentials
internal import GRDB
public import ReconcileEngine

/// Looking at past runs, without making the file where it is missing, and without changing one that is older.
extension StateDatabase {
    /// The past runs on a provider, the latest first; empty where there was none.
    public static func history(
        at path: String, of provider: String, _ filter: HistoryFilter = HistoryFilter()
    ) throws(StateDatabaseError) -> [RunRecord] {
        guard let state = try StateDatabase(existing: path) else { return [] }
        return try state.read { try HistoryTables(provider, $0)?.runs(filter, nil, $0) ?? [] }
    }

    /// One past run with its operations in the order of the plan; nil where there is none of that number.
    ///
    /// - Parameter number: the run; nil for the last one that had something to do.
    public static func run(
        _ number: Int64?, at path: String, of provider: String
    ) throws(StateDatabaseError) -> (record: RunRecord, entries: [JournalEntry])? {
        guard let state = try StateDatabase(existing: path) else { return nil }
        return try state.read { database in
            guard let tables = try HistoryTables(provider, database),
                let record = try tables.runs(HistoryFilter(limit: number == nil ? 1 : nil), number, database).first
            else { return nil }
            return (record, try tables.entries(of: record.number, database))
        }
    }

    /// What a past run did, to be undone; nil where there is none of that number.
    ///
    /// - Parameter number: the run; nil for the last one that had something to do.
    public static func past(
        _ number: Int64?, at path: String, of provider: String
    ) throws(StateDatabaseError) -> PastRun? {
        guard let (record, entries) = try run(number, at: path, of: provider),
            let state = try StateDatabase(existing: path)
        else { return nil }
        let later = try state.read { try HistoryTables(provider, $0)?.given(after: record.number, $0) }
        let done = entries.filter { entry in
            // An account that a later run has made was not made by this one.
            entry.isDone || entry.isOpen && !(entry.kind == .create && later?.made.contains(entry.address) == true)
        }
        let operations = done.compactMap { entry in
            entry.operation.map { ($0.stage, PastOperation($0, on: entry.account)) }
        }
        // A stable order: what is approved later stands last in the plan, and may have been done first.
        let ordered = operations.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
        return PastRun(
            number: record.number, began: record.began, hasEnded: record.ended != nil,
            operations: ordered.map(\.element.1),
            untold: Array(Set(done.filter { $0.operation == nil }.map(\.address))).sorted(),
            passedOn: (later?.made ?? []).union(later?.renamed ?? []))
    }
}

/// The tables of runs and of what they did.
struct HistoryTables {
    private let provider: String
    /// Whether the file is of this version, and not older.
    private let isCurrent: Bool

    /// What the fourth version added: what each operation was, whether a try may have carried it out unheard, how many
    /// were held, and which run was undone.
    static let sql = """
        ALTER TABLE entry ADD COLUMN operation TEXT;
        ALTER TABLE entry ADD COLUMN unsure INTEGER;
        ALTER TABLE run ADD COLUMN held INTEGER;
        ALTER TABLE run ADD COLUMN undoes INTEGER;
        """

    /// The tables; nil where there are none, or only those of the first two versions.
    init?(_ provider: String, _ database: Database) throws {
        guard try database.tableExists("run") else { return nil }
        let columns = Set(try database.columns(in: "run").map(\.name))
        guard columns.contains("ending") else { return nil }
        self.provider = provider
        isCurrent = columns.contains("undoes")
    }

    // MARK: Reading

    func runs(_ filter: HistoryFilter, _ number: Int64?, _ database: Database) throws -> [RunRecord] {
        var conditions = ["provider = ?"]
        var arguments: StatementArguments = [provider]
        if let number {
            conditions.append("id = ?")
            arguments += [number]
        } else if !filter.includesIdle {
            conditions.append("operations > 0")
        }
        if let since = filter.since {
            conditions.append("unixepoch(started_at) >= ?")
            arguments += [since.secondsSince1970]
        }
        if filter.isFailed {
            conditions.append(
                """
                (ended_at IS NULL OR coalesce(ending, '') <> 'finished' OR EXISTS (
                    SELECT 1 FROM entry WHERE run = run.id AND state IN ('failed', 'stale', 'intended')))
                """)
        }
        if let address = filter.address {
            // In the operation it stands between quotation marks, whatever field it is in.
            let found = isCurrent ? "address = ? OR instr(operation, ?) > 0" : "address = ? OR address = ?"
            conditions.append("EXISTS (SELECT 1 FROM entry WHERE run = run.id AND (\(found)))")
            arguments += [address.text, isCurrent ? Self.quoted(address.text) : address.text]
        }
        let more = isCurrent ? "held, undoes" : "NULL, NULL"
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, plan, unixepoch(started_at), unixepoch(ended_at), ending, coalesce("user", ''),
                    coalesce(tool, ''), coalesce(configuration, ''), operations, \(more)
                FROM run WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?
                """, arguments: arguments + [filter.limit ?? -1])
        let undone = try undoings(database)
        return try rows.map { row in
            let id: Int64 = row[0]
            return RunRecord(
                number: id, plan: row[1], began: Timestamp(secondsSince1970: row[2]),
                ended: (row[3] as Int64?).map { Timestamp(secondsSince1970: $0) }, ending: row[4], user: row[5],
                tool: row[6], configuration: row[7], operations: row[8], counts: try counts(of: id, database),
                held: row[9], undoes: row[10], undoneBy: undone[id] ?? [])
        }
    }

    private func counts(of run: Int64, _ database: Database) throws -> [JournalEntry.State: Int] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT state, count(*) FROM entry WHERE run = ? GROUP BY state", arguments: [run])
        return Dictionary(
            rows.compactMap { row in JournalEntry.State(rawValue: row[0]).map { ($0, row[1]) } },
            uniquingKeysWith: { first, _ in first })
    }

    private func undoings(_ database: Database) throws -> [Int64: [Int64]] {
        if !isCurrent { return [:] }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT undoes, id FROM run WHERE provider = ? AND undoes IS NOT NULL
                    AND EXISTS (SELECT 1 FROM entry WHERE run = run.id AND state IN ('done', 'already')) ORDER BY id
                """, arguments: [provider])
        return Dictionary(grouping: rows, by: { $0[0] as Int64 }).mapValues { $0.map { $0[1] } }
    }

    func entries(of run: Int64, _ database: Database) throws -> [JournalEntry] {
        let more = isCurrent ? "operation, unsure" : "NULL, NULL"
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT position, kind, address, state, detail, unixepoch(at), \(more) FROM entry
                WHERE run = ? ORDER BY position
                """, arguments: [run])
        let decoder = JSONDecoder()
        var entries: [JournalEntry] = []
        while let row = try rows.next() {
            let position: Int = row[0]
            guard let kind = Operation.Kind(rawValue: row[1]), let address = try? MailAddress(row[2] as String),
                let state = JournalEntry.State(rawValue: row[3])
            else { throw Self.malformed(run, position) }
            let text: String? = row[6]
            let operation: Operation?
            do { operation = try text.map { try decoder.decode(Operation.self, from: Data($0.utf8)) } } catch {
                throw Self.malformed(run, position)
            }
            let detail: String? = row[4]
            let hasAccount = state == .done || state == .already
            entries.append(
                JournalEntry(
                    position: position, kind: kind, address: address, state: state,
                    account: hasAccount ? detail.map { AccountID($0) } : operation?.id,
                    message: hasAccount ? nil : detail, at: Timestamp(secondsSince1970: row[5]), operation: operation,
                    isUnsure: (row[7] as Int?) == 1))
        }
        return entries
    }

    /// The primary addresses that runs after one gave to accounts which they made or renamed.
    func given(after run: Int64, _ database: Database) throws -> (made: Set<MailAddress>, renamed: Set<MailAddress>) {
        func addresses(_ column: String, _ join: String = "", where condition: String) throws -> Set<MailAddress> {
            let texts = try String.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT \(column) FROM entry JOIN run ON run.id = entry.run \(join)
                    WHERE run.provider = ? AND entry.run > ? AND entry.state = 'done' AND \(condition)
                    """, arguments: [provider, run])
            return Set(texts.compactMap { try? MailAddress($0) })
        }
        let made = try addresses("entry.address", where: "entry.kind = 'create'")
        guard isCurrent else { return (made, []) }
        // Adoptions and reactivations can change the address, too.
        let renamed = try addresses(
            "change.value ->> '$.new'", ", json_each(entry.operation, '$.changes') AS change",
            where: "entry.kind IN ('rename', 'adopt', 'reactivate') AND change.value ->> '$.field' = 'address'")
        return (made, renamed)
    }

    private static func malformed(_ run: Int64, _ position: Int) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_CORRUPT, message: "operation \(position) of run \(run) makes no sense in the journal")
    }

    /// A text as it stands in JSON.
    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    // MARK: Forgetting

    /// The most runs that are forgotten at once, so that no end of a run takes long.
    private static let mostForgotten = 32

    /// Forgets runs that began too long ago, and never the one at work.
    ///
    /// Nothing depends on them: what an unfinished plan has done is seen at the provider, too, and the memory lies in
    /// tables of its own.
    static func prune(_ database: Database, keeping age: Duration, before run: Int64) throws {
        let old = try Int64.fetchAll(
            database,
            sql: "SELECT id FROM run WHERE id < ? AND unixepoch(started_at) < unixepoch() - ? ORDER BY id LIMIT ?",
            arguments: [run, age.components.seconds, mostForgotten])
        for id in old {
            try database.execute(sql: "DELETE FROM entry WHERE run = ?", arguments: [id])
            try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [id])
        }
    }
}
