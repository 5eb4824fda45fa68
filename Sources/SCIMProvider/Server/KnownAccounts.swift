internal import DirectoryModel
internal import ReconcileEngine
import Synchronization

/// Who has which address and key at the service, as far as was seen last.
///
/// It is filled by a listing and kept up with every resource that is read or written. What it says is looked up again
/// before anything is refused or done because of it.
final class KnownAccounts: People, Sendable {
    private struct State {
        var accounts: [AccountID: Entry] = [:]
        var owners: [MailAddress: AccountID] = [:]
        var keys: [ObjectID: AccountID] = [:]
        /// How many listings are under way.
        var listings = 0
        /// What was noted and forgotten meanwhile, which they may have passed by.
        var news: [AccountID: ObservedAccount?] = [:]
        var isComplete = false
        var loading: Task<Result<Void, any Error>, Never>?
    }

    private struct Entry {
        let address: MailAddress
        let aliases: [MailAddress]
        let key: ObjectID?
        let isPersonal: Bool
    }

    private let state = Mutex(State())

    /// Notes that a listing begins.
    func begin() { state.withLock { $0.listings += 1 } }

    /// Notes that a listing has come to an end, whatever it was.
    func end() {
        state.withLock { state in
            state.listings -= 1
            if state.listings <= 0 { state.news = [:] }
        }
    }

    /// Replaces everything by a listing that came to its end, but for what happened since it began.
    func replace(with accounts: [ObservedAccount]) {
        var fresh = State()
        fresh.accounts.reserveCapacity(accounts.count)
        for observed in accounts { Self.note(observed, in: &fresh) }
        state.withLock { state in
            for (id, observed) in state.news {
                if let observed { Self.note(observed, in: &fresh) } else { Self.forget(id, in: &fresh) }
            }
            fresh.isComplete = true
            fresh.loading = state.loading
            fresh.news = state.news
            fresh.listings = state.listings
            state = fresh
        }
    }

    /// Fills it by a listing, once however many ask, unless a listing filled it before.
    ///
    /// - Parameter isFresh: whether an earlier listing does not do.
    func load(again isFresh: Bool = false, by list: @escaping @Sendable () async throws -> Void) async throws {
        let loading: Task<Result<Void, any Error>, Never>? = state.withLock { state in
            if let loading = state.loading { return loading }
            if state.isComplete && !isFresh { return nil }
            let loading = Task { () -> Result<Void, any Error> in
                defer { self.state.withLock { $0.loading = nil } }
                do {
                    return .success(try await list())
                } catch {
                    return .failure(error)
                }
            }
            state.loading = loading
            return loading
        }
        try await loading?.value.get()
    }

    func note(_ observed: ObservedAccount) {
        state.withLock { state in
            Self.note(observed, in: &state)
            if state.listings > 0 { state.news[observed.id] = .some(observed) }
        }
    }

    func forget(_ id: AccountID) {
        state.withLock { state in
            Self.forget(id, in: &state)
            if state.listings > 0 { state.news[id] = .some(nil) }
        }
    }

    /// The accounts that have the key or any address of an account, each once, whoever has the key first.
    func holders(of account: Account) -> [AccountID] {
        state.withLock { state in
            let found = [account.key.flatMap { state.keys[$0] }] + account.addresses.map { state.owners[$0] }
            return found.compactMap(\.self).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
    }

    /// A personal account with something in a field, to try a filter with.
    func example(with field: AccountField) -> (id: AccountID, value: String)? {
        state.withLock { state in
            for (id, entry) in state.accounts where entry.isPersonal {
                if field == .address || field == .userName { return (id, entry.address.text) }
                if field == .key, let key = entry.key { return (id, key.text) }
            }
            return nil
        }
    }

    func address(of id: String) -> MailAddress? {
        state.withLock { $0.accounts[AccountID(endpoint: SCIMResourceMap.users, id)]?.address }
    }

    func id(of address: MailAddress) -> String? {
        state.withLock { state in
            guard let id = state.owners[address], let entry = state.accounts[id], entry.isPersonal,
                entry.address == address
            else { return nil }
            return id.location?.id
        }
    }

    private static func note(_ observed: ObservedAccount, in state: inout State) {
        forget(observed.id, in: &state)
        let account = observed.account
        state.accounts[observed.id] = Entry(
            address: account.address, aliases: account.aliases, key: account.key, isPersonal: account.kind == .personal)
        for alias in account.aliases where state.owners[alias] == nil { state.owners[alias] = observed.id }
        state.owners[account.address] = observed.id
        if let key = account.key { state.keys[key] = observed.id }
    }

    private static func forget(_ id: AccountID, in state: inout State) {
        guard let entry = state.accounts.removeValue(forKey: id) else { return }
        for address in entry.aliases + [entry.address] where state.owners[address] == id { state.owners[address] = nil }
        if let key = entry.key, state.keys[key] == id { state.keys[key] = nil }
    }
}

extension SCIMResourceMap {
    /// The endpoint that members of groups are at (RFC 7644 section 3.2).
    static let users = "Users"
}

extension AccountID {
    /// The id of a resource: ids are the service's own and need not tell users from groups.
    init(endpoint: String, _ id: String) { self.init("\(endpoint)/\(id)") }

    /// The resource's endpoint and its id; nil for what is the id of no resource.
    var location: (endpoint: String, id: String)? {
        guard let slash = rawValue.firstIndex(of: "/") else { return nil }
        let id = rawValue[slash...].dropFirst()
        return id.isEmpty ? nil : (String(rawValue[..<slash]), String(id))
    }
}
