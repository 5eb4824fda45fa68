import DirectoryModel
import Foundation
import GRDB
import MailboxDatabase
import ProviderClient
import ReconcileEngine
import Testing

@Suite("Mailbox database")
struct MailboxProviderTests {
    @Test func aMissingFileListsAsEmptyAndIsNotMade() async throws {
        let folder = try TemporaryFolder()
        let provider = MailboxProvider(path: folder.path("mail.db"))
        let state = try await provider.observe()
        #expect(state.accounts.isEmpty)
        #expect(state.incomplete.isEmpty)
        #expect(await provider.check().allSatisfy(\.passed))
        _ = try await provider.capabilities()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func theLogStaysForThoseWhoMayOnlyRead() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("mail.db")
        let logs = ["\(path)-shm", "\(path)-wal"]
        func exist() -> [Bool] { logs.map { FileManager.default.fileExists(atPath: $0) } }
        for operation in try creations(1) { _ = try await MailboxProvider(path: path).apply(operation) }
        #expect(exist() == [true, true])
        // Another program that writes last takes it away; the next listing brings it back.
        var patient = Configuration()
        patient.busyMode = .timeout(10)
        try await DatabaseQueue(path: path, configuration: patient).write {
            try $0.execute(sql: "UPDATE mailbox SET password_hash = 'x'")
        }
        #expect(exist() == [false, false])
        _ = try await MailboxProvider(path: path).observe()
        #expect(exist() == [true, true])
    }

    @Test func whatIsAppliedIsListed() async throws {
        let folder = try TemporaryFolder()
        let provider = MailboxProvider(path: folder.path("mail.db"))
        let operations = try creations(4_100)
        for operation in operations {
            let applied = try await provider.apply(operation)
            #expect(!applied.wasAlreadyApplied)
        }
        let listed = try await provider.observe().accounts
        #expect(listed.map(\.account) == operations.compactMap(\.account))
        #expect(listed.map(\.id) == (1...4_100).map { AccountID("\($0)") })
    }

    /// Names that are taken to sign in with: by an address, by a name, in whatever case.
    @Test(arguments: ["user1@corp.example", "USER1@corp.example", "archer", "Archer"])
    func nobodySignsInBySomebodyElsesName(_ name: String) async throws {
        let folder = try TemporaryFolder()
        let provider = MailboxProvider(path: folder.path("mail.db"))
        _ = try await provider.apply(try creations(1)[0])
        let ana = Account(userName: "archer", address: try MailAddress("ana@corp.example"))
        _ = try await provider.apply(.create(ana, because: [Reason(.everyone)]))
        let before = try await provider.observe().accounts

        var bo = Account(userName: name, address: try MailAddress("bo@corp.example"))
        let error = await #expect(throws: ProviderError.self) {
            try await provider.apply(.create(bo, because: [Reason(.everyone)]))
        }
        #expect(error?.code == .refused && error?.message.contains("signs in as \(name) already") == true)
        #expect(try await provider.observe().accounts == before)
        // Nor after a change.
        bo.userName = "bo"
        let id = try await provider.apply(.create(bo, because: [Reason(.everyone)])).id
        let change = ReconcileEngine.Operation.change(
            ObservedAccount(id: id, account: bo), [FieldChange(.userName, from: .text("bo"), to: .text(name))],
            because: [Reason(.differs)], fields: .all)
        let second = await #expect(throws: ProviderError.self) { try await provider.apply(change) }
        #expect(second?.message == error?.message)
    }

    @Test func anAddressThatIsSomebodysSignInNameIsRefused() async throws {
        let folder = try TemporaryFolder()
        let provider = MailboxProvider(path: folder.path("mail.db"))
        let ana = Account(userName: "user1@corp.example", address: try MailAddress("ana@corp.example"))
        _ = try await provider.apply(.create(ana, because: [Reason(.everyone)]))
        let error = await #expect(throws: ProviderError.self) { try await provider.apply(try creations(1)[0]) }
        #expect(error?.message.contains("The mailbox ana@corp.example signs in as user1@corp.example") == true)
    }

    @Test func aHashIsInNoError() async throws {
        let folder = try TemporaryFolder()
        let provider = MailboxProvider(path: folder.path("mail.db"))
        let account = Account(
            address: try MailAddress("ana@corp.example"), passwordHash: PasswordHash("{PLAIN}of\u{0}ana"))
        let error = await #expect(throws: ProviderError.self) {
            try await provider.apply(.create(account, because: [Reason(.everyone)]))
        }
        #expect(error?.message.contains("NUL") == true && error?.message.contains("PLAIN") == false, "\(error as Any)")
    }
}
