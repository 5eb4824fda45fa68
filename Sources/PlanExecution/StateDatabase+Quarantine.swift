internal import DirectoryModel
internal import GRDB

extension StateDatabase {
    /// The quarantine that a provider is in, or was in last, if no operation has succeeded since; nil where there is none.
    public func quarantine(of provider: String) throws(StateDatabaseError) -> Quarantine? {
        try read { database in try MemoryTables(provider, database)?.quarantine(database) }
    }

    /// The same without making the file where it is missing.
    public static func quarantine(at path: String, of provider: String) throws(StateDatabaseError) -> Quarantine? {
        try StateDatabase(existing: path)?.quarantine(of: provider)
    }
}

extension MemoryTables {
    static let quarantineSQL = """
        CREATE TABLE quarantine (
            provider INTEGER PRIMARY KEY REFERENCES provider (id),
            since INTEGER NOT NULL,
            until INTEGER NOT NULL,
            pause INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        """

    func quarantine(_ database: Database) throws -> Quarantine? {
        // The file can be older than the table.
        guard try database.tableExists("quarantine") else { return nil }
        return try Row.fetchOne(
            database, sql: "SELECT since, until, pause, reason FROM quarantine WHERE provider = ?",
            arguments: [provider]
        ).map { row in
            Quarantine(
                since: Timestamp(secondsSince1970: row[0]), until: Timestamp(secondsSince1970: row[1]), pause: row[2],
                reason: row[3])
        }
    }

    func note(_ quarantine: Quarantine, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO quarantine (provider, since, until, pause, reason) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                provider, quarantine.since.secondsSince1970, quarantine.until.secondsSince1970, quarantine.pause,
                quarantine.reason,
            ])
    }

    func endQuarantine(_ database: Database) throws {
        try database.execute(sql: "DELETE FROM quarantine WHERE provider = ?", arguments: [provider])
    }
}
