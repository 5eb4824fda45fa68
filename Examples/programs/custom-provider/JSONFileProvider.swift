import DirectoryModel
import Foundation
import ProviderClient
import ReconcileEngine
import Synchronization

/// A provider whose accounts are in one JSON file.
///
/// It is an actor, so that between looking at an account and writing it nothing else happens.
actor JSONFileProvider: AccountProvider {
    /// Foundation has one too.
    typealias Operation = ReconcileEngine.Operation

    nonisolated let name: String
    private let file: URL
    private static let held = ProviderCapabilities(
        fields: [.key, .address, .aliases, .name, .givenName, .familyName, .active], kinds: [.personal])

    init(path: String) {
        name = path
        file = URL(fileURLWithPath: path)
    }

    func capabilities() async throws(ProviderError) -> ProviderCapabilities { Self.held }

    nonisolated func accounts() -> AccountPages {
        let isListed = Mutex(false)
        return AccountPages {
            // One page, then the end, which has to be said: a listing that just stops is not the whole.
            let wasListed = isListed.withLock { isListed in
                defer { isListed = true }
                return isListed
            }
            if wasListed { return nil }
            return try await self.load().map { ObservedAccount(id: AccountID($0.key), account: $0.value) }
        }
    }

    func apply(_ operation: Operation, mayHaveBeenApplied: Bool) async throws(ProviderError) -> AppliedOperation {
        var accounts = try load()
        let current = current(for: operation, in: accounts)
        switch operation.readiness(given: current?.value, fields: Self.held.fields) {
        case .stale(let why): throw ProviderError(.stale, "\(operation.address): \(why)")
        case .alreadyApplied:
            let id = current.map { AccountID($0.key) } ?? operation.id ?? AccountID("")
            return AppliedOperation(id: id, wasAlreadyApplied: true)
        case .ready: break
        }
        let id = current?.key ?? UUID().uuidString
        accounts[id] = nil
        if operation.kind != .delete {
            let changed = try changed(current?.value, by: operation).keeping(only: Self.held.fields)
            for other in accounts.values where !Set(other.addresses).isDisjoint(with: changed.addresses) {
                throw ProviderError(.addressTaken, "\(changed.address) or an alias belongs to \(other.address).")
            }
            accounts[id] = changed
        }
        try save(accounts)
        return AppliedOperation(id: AccountID(id))
    }

    func check() async -> [CheckStep] {
        do {
            return [CheckStep("open", passed: true, detail: "\(name) has \(try load().count) accounts")]
        } catch {
            return [CheckStep("open", failed: error)]
        }
    }

    /// The account that an operation is about; for a creation the one that is in its way, or that it has made before.
    private func current(for operation: Operation, in accounts: [String: Account]) -> (key: String, value: Account)? {
        guard let wanted = operation.account else {
            return accounts.first { $0.key == operation.id?.rawValue }.map { ($0.key, $0.value) }
        }
        let found =
            accounts.first { $0.value.key != nil && $0.value.key == wanted.key }
            ?? accounts.first { !Set($0.value.addresses).isDisjoint(with: wanted.addresses) }
        return found.map { ($0.key, $0.value) }
    }

    private func changed(_ account: Account?, by operation: Operation) throws(ProviderError) -> Account {
        if let account = operation.account { return account }
        guard let account else { throw ProviderError(.refused, "\(operation.address): There is no such account.") }
        do { return try account.applying(operation.changes) } catch {
            throw ProviderError(.refused, "\(operation.address): \(error)")
        }
    }

    private func load() throws(ProviderError) -> [String: Account] {
        guard FileManager.default.fileExists(atPath: file.path) else { return [:] }
        do { return try JSONDecoder().decode([String: Account].self, from: Data(contentsOf: file)) } catch {
            throw ProviderError(.malformed, "\(name) cannot be read: \(error)")
        }
    }

    private func save(_ accounts: [String: Account]) throws(ProviderError) {
        do { try JSONEncoder().encode(accounts).write(to: file, options: .atomic) } catch {
            throw ProviderError(.unavailable, "\(name) cannot be written: \(error)")
        }
    }
}
