public import ReconcileEngine

/// The pages of one listing of a provider's accounts, asked for one after the other.
///
/// It ends only where the provider said that there is no more; everything else is thrown, being cancelled too. An
/// `AsyncThrowingStream` would not do: it ends quietly when its task is cancelled, and the accounts left out would look
/// like accounts that do not exist.
public struct AccountPages: AsyncSequence, Sendable {
    private let next: @Sendable () async throws -> [ObservedAccount]?

    /// Makes a listing, which can be gone through once.
    ///
    /// - Parameter next: answers the next page, or nil after the last. It is not called again after nil or an error.
    public init(next: @escaping @Sendable () async throws -> [ObservedAccount]?) { self.next = next }

    /// Goes through the pages.
    public func makeAsyncIterator() -> Iterator { Iterator(next: next) }

    /// Goes through the pages.
    public struct Iterator: AsyncIteratorProtocol {
        private var ask: (@Sendable () async throws -> [ObservedAccount]?)?

        fileprivate init(next: @escaping @Sendable () async throws -> [ObservedAccount]?) { ask = next }

        /// The next page; nil after the last.
        ///
        /// - Throws: `CancellationError` where the task was cancelled, else what kept the provider from answering.
        public mutating func next() async throws -> [ObservedAccount]? {
            guard let ask else { return nil }
            self.ask = nil
            try Task.checkCancellation()
            let answer: Result<[ObservedAccount]?, any Error>
            do { answer = .success(try await ask()) } catch { answer = .failure(error) }
            // Whoever was cancelled in the middle may have answered that there is no more, or that something is wrong.
            try Task.checkCancellation()
            let page = try answer.get()
            if page != nil { self.ask = ask }
            return page
        }
    }
}
