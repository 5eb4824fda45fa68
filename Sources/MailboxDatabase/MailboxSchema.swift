import GRDB

/// The tables of a mailbox database.
///
/// The database is made for others to read: `Examples/dovecot-postfix` has Dovecot and Postfix query these tables. So a
/// change of a table or column is a new version with a step of its own in ``steps``, and is told to those who read.
enum MailboxSchema {
    /// Marks the file as a mailbox database (`PRAGMA application_id`): "spmb".
    static let applicationID: Int32 = 0x7370_6D62

    /// The version of the tables (`PRAGMA user_version`).
    static var version: Int32 { Int32(steps.count) }

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

    /// Looks what the open file is, without changing it: all of it at one moment, for somebody may be making the tables.
    static func state(_ db: Database) throws -> State {
        var state = State.foreign
        try db.inSavepoint {
            state = try currentState(db)
            return .commit
        }
        return state
    }

    private static func currentState(_ db: Database) throws -> State {
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
            case .current: return .commit
            case .empty: try upgrade(db, from: 0)
            case .older(let version): try upgrade(db, from: version)
            case let other: throw MailboxFile.unusable(other, path: path)
            }
            return .commit
        }
    }

    private static func upgrade(_ db: Database, from version: Int32) throws {
        for step in steps.dropFirst(Int(max(0, version))) { try db.execute(sql: step) }
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(Self.version)")
    }

    /// Has older tables look like those of ``version`` to this connection, which may only read.
    ///
    /// Names in the temporary schema come before those of the file, so that one way of reading does for all versions.
    static func disguise(_ db: Database, version: Int32) throws {
        if version < 2 { try db.execute(sql: version1AsVersion2) }
    }

    /// For each version the statements that lead to it from the one before; a new file goes through all of them.
    private static let steps = [version1, version2]

    /// One table holds every address, primaries and aliases alike, with the address as its key: whatever else goes wrong,
    /// an address never belongs to two.
    ///
    /// `mailbox.address` says which of its own addresses is the primary; the reference back is checked at commit because
    /// the two rows need each other.
    private static let version1 = """
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
        """

    /// Kinds of account, names to sign in with, second factors, delegates and free attributes.
    ///
    /// Nobody signs in by what is somebody else's name, in whatever case, or by somebody else's address: `sign_in` holds
    /// both as one namespace.
    private static let version2 = """
        ALTER TABLE mailbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'personal'
            CHECK (kind IN ('personal', 'functional', 'group'));
        ALTER TABLE mailbox ADD COLUMN user_name TEXT;
        ALTER TABLE mailbox ADD COLUMN mfa INTEGER CHECK (mfa IN (0, 1));
        CREATE UNIQUE INDEX sign_in ON mailbox (lower(coalesce(user_name, address)));

        CREATE TABLE delegate (
            mailbox_id INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
            delegate_id INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE CHECK (delegate_id <> mailbox_id),
            PRIMARY KEY (mailbox_id, delegate_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX delegate_of ON delegate (delegate_id);

        CREATE TABLE attribute (
            mailbox_id INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            value TEXT NOT NULL CHECK (value <> ''),
            PRIMARY KEY (mailbox_id, name)
        ) STRICT, WITHOUT ROWID;
        """

    private static let version1AsVersion2 = """
        CREATE TEMPORARY VIEW mailbox AS
            SELECT *, 'personal' AS kind, NULL AS user_name, NULL AS mfa FROM main.mailbox;
        CREATE TEMPORARY TABLE delegate (mailbox_id INTEGER, delegate_id INTEGER);
        CREATE TEMPORARY TABLE attribute (mailbox_id INTEGER, name TEXT, value TEXT);
        """
}
