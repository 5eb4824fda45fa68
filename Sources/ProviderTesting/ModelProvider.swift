public import DirectoryModel
public import ProviderClient
public import ReconcileEngine
import Synchronization

/// A provider in memory, for tests: it does everything a provider has to, and fails where a test wants it to.
///
/// It can stand for poorer providers too: what ``capabilities()`` leaves out it forgets, or refuses to do.
public final class ModelProvider: AccountProvider {
    /// What goes wrong with a call of ``apply(_:mayHaveBeenApplied:)``.
    public enum Fault: Sendable, Hashable {
        /// The operation is not carried out.
        case fails(ProviderError)
        /// The operation is carried out, and the caller is told that nobody knows.
        case losesAnswer
    }

    private struct State {
        /// The accounts without their delegates.
        var accounts: [AccountID: Account] = [:]
        /// By ids, because a delegate stays one under a new address.
        var delegates: [AccountID: Set<AccountID>] = [:]
        var owners: [MailAddress: AccountID] = [:]
        var keys: [ObjectID: AccountID] = [:]
        /// Every id that was ever given out.
        var order: [AccountID] = []
        var created = 0
        var calls = 0

        /// An account with everything that it has.
        func account(_ id: AccountID) -> Account? {
            guard var account = accounts[id] else { return nil }
            if let delegates = delegates[id] { account.setDelegates(delegates.compactMap { accounts[$0]?.address }) }
            return account
        }
    }

    /// The provider, for people.
    public let name: String
    private let held: ProviderCapabilities
    private let pageSize: Int
    private let listingLimit: Int?
    private let fault: @Sendable (_ call: Int, Operation) -> Fault?
    private let state: Mutex<State>

    /// Makes a provider.
    ///
    /// - Parameters:
    ///   - name: what it is called in plans.
    ///   - capabilities: what it can hold and do.
    ///   - pageSize: how many accounts a page of the listing has, at least 1.
    ///   - listingLimit: after how many accounts a listing breaks off with an error; nil for never.
    ///   - fault: answers what goes wrong with a call, given its number (from 1) and operation; nil for nothing.
    public init(
        name: String = "model", capabilities: ProviderCapabilities = ProviderCapabilities(), pageSize: Int = 100,
        listingLimit: Int? = nil, fault: @escaping @Sendable (_ call: Int, Operation) -> Fault? = { _, _ in nil }
    ) {
        self.name = name
        held = capabilities
        self.pageSize = max(1, pageSize)
        self.listingLimit = listingLimit
        self.fault = fault
        state = Mutex(State())
    }

    /// Everything it has, in the order of creation.
    public var contents: [ObservedAccount] { state.withLock { Self.contents($0) } }

    /// How often ``apply(_:mayHaveBeenApplied:)`` was called.
    public var calls: Int { state.withLock { $0.calls } }

    /// What it was made with.
    public func capabilities() async throws(ProviderError) -> ProviderCapabilities { held }

    /// Lists the accounts as they are when the first page is asked for.
    public func accounts() -> AccountPages {
        let progress = Mutex<(rest: ArraySlice<ObservedAccount>, listed: Int)?>(nil)
        return AccountPages { [self] in
            try progress.withLock { progress in
                var (rest, listed) = progress ?? (ArraySlice(contents), 0)
                let page = Array(rest.prefix(pageSize))
                rest = rest.dropFirst(pageSize)
                listed += page.count
                progress = (rest, listed)
                if let listingLimit, listed > listingLimit {
                    throw ProviderError(.unavailable, "The listing of \(name) broke off.")
                }
                return page.isEmpty ? nil : page
            }
        }
    }

    /// Carries out one operation, unless a fault was asked for.
    public func apply(
        _ operation: Operation, mayHaveBeenApplied: Bool
    ) async throws(ProviderError) -> AppliedOperation {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        switch fault(call, operation) {
        case .fails(let error): throw error
        case .losesAnswer:
            _ = try carryOut(operation)
            throw ProviderError(
                .unavailable, "\(operation.address): The answer of \(name) was lost.", outcome: .unknown)
        case nil: return try carryOut(operation)
        }
    }

    /// Says that there is nothing that could be wrong.
    public func check() async -> [CheckStep] { [CheckStep("model", passed: true, detail: "in memory")] }

    private static func contents(_ state: State) -> [ObservedAccount] {
        state.order.compactMap { id in state.account(id).map { ObservedAccount(id: id, account: $0) } }
    }
}

extension ModelProvider {
    private func carryOut(_ operation: Operation) throws(ProviderError) -> AppliedOperation {
        guard held.operations.contains(operation.kind) else {
            throw ProviderError(
                .unsupported, "\(operation.address): \(name) cannot \(operation.kind.rawValue) accounts.")
        }
        return try state.withLock { state throws(ProviderError) in try carryOut(operation, on: &state) }
    }

    private func carryOut(
        _ operation: Operation, on state: inout State
    ) throws(ProviderError) -> AppliedOperation {
        let current = Self.current(for: operation, in: state)
        let account = current.flatMap { state.account($0) }
        let kind = account?.kind ?? operation.account?.kind ?? .personal
        switch operation.readiness(given: account, fields: held.fields(for: kind)) {
        case .stale(let why): throw ProviderError(.stale, "\(operation.address): \(why)")
        case .alreadyApplied:
            return AppliedOperation(id: current ?? operation.id ?? AccountID(""), wasAlreadyApplied: true)
        case .ready: break
        }
        if operation.kind == .create, let wanted = operation.account {
            let id = AccountID("\(state.created + 1)")
            try put(wanted, at: id, in: &state)
            state.created += 1
            state.order.append(id)
            return AppliedOperation(id: id)
        }
        guard let id = current, let account else {
            throw ProviderError(.refused, "\(operation.address): The plan does not say which account it is about.")
        }
        if operation.kind == .delete {
            Self.take(account, out: &state)
            state.accounts[id] = nil
            state.delegates[id] = nil
            for other in state.delegates.keys { state.delegates[other]?.remove(id) }
        } else {
            let changed: Account
            do {
                changed = try account.applying(operation.changes)
            } catch {
                throw ProviderError(.refused, "\(operation.address): \(error)")
            }
            try put(changed, at: id, in: &state)
        }
        return AppliedOperation(id: id)
    }

    private static func current(for operation: Operation, in state: State) -> AccountID? {
        guard operation.kind == .create else {
            return operation.id.flatMap { state.accounts[$0] == nil ? nil : $0 }
        }
        guard let account = operation.account else { return nil }
        if let key = account.key, let owner = state.keys[key] { return owner }
        return account.addresses.lazy.compactMap { state.owners[$0] }.first
    }

    /// Files an account, which replaces the one of the same id, or throws and leaves everything as it was.
    private func put(_ wanted: Account, at id: AccountID, in state: inout State) throws(ProviderError) {
        var account = wanted.keeping(only: held.fields(for: wanted.kind))
        for address in account.addresses {
            if let owner = state.owners[address], owner != id {
                let name = state.accounts[owner]?.address.text ?? owner.rawValue
                throw ProviderError(.addressTaken, "\(address) belongs to \(name).")
            }
        }
        if let key = account.key, let owner = state.keys[key], owner != id {
            let name = state.accounts[owner]?.address.text ?? owner.rawValue
            throw ProviderError(.refused, "\(account.address): \(name) is bound to \(key) already.")
        }
        var delegates: Set<AccountID> = []
        for address in account.delegates {
            guard let delegate = state.owners[address], state.accounts[delegate]?.address == address else {
                throw ProviderError(.refused, "\(account.address): There is no account \(address) to be a delegate.")
            }
            delegates.insert(delegate)
        }
        account.setDelegates([])
        account.attributes = account.attributes.filter { !$0.value.isEmpty }
        if let old = state.accounts[id] { Self.take(old, out: &state) }
        for address in account.addresses { state.owners[address] = id }
        if let key = account.key { state.keys[key] = id }
        state.accounts[id] = account
        state.delegates[id] = delegates.isEmpty ? nil : delegates
    }

    private static func take(_ account: Account, out state: inout State) {
        for address in account.addresses { state.owners[address] = nil }
        if let key = account.key { state.keys[key] = nil }
    }
}
