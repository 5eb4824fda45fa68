import DirectoryModel
import Foundation
import GRDB
import MailboxDatabase
import ProviderClient
import ReconcileEngine
import Testing

/// Files that are not what they should be, and what the tables keep from happening.
@Suite("Mailbox database files")
struct MailboxFileTests {
    @Test(arguments: ["", "not a database, but long enough to be taken for one by its length alone, or is it not"])
    func aFileThatIsNoDatabase(_ content: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("mail.db")
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        let provider = MailboxProvider(path: path)
        if content.isEmpty {
            // What a run leaves behind that was killed before it made the tables.
            #expect(try await provider.observe().accounts.isEmpty)
            _ = try await provider.apply(try creations(1)[0])
            #expect(try await provider.observe().accounts.count == 1)
        } else {
            try await expectFailure(provider, .malformed)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        }
    }

    @Test func aDatabaseOfSomethingElseIsNotTouched() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("mail.db")
        try await DatabaseQueue(path: path, configuration: patientConfiguration).write {
            try $0.execute(sql: "CREATE TABLE song (title TEXT)")
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        try await expectFailure(MailboxProvider(path: path), .refused)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mail.db"])
    }

    @Test func aDatabaseOfANewerVersionIsNotTouched() async throws {
        let (folder, path) = try await database(creations: 3)
        try await change(path, "PRAGMA user_version = 99")
        let error = try await expectFailure(MailboxProvider(path: path), .unsupported)
        #expect(error.message.contains("version 99"))
        #expect(try await count(path, "SELECT count(*) FROM mailbox") == 3)
        withExtendedLifetime(folder) {}
    }

    @Test func aDamagedDatabaseIsNotTakenForAnEmptyOne() async throws {
        let (folder, path) = try await database(creations: 2_000)
        try await change(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        for page in stride(from: 8, to: 40, by: 1) {
            try file.seek(toOffset: UInt64(page * 4096))
            try file.write(contentsOf: Data(repeating: 0xAA, count: 4096))
        }
        try file.close()
        await #expect(throws: ProviderError.self) { for try await _ in MailboxProvider(path: path).accounts() {} }
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: ["/no/such/folder/mail.db", "/proc/mail.db"])
    func aPlaceWhereNothingCanBeMade(_ path: String) async throws {
        let provider = MailboxProvider(path: path)
        let error = await #expect(throws: ProviderError.self) { try await provider.apply(try creations(1)[0]) }
        #expect(error?.outcome == .notApplied)
        #expect(error?.message.contains(path) == true)
        #expect(path.hasPrefix("/proc") || error?.code == .unavailable)
    }

    @Test func aMissingFolderIsAnErrorOfTheListing() async throws {
        let provider = MailboxProvider(path: "/no/such/folder/mail.db")
        let error = await #expect(throws: ProviderError.self) { try await provider.observe() }
        #expect(error?.code == .unavailable)
        #expect(await provider.check().map(\.passed) == [false])
    }

    @Test func aLockThatIsHeldForTooLongIsToldSo() async throws {
        let (folder, path) = try await database(creations: 1)
        let provider = MailboxProvider(path: path, busyTimeout: .milliseconds(50))
        let other = try DatabaseQueue(path: path, configuration: patientConfiguration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let error = await #expect(throws: ProviderError.self) { try await provider.apply(try creations(2)[1]) }
        #expect(error?.code == .busy && error?.isRetryable == true && error?.outcome == .notApplied)
        // Reading goes on.
        #expect(try await provider.observe().accounts.count == 1)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        _ = try await provider.apply(try creations(2)[1])
        withExtendedLifetime(folder) {}
    }

    @Test func theFileIsForItsOwnerAndGroupOnly() async throws {
        let (folder, path) = try await database(creations: 1)
        for name in [path, "\(path)-wal", "\(path)-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int
            #expect((mode ?? 0o777) & 0o027 == 0, "\(name): \(String(mode ?? 0, radix: 8))")
        }
        withExtendedLifetime(folder) {}
    }

    // MARK: Rows

    /// Changes that leave a row nobody can make sense of, and what the error has to name.
    @Test(arguments: [
        ("UPDATE address SET address = 'alias2' WHERE address = 'alias2@corp.example'", "Mailbox 2", "\"alias2\""),
        (
            "UPDATE address SET address = 'Alias2@corp.example' WHERE address = 'alias2@corp.example'", "Mailbox 2",
            "alias2@corp.example"
        ),
        ("DELETE FROM address WHERE address = 'user2@corp.example'", "Mailbox 2", "user2@corp.example"),
        ("UPDATE mailbox SET address = 'other@corp.example' WHERE id = 2", "Mailbox 2", "other@corp.example"),
        ("INSERT INTO address VALUES ('lost@corp.example', 0)", "Mailbox 0", "no row of its own"),
        ("DELETE FROM mailbox WHERE id = 2", "Mailbox 2", "no row of its own"),
        ("UPDATE mailbox SET external_id = '' WHERE id = 2", "Mailbox 2", "external_id"),
        ("UPDATE mailbox SET quota_bytes = -1 WHERE id = 2", "Mailbox 2", "quota"),
        ("UPDATE mailbox SET kind = 'robot' WHERE id = 2", "Mailbox 2", "\"robot\""),
        ("INSERT INTO delegate VALUES (2, 99)", "Mailbox 2", "no mailbox"),
        ("INSERT INTO delegate VALUES (0, 1)", "Mailbox 0", "delegates but no row of its own"),
        ("INSERT INTO attribute VALUES (0, 'a', 'b')", "Mailbox 0", "attributes but no row of its own"),
    ])
    func aRowThatMakesNoSenseStopsTheListing(_ sql: String, _ mailbox: String, _ detail: String) async throws {
        let (folder, path) = try await database(creations: 3)
        try await change(path, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; \(sql)")
        let error = await #expect(throws: ProviderError.self) {
            for try await _ in MailboxProvider(path: path).accounts() {}
        }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains(mailbox) == true && error?.message.contains(detail) == true, "\(error as Any)")
        withExtendedLifetime(folder) {}
    }

    /// Changes that the tables themselves refuse, whoever makes them.
    @Test(arguments: [
        "INSERT INTO mailbox (address) VALUES ('user1@corp.example')",
        "INSERT INTO address VALUES ('user1@corp.example', 2)",
        "INSERT INTO address VALUES ('alias1@corp.example', 2)",
        "INSERT INTO address VALUES ('new@corp.example', 99)",
        "INSERT INTO mailbox (address) VALUES ('new@corp.example')",
        "UPDATE mailbox SET address = 'user1@corp.example' WHERE id = 2",
        "UPDATE mailbox SET address = 'alias1@corp.example' WHERE id = 2",
        "UPDATE mailbox SET external_id = 'key-1' WHERE id = 2",
        "UPDATE mailbox SET quota_bytes = -1 WHERE id = 2",
        "UPDATE mailbox SET quota_bytes = 'much' WHERE id = 2",
        "UPDATE mailbox SET active = 2 WHERE id = 2",
        "UPDATE mailbox SET kind = 'robot' WHERE id = 2",
        "UPDATE mailbox SET mfa = 2 WHERE id = 2",
        "UPDATE mailbox SET user_name = 'User1@corp.example' WHERE id = 2",
        "INSERT INTO delegate VALUES (2, 99)",
        "INSERT INTO delegate VALUES (99, 2)",
        "INSERT INTO delegate VALUES (2, 2)",
        "INSERT INTO attribute VALUES (99, 'name', 'value')",
        "INSERT INTO attribute VALUES (2, 'name', '')",
        "DELETE FROM address WHERE address = 'user2@corp.example'",
    ])
    func theTablesRefuse(_ sql: String) async throws {
        let (folder, path) = try await database(creations: 2)
        await #expect(throws: DatabaseError.self) {
            try await DatabaseQueue(path: path, configuration: patientConfiguration).write { try $0.execute(sql: sql) }
        }
        #expect(
            try await MailboxProvider(path: path).observe().accounts.map(\.account.address.text) == [
                "user1@corp.example", "user2@corp.example",
            ])
        withExtendedLifetime(folder) {}
    }

    // MARK: Together

    @Test func aListingShowsOneState() async throws {
        let (folder, path) = try await database(creations: 4_500)
        let provider = MailboxProvider(path: path)
        var pages = provider.accounts().makeAsyncIterator()
        var listed = try await pages.next()?.map(\.id) ?? []
        try await change(path, "DELETE FROM mailbox WHERE id > 4000")
        _ = try await provider.apply(try creations(4_501)[4_500])
        while let page = try await pages.next() { listed += page.map(\.id) }
        #expect(listed == (1...4_500).map { AccountID("\($0)") })
        #expect(try await provider.observe().accounts.count == 4_001)
        withExtendedLifetime(folder) {}
    }

    @Test func twoRunsAtOnceDoNotGetInEachOthersWay() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("mail.db")
        let operations = try creations(600)
        try await withThrowingTaskGroup { group in
            for half in [operations[..<300], operations[300...]] {
                let provider = MailboxProvider(path: path)
                group.addTask { for operation in half { _ = try await provider.apply(operation) } }
            }
            try await group.waitForAll()
        }
        let state = try await MailboxProvider(path: path).observe()
        #expect(Set(state.accounts.map(\.account)) == Set(operations.compactMap(\.account)))
    }

    @Test func aTextWithANulIsRefusedAndNotCut() async throws {
        let folder = try TemporaryFolder()
        let provider = MailboxProvider(path: folder.path("mail.db"))
        let account = Account(address: try MailAddress("ana@corp.example"), name: "Ana\0Archer")
        let error = await #expect(throws: ProviderError.self) { try await provider.apply(try creation(of: account)) }
        #expect(error?.code == .refused)
        #expect(try await provider.observe().accounts.isEmpty)
    }

    @Test(arguments: ["\"loc@lpart\"@somedomain.example", "josé@bücher.example", "ana@[192.0.2.1]", "a@localhost"])
    func unusualAddresses(_ text: String) async throws {
        let folder = try TemporaryFolder()
        let provider = MailboxProvider(path: folder.path("mail.db"))
        let address = try MailAddress(text)
        let account = Account(address: address, aliases: [try MailAddress("plain@corp.example")])
        _ = try await provider.apply(try creation(of: account))
        #expect(try await provider.observe().accounts.map(\.account) == [account])
        #expect(
            try await count(folder.path("mail.db"), "SELECT count(*) FROM domain WHERE name = '\(address.domain)'") == 1
        )
    }
}

// MARK: Doing

/// A database with some accounts that nobody has open.
private func database(creations number: Int) async throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    let provider = MailboxProvider(path: folder.path("mail.db"))
    for operation in try creations(number) { _ = try await provider.apply(operation) }
    return (folder, folder.path("mail.db"))
}

/// Demands that listing, applying and checking all fail for the same reason.
@discardableResult
private func expectFailure(_ provider: MailboxProvider, _ code: ProviderError.Code) async throws -> ProviderError {
    let listing = await #expect(throws: ProviderError.self) { try await provider.observe() }
    let applying = await #expect(throws: ProviderError.self) { try await provider.apply(try creations(1)[0]) }
    #expect(listing?.code == code, "\(listing as Any)")
    #expect(applying?.code == code, "\(applying as Any)")
    #expect(await provider.check().contains { !$0.passed && $0.detail == listing?.message })
    return try #require(listing)
}

private var patientConfiguration: Configuration {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    // Somebody who closes the database last may still be tidying up its log.
    configuration.busyMode = .timeout(10)
    return configuration
}

/// Changes a database as another program might.
private func change(_ path: String, _ sql: String) async throws {
    try await DatabaseQueue(path: path, configuration: patientConfiguration).writeWithoutTransaction {
        try $0.execute(sql: sql)
    }
}

private func count(_ path: String, _ sql: String) async throws -> Int? {
    try await DatabaseQueue(path: path, configuration: patientConfiguration).read { try Int.fetchOne($0, sql: sql) }
}
