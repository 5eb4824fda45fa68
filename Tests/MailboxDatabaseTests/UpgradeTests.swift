import DirectoryModel
import Foundation
import GRDB
import MailboxDatabase
import ProviderClient
import ReconcileEngine
import Testing

/// Files that an older version of the tool made.
@Suite("Mailbox databases of version 1")
struct UpgradeTests {
    @Test func anOldFileIsListedAsItIs() async throws {
        let old = try OldFile()
        let before = try Data(contentsOf: URL(fileURLWithPath: old.path))
        let provider = MailboxProvider(path: old.path)
        #expect(try await provider.observe().accounts == OldFile.accounts)
        #expect(await provider.check().allSatisfy(\.passed))
        #expect(try old.version == 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: old.path)) == before)
    }

    @Test func theFirstOperationRenewsTheTables() async throws {
        let old = try OldFile()
        let provider = MailboxProvider(path: old.path)
        let account = Account(
            kind: .functional, address: try MailAddress("new@corp.example"),
            delegates: [try MailAddress("ana@corp.example")], attributes: ["note": "new"])
        let applied = try await provider.apply(.create(account, because: [Reason(.everyone)]))
        #expect(applied.id == AccountID("8"), "an id that was given out before must not be given out again")
        #expect(
            try await provider.observe().accounts == OldFile.accounts + [
                ObservedAccount(id: applied.id, account: account)
            ])

        #expect(try old.version == 2)
        let fresh = try TemporaryFolder()
        _ = try await MailboxProvider(path: fresh.path("mail.db")).apply(try creations(1)[0])
        #expect(try schema(old.path) == schema(fresh.path("mail.db")))
    }

    @Test func severalCanRenewAtOnce() async throws {
        let old = try OldFile()
        let operations = try creations(8)
        try await withThrowingTaskGroup { group in
            for operation in operations {
                group.addTask { _ = try await MailboxProvider(path: old.path).apply(operation) }
            }
            try await group.waitForAll()
        }
        #expect(try await MailboxProvider(path: old.path).observe().accounts.count == 10)
        #expect(try old.version == 2)
    }

    @Test func whatKeepsTheTablesFromBeingRenewedLeavesThemAsTheyWere() async throws {
        let old = try OldFile()
        // Two names to sign in with that are one to the new tables.
        try old.execute(
            """
            INSERT INTO mailbox (id, address) VALUES (9, 'ANA@corp.example');
            INSERT INTO address VALUES ('ANA@corp.example', 9)
            """)
        let before = try schema(old.path)
        let error = await #expect(throws: ProviderError.self) {
            try await MailboxProvider(path: old.path).apply(try creations(1)[0])
        }
        #expect(error?.code == .refused && error?.outcome == .notApplied, "\(error as Any)")
        #expect(try old.version == 1)
        #expect(try schema(old.path) == before)
    }
}

/// What the tables of a file are made of.
private func schema(_ path: String) throws -> [String] {
    try DatabaseQueue(path: path).read { db in
        try String.fetchAll(
            db, sql: "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1")
    }
}

/// A file as version 1 made it, with the mailboxes of two people, one of them suspended.
private final class OldFile: Sendable {
    private let folder: TemporaryFolder
    let path: String

    static let accounts = [
        ObservedAccount(
            id: AccountID("3"),
            account: Account(
                key: ObjectID(text: "key-ana"), address: try! MailAddress("ana@corp.example"),
                aliases: [try! MailAddress("a.archer@corp.example")], name: "Ana Archer", givenName: "Ana",
                familyName: "Archer", mobile: "+31 6 1", organizationalUnit: "Sales", quota: .gigabytes(5),
                passwordHash: PasswordHash("{SSHA}eA=="))),
        ObservedAccount(
            id: AccountID("4"), account: Account(address: try! MailAddress("bo@corp.example"), isActive: false)),
    ]

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("mail.db")
        try execute(Self.tables)
        try execute(
            """
            INSERT INTO domain VALUES ('corp.example');
            INSERT INTO mailbox (id, address, external_id, full_name, given_name, family_name, mobile, organizational_unit,
                    quota_bytes, active, password_hash)
                VALUES (3, 'ana@corp.example', 'key-ana', 'Ana Archer', 'Ana', 'Archer', '+31 6 1', 'Sales', 5000000000, 1,
                    '{SSHA}eA=='),
                (4, 'bo@corp.example', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL);
            INSERT INTO address VALUES ('ana@corp.example', 3), ('a.archer@corp.example', 3), ('bo@corp.example', 4);
            UPDATE sqlite_sequence SET seq = 7
            """)
    }

    func execute(_ sql: String) throws { try DatabaseQueue(path: path).write { try $0.execute(sql: sql) } }

    var version: Int32? {
        get throws { try DatabaseQueue(path: path).read { try Int32.fetchOne($0, sql: "PRAGMA user_version") } }
    }

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

        PRAGMA application_id = 1936747874;
        PRAGMA user_version = 1;
        """
}
