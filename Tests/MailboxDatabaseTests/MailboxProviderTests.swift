import DirectoryModel
import Foundation
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
