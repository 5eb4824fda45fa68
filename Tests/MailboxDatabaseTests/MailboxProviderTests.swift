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
}
