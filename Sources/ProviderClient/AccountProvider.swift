public import DirectoryModel
public import ReconcileEngine

/// What every provider of accounts can do.
///
/// A provider does what it is told, one operation at a time, and checks each operation's precondition itself, because
/// only it can do so in one step with the change. It decides nothing: which operations there are, and in which order, is
/// the engine's matter. `ProviderTesting` has a suite that any implementation can be run through.
public protocol AccountProvider: Sendable {
    /// The provider, for people: a path or an address; never with a secret in it.
    var name: String { get }

    /// What it can hold and do. It may have to be asked, so this can fail as any call can.
    func capabilities() async throws(ProviderError) -> ProviderCapabilities

    /// Lists all accounts, page by page. The sequence ends only after the last page; whatever keeps it from being
    /// complete is thrown.
    ///
    /// A listing changes nothing, not even by creating what is missing.
    func accounts() -> AccountPages

    /// Carries out one operation, after checking that it still fits (`Operation.readiness(given:fields:)`).
    ///
    /// - Parameter mayHaveBeenApplied: whether an earlier try may have been carried out without anybody having heard of
    ///   it: it ended with ``ProviderError/Outcome/unknown``, or with the process. A provider that cannot look and write
    ///   in one step looks for the account then before it makes it, so that nothing is made twice.
    /// - Returns: what came of it.
    /// - Throws: ``ProviderError``; with ``ProviderError/Code/stale`` where the operation does not fit any more. Nothing
    ///   has been changed then, but for ``ProviderError/Outcome/unknown``.
    func apply(_ operation: Operation, mayHaveBeenApplied: Bool) async throws(ProviderError) -> AppliedOperation

    /// Tries what a run needs, step by step, without changing anything.
    func check() async -> [CheckStep]
}

/// What came of an operation that was carried out.
public struct AppliedOperation: Sendable, Hashable {
    /// The provider's name for the account; for a creation the one it was given.
    public let id: AccountID
    /// Whether the provider already had what the operation would have brought about, so that nothing was done.
    public let wasAlreadyApplied: Bool

    /// Makes a result.
    public init(id: AccountID, wasAlreadyApplied: Bool = false) {
        self.id = id
        self.wasAlreadyApplied = wasAlreadyApplied
    }
}

extension AccountProvider {
    /// Carries out one operation that was never tried before.
    public func apply(_ operation: Operation) async throws(ProviderError) -> AppliedOperation {
        try await apply(operation, mayHaveBeenApplied: false)
    }

    /// Lists everything into one state.
    ///
    /// - Parameter progress: called after each page with the number of accounts so far.
    /// - Throws: `CancellationError` where the task was cancelled, and an error where nothing could be listed at all. A listing
    ///   that breaks off later makes the state incomplete.
    public func observe(
        progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> ObservedState {
        let capabilities: ProviderCapabilities
        do { capabilities = try await self.capabilities() } catch {
            try Task.checkCancellation()
            throw error
        }
        var accounts: [ObservedAccount] = []
        var incomplete: [Incompleteness] = []
        do {
            for try await page in self.accounts() {
                accounts.append(contentsOf: page)
                progress(accounts.count)
            }
        } catch {
            if accounts.isEmpty || error is CancellationError { throw error }
            incomplete.append(
                Incompleteness(
                    .connectionLost, "Listing the accounts of \(name) broke off after \(accounts.count): \(error)"))
        }
        return ObservedState(
            provider: name, accounts: accounts, capabilities: capabilities, incomplete: incomplete)
    }
}
