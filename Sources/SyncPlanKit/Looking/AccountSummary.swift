public import DirectoryModel
internal import PlanExecution
internal import ProviderClient
public import ReconcileEngine

/// An account of the provider, as somebody sees it who asks whose it is.
public struct AccountSummary: Sendable, Hashable {
    /// Whose business an account is.
    public enum Ownership: String, Sendable, Hashable, CaseIterable, Encodable {
        /// This profile made or adopted it.
        case managed
        /// It is bound to a directory object, but not as far as this profile remembers: another profile made it, or the
        /// memory is lost.
        case bound
        /// It is bound to nobody.
        case unmanaged
    }

    /// The account.
    public let observed: ObservedAccount
    /// Whose business it is.
    public let ownership: Ownership
    /// The directory object that it belongs to; nil where it belongs to none.
    public let object: ObjectID?
    /// Whether the configuration lists it under `protected`.
    public let isProtected: Bool
    /// Since when it has been suspended, where that is remembered.
    public let suspendedSince: Timestamp?

    /// Which accounts are asked for; all that is set must be met.
    public struct Filter: Sendable, Hashable {
        /// A text that an address, the name, the provider's id or the directory object must contain, letters' case aside.
        public var search: String?
        /// Only accounts that this profile neither made nor adopted.
        public var isUnmanaged: Bool
        /// Only suspended accounts.
        public var isSuspended: Bool
        /// Only protected accounts.
        public var isProtected: Bool

        /// Makes a filter, by default for all accounts.
        public init(
            search: String? = nil, isUnmanaged: Bool = false, isSuspended: Bool = false, isProtected: Bool = false
        ) {
            self.search = search
            self.isUnmanaged = isUnmanaged
            self.isSuspended = isSuspended
            self.isProtected = isProtected
        }

        func includes(_ summary: AccountSummary) -> Bool {
            let account = summary.observed.account
            if isUnmanaged && summary.ownership == .managed || isSuspended && account.isActive
                || isProtected && !summary.isProtected
            {
                return false
            }
            guard let search else { return true }
            let texts =
                account.addresses.map(\.text)
                + [account.name, account.userName, summary.object?.text].compactMap { $0 }
                + [summary.observed.id.rawValue]
            return texts.contains { $0.contains(ignoringCase: search) }
        }
    }
}

extension Profile {
    /// What the provider has and whose it is, by address; the directory is not asked.
    ///
    /// - Throws: `ProviderError` where nothing could be listed; `StateDatabaseError`.
    public func accounts(
        _ filter: AccountSummary.Filter = AccountSummary.Filter(),
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> Overview<[AccountSummary]> {
        let memory = try StateDatabase.memory(at: configuration.statePath, of: provider.name)
        let state = try await provider.observe { progress(.listing(accounts: $0)) }
        let linked = Dictionary(memory.links.map { ($1, $0) }, uniquingKeysWith: { $0.text < $1.text ? $0 : $1 })
        let protection = configuration.protected
        let summaries = state.accounts.map { observed in
            let link = linked[observed.id]
            return AccountSummary(
                observed: observed,
                ownership: link != nil ? .managed : observed.account.key != nil ? .bound : .unmanaged,
                object: observed.account.key ?? link,
                isProtected: protection.contains { $0.matches(observed.account.address) },
                suspendedSince: observed.account.isActive ? nil : memory.suspensions[observed.id])
        }
        return Overview(
            of: state,
            summaries.filter(filter.includes).sorted {
                ($0.observed.account.address, $0.observed.id) < ($1.observed.account.address, $1.observed.id)
            })
    }
}

extension AccountSummary: Encodable {
    private enum Keys: String, CodingKey { case id, ownership, object, protected, suspendedSince, account }

    /// Writes everything but secrets.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(observed.id, forKey: .id)
        try container.encode(ownership, forKey: .ownership)
        try container.encodeIfPresent(object?.text, forKey: .object)
        try container.encode(isProtected, forKey: .protected)
        try container.encodeIfPresent(suspendedSince?.iso8601, forKey: .suspendedSince)
        try container.encode(observed.account, forKey: .account)
    }
}
