import Foundation
internal import GRDB

/// The file in which runs remember what they were about to do and what came of it (requirement BE9), and what the next
/// run has to know (``memory(of:)``).
///
/// It is a SQLite database in write-ahead mode. An intent is written before the call to the provider and its outcome
/// after it, both in groups. The death of the process loses nothing that was written; a power failure can lose the last
/// groups, and then, as after a kill between a call and its outcome, the operation is simply looked at again: every
/// operation tells by itself whether it has been carried out.
public struct StateDatabase: Sendable {
    /// The file's path.
    public let path: String
    private let queue: DatabaseQueue

    /// Opens the file, and makes it where it is missing.
    ///
    /// - Throws: ``StateDatabaseError`` with the path and what SQLite says.
    public init(path: String) throws(StateDatabaseError) {
        self.path = path
        do {
            var configuration = Self.configuration
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
            }
            // What was done to whose account is nobody else's business.
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.migrator.migrate(queue)
        } catch {
            throw StateDatabaseError(path: path, error: error)
        }
    }

    /// Opens the file as it is, to be read only; nil where there is none.
    ///
    /// It is opened for writing all the same, where that is allowed, so that the log that reading makes is tidied away.
    init?(existing path: String) throws(StateDatabaseError) {
        // One that may not be looked at counts as there, so that opening it tells why.
        if unsafe access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR) { return nil }
        self.path = path
        do { queue = try DatabaseQueue(path: path, configuration: Self.configuration) } catch {
            throw StateDatabaseError(path: path, error: error)
        }
    }

    private static var configuration: GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(10)
        return configuration
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE run (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        plan TEXT NOT NULL,
                        provider TEXT NOT NULL,
                        operations INTEGER NOT NULL,
                        started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
                        ended_at TEXT
                    ) STRICT;
                    CREATE INDEX run_by_plan ON run (plan);
                    CREATE TABLE entry (
                        run INTEGER NOT NULL REFERENCES run (id),
                        position INTEGER NOT NULL,
                        kind TEXT NOT NULL,
                        address TEXT NOT NULL,
                        state TEXT NOT NULL CHECK (state IN ('intended', 'done', 'already', 'stale', 'failed')),
                        detail TEXT,
                        at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
                        PRIMARY KEY (run, position)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2") { try $0.execute(sql: MemoryTables.sql) }
        migrator.registerMigration("3") { database in
            try database.execute(
                sql: """
                    ALTER TABLE run ADD COLUMN ending TEXT;
                    ALTER TABLE run ADD COLUMN configuration TEXT;
                    ALTER TABLE run ADD COLUMN tool TEXT;
                    ALTER TABLE run ADD COLUMN "user" TEXT;
                    """)
            try database.execute(sql: MemoryTables.quarantineSQL)
        }
        migrator.registerMigration("4") { try $0.execute(sql: HistoryTables.sql) }
        return migrator
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StateDatabaseError) -> Value {
        do { return try queue.read(body) } catch { throw StateDatabaseError(path: path, error: error) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(StateDatabaseError) -> Value {
        do { return try queue.write(body) } catch { throw StateDatabaseError(path: path, error: error) }
    }
}

/// The state database cannot be opened or written.
public struct StateDatabaseError: Error, Sendable, CustomStringConvertible {
    /// The file's path.
    public let path: String
    /// What SQLite or the system says.
    public let detail: String

    init(path: String, error: any Error) {
        self.path = path
        detail = (error as? DatabaseError)?.message ?? error.localizedDescription
    }

    /// What happened, to which file, and what to do.
    public var description: String {
        "The state database \(path) cannot be used: \(detail). Nothing is applied without it. "
            + "Check that its folder exists and can be written, or name another file under `state`."
    }
}
