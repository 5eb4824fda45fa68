internal import DirectoryModel
internal import GRDB
public import ReconcileEngine

extension StateDatabase {
    /// What earlier runs left behind for a provider; an empty memory where there was no run.
    ///
    /// - Parameter provider: the provider's name, as in `AccountProvider.name`.
    /// - Throws: ``StateDatabaseError``; never an empty memory for one that cannot be read.
    public func memory(of provider: String) throws(StateDatabaseError) -> Memory {
        try read { database in try MemoryTables(provider, database)?.memory(database) ?? Memory() }
    }

    /// What earlier runs left behind for a provider, without making the file where it is missing: then there was no run,
    /// and the memory is empty.
    ///
    /// - Throws: ``StateDatabaseError`` where there is a file that cannot be read.
    public static func memory(at path: String, of provider: String) throws(StateDatabaseError) -> Memory {
        try StateDatabase(existing: path)?.memory(of: provider) ?? Memory()
    }
}

/// The tables in which the memory of one provider is kept.
struct MemoryTables {
    /// The provider's number in the tables.
    let provider: Int64

    static let sql = """
        CREATE TABLE provider (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE link (
            provider INTEGER NOT NULL REFERENCES provider (id),
            object TEXT NOT NULL,
            account TEXT NOT NULL,
            PRIMARY KEY (provider, object),
            UNIQUE (provider, account)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE suspension (
            provider INTEGER NOT NULL REFERENCES provider (id),
            account TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (provider, account)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE delegation (
            provider INTEGER NOT NULL REFERENCES provider (id),
            account TEXT NOT NULL,
            member TEXT NOT NULL,
            PRIMARY KEY (provider, account, member)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX delegation_by_member ON delegation (provider, member);
        CREATE TABLE last_run (
            provider INTEGER PRIMARY KEY REFERENCES provider (id),
            planned_at INTEGER NOT NULL,
            users INTEGER NOT NULL,
            users_in_scope INTEGER NOT NULL
        ) STRICT;
        """

    /// The tables of a provider that is known; nil where it is not, or the file is older than the tables.
    init?(_ name: String, _ database: Database) throws {
        guard try database.tableExists("provider"),
            let id = try Int64.fetchOne(database, sql: "SELECT id FROM provider WHERE name = ?", arguments: [name])
        else { return nil }
        provider = id
    }

    /// The tables of a provider, which is known from now on.
    init(adding name: String, _ database: Database) throws {
        try database.execute(sql: "INSERT OR IGNORE INTO provider (name) VALUES (?)", arguments: [name])
        guard let known = try MemoryTables(name, database) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the provider was not written")
        }
        self = known
    }

    // MARK: Reading

    func memory(_ database: Database) throws -> Memory {
        var memory = Memory()
        let links = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM link WHERE provider = ?", arguments: [provider])
        memory.links.reserveCapacity(links ?? 0)
        try rows(database, "SELECT object, account FROM link WHERE provider = ?") { row in
            guard let object = ObjectID(text: row[0]) else { throw Self.malformed("a link has no directory object") }
            memory.links[object] = AccountID(row[1] as String)
        }
        try rows(database, "SELECT account, since FROM suspension WHERE provider = ?") { row in
            memory.suspensions[AccountID(row[0] as String)] = Timestamp(secondsSince1970: row[1])
        }
        try rows(database, "SELECT account, member FROM delegation WHERE provider = ?") { row in
            let text: String = row[1]
            guard let member = try? MailAddress(text) else { throw Self.malformed("\"\(text)\" is no mail address") }
            memory.delegations[AccountID(row[0] as String), default: []].insert(member)
        }
        try rows(database, "SELECT planned_at, users, users_in_scope FROM last_run WHERE provider = ?") { row in
            memory.lastRun = RunSummary(
                at: Timestamp(secondsSince1970: row[0]), users: row[1], usersInScope: row[2])
        }
        return memory
    }

    private func rows(_ database: Database, _ sql: String, _ body: (Row) throws -> Void) throws {
        let cursor = try Row.fetchCursor(database, sql: sql, arguments: [provider])
        while let row = try cursor.next() { try body(row) }
    }

    private static func malformed(_ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: what)
    }

    // MARK: Writing

    /// Notes that an account belongs to a directory object, and to no other any more.
    func link(_ object: ObjectID, to account: AccountID, _ database: Database) throws {
        try execute(
            database, "INSERT OR REPLACE INTO link (provider, object, account) VALUES (?, ?, ?)",
            [object.text, account.rawValue])
    }

    /// Notes what follows from an operation that was carried out on an account, or had been before.
    func note(_ operation: Operation, on account: AccountID, _ database: Database) throws {
        if operation.kind == .delete { return try forget(account, operation.address, database) }
        if let made = operation.account {
            if let key = made.key { try link(key, to: account, database) }
            for member in made.delegates { try add(member, to: account, database) }
        }
        for change in operation.changes {
            switch change.field {
            case .key:
                if case .text(let text) = change.new, let key = ObjectID(text: text) {
                    try link(key, to: account, database)
                } else if change.new == .unset {
                    try execute(database, "DELETE FROM link WHERE provider = ? AND account = ?", [account.rawValue])
                }
            case .delegates:
                let (added, removed) = try change.members()
                for member in removed {
                    try execute(
                        database, "DELETE FROM delegation WHERE provider = ? AND account = ? AND member = ?",
                        [account.rawValue, member.text])
                }
                for member in added { try add(member, to: account, database) }
            case .address:
                try execute(
                    database, "UPDATE OR REPLACE delegation SET member = ?3 WHERE provider = ?1 AND member = ?2",
                    [operation.address.text, operation.resultingAddress.text])
            default: break
            }
        }
    }

    private func add(_ member: MailAddress, to account: AccountID, _ database: Database) throws {
        try execute(
            database, "INSERT OR IGNORE INTO delegation (provider, account, member) VALUES (?, ?, ?)",
            [account.rawValue, member.text])
    }

    /// Forgets an account that is gone, as whose and as a member too: its address may be somebody else's next.
    private func forget(_ account: AccountID, _ address: MailAddress, _ database: Database) throws {
        for table in ["link", "suspension", "delegation"] {
            try execute(database, "DELETE FROM \(table) WHERE provider = ? AND account = ?", [account.rawValue])
        }
        try execute(database, "DELETE FROM delegation WHERE provider = ? AND member = ?", [address.text])
    }

    /// Notes what a run that came to its end leaves behind.
    ///
    /// A plan older than the last one noted has nothing new to tell: its suspensions may have ended since.
    func note(_ note: RunNote, _ database: Database) throws {
        let time = note.summary.at.secondsSince1970
        let last = try Int64.fetchOne(
            database, sql: "SELECT planned_at FROM last_run WHERE provider = ?", arguments: [provider])
        if let last, last > time { return }
        try execute(database, "DELETE FROM suspension WHERE provider = ?", [])
        for deletion in note.pending {
            try execute(
                database, "INSERT OR REPLACE INTO suspension (provider, account, since) VALUES (?, ?, ?)",
                [deletion.id.rawValue, deletion.since.secondsSince1970])
        }
        try execute(
            database,
            "INSERT OR REPLACE INTO last_run (provider, planned_at, users, users_in_scope) VALUES (?, ?, ?, ?)",
            [time, note.summary.users, note.summary.usersInScope])
    }

    /// Runs a statement whose first argument is the provider.
    private func execute(_ database: Database, _ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: [provider] + arguments)
    }
}
