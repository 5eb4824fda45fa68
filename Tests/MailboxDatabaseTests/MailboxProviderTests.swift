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
        let accounts = try (0..<5_000).map { number in
            Account(
                key: ObjectID(text: "key-\(number)"), address: try MailAddress("user\(number)@corp.example"),
                aliases: number % 2 == 0 ? [try MailAddress("alias\(number)@corp.example")] : [],
                name: "User \(number)", quota: .gigabytes(Int64(number % 7)))
        }
        for account in accounts {
            let applied = try await provider.apply(try creation(of: account))
            #expect(!applied.wasAlreadyApplied)
        }
        let listed = try await provider.observe().accounts
        #expect(listed.map(\.account) == accounts)
        #expect(listed.map(\.id) == (1...5_000).map { AccountID("\($0)") })
    }
}

/// The operation that creates an account, as a plan file has it.
func creation(of account: Account) throws -> ReconcileEngine.Operation {
    let directory = try JSONSerialization.jsonObject(with: JSONEncoder().encode(account))
    let operation: [String: Any] = [
        "kind": "create", "address": account.address.text, "account": directory, "changes": [String](),
        "reasons": [["code": "everyone"]], "precondition": "absent", "stage": 0,
    ]
    return try JSONDecoder().decode(
        ReconcileEngine.Operation.self, from: JSONSerialization.data(withJSONObject: operation))
}

/// A folder that is removed with the value that holds it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("mailbox-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }
}
