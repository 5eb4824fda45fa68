import GRDB

/// The tables of a mailbox database.
///
/// The database is made for others to read: `Examples/dovecot-postfix` has Dovecot and Postfix query these tables. So a
/// change of a table or column is a new ``version`` with a step in ``upgrade(_:from:)``, and is told to those who read.
enum MailboxSchema {
    /// Marks the file as a mailbox database (`PRAGMA application_id`): "spmb".
    static let applicationID: Int32 = 0x7370_6D62

    /// The version of the tables (`PRAGMA user_version`).
    static let version: Int32 = 1

    /// What a file is, as far as this tool is concerned.
    enum State: Equatable {
        /// It has no tables yet, as after a first run that was killed before it made any.
        case empty
        /// It is a mailbox database of this version.
        case current
        /// It is a mailbox database of an older version.
        case older(Int32)
        /// It is a mailbox database made by a newer version of this tool.
        case newer(Int32)
        /// It is somebody else's database.
        case foreign
    }

    /// Looks what the open file is, without changing it.
    static func state(_ db: Database) throws -> State {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if application == applicationID {
            return version == self.version ? .current : version > self.version ? .newer(version) : .older(version)
        }
        let hasTables = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_schema)") ?? false
        return application == 0 && version == 0 && !hasTables ? .empty : .foreign
    }

    /// Brings the tables to ``version``, in one transaction of its own.
    ///
    /// The state is read again inside the transaction: somebody else may have made the tables in between.
    static func prepare(_ db: Database, path: String) throws {
        try db.inTransaction(.immediate) {
            switch try state(db) {
            case .current: break
            case .empty: try db.execute(sql: tables)
            case .older(let version): try upgrade(db, from: version)
            case let other: throw MailboxFile.unusable(other, path: path)
            }
            return .commit
        }
    }

    /// Version 1 is the first: there is nothing older to bring up.
    private static func upgrade(_ db: Database, from version: Int32) throws {}

    /// The tables of version 1.
    ///
    /// One table holds every address, primaries and aliases alike, with the address as its key: whatever else goes wrong,
    /// an address never belongs to two. `mailbox.address` says which of its own addresses is the primary; the reference
    /// back is checked at commit because the two rows need each other.
    private static let tables = """
        CREATE TABLE domain (
            name TEXT NOT NULL PRIMARY KEY
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mailbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            address TEXT NOT NULL UNIQUE,
            external_id TEXT UNIQUE,
            full_name TEXT,
            given_name TEXT,
            family_name TEXT,
            mobile TEXT,
            organizational_unit TEXT,
            quota_bytes INTEGER CHECK (quota_bytes >= 0),
            active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
            password_hash TEXT,
            created_at INTEGER NOT NULL DEFAULT (unixepoch()),
            changed_at INTEGER NOT NULL DEFAULT (unixepoch()),
            FOREIGN KEY (id, address) REFERENCES address (mailbox_id, address) DEFERRABLE INITIALLY DEFERRED
        ) STRICT;

        CREATE TABLE address (
            address TEXT NOT NULL PRIMARY KEY,
            mailbox_id INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
            UNIQUE (mailbox_id, address)
        ) STRICT, WITHOUT ROWID;

        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        """
}
