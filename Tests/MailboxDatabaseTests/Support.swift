import DirectoryModel
import Foundation
import ReconcileEngine
import Synchronization
import Testing

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

/// Operations that create as many accounts, `user1@corp.example` and so on, each with an alias.
func creations(_ count: Int) throws -> [ReconcileEngine.Operation] {
    let users = try (1...count).map { number in
        DirectoryUser(
            id: try #require(ObjectID(text: "key-\(number)")),
            dn: try DistinguishedName("CN=User \(number),DC=corp,DC=example"),
            attributes: AttributeValues([
                "proxyAddresses": ["SMTP:user\(number)@corp.example", "smtp:alias\(number)@corp.example"],
                "displayName": ["User \(number)"],
            ]))
    }
    let snapshot = DirectorySnapshot(users: users)
    return Reconciler(rails: []).plan(directory: snapshot, provider: ObservedState(accounts: [])).operations
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

/// Counts from 1.
final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func increase() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
