import DirectoryModel
import ProviderClient
import ProviderTesting
import ReconcileEngine
import Testing

@Suite("Pages of a listing")
struct AccountPagesTests {
    @Test func theyEndAfterTheLastPageAndAreNotAskedForAgain() async throws {
        let (pages, calls) = counted { call in call <= 3 ? [] : nil }
        var listing = pages.makeAsyncIterator()
        for _ in 1...3 { #expect(try await listing.next() == []) }
        for _ in 1...3 { #expect(try await listing.next() == nil) }
        #expect(calls.count == 4)
    }

    @Test func theyEndAfterAnError() async throws {
        let (pages, calls) = counted { _ in throw ProviderError(.unavailable, "gone") }
        var listing = pages.makeAsyncIterator()
        await #expect(throws: ProviderError.self) { try await listing.next() }
        #expect(try await listing.next() == nil)
        #expect(calls.count == 1)
    }

    /// Whoever is cancelled answers "no more", as AsyncThrowingStream does, or that the connection was lost.
    @Test(arguments: [nil, ProviderError(.unavailable, "gone")])
    func aCancelledListingSaysSo(_ error: ProviderError?) async throws {
        let (pages, _) = counted { _ in
            withUnsafeCurrentTask { $0?.cancel() }
            if let error { throw error }
            return nil
        }
        let listing = Task { for try await _ in pages {} }
        await #expect(throws: CancellationError.self) { try await listing.value }
    }

    @Test func aListingThatBreaksOffIsIncomplete() async throws {
        let whole = ModelProvider(pageSize: 2)
        let broken = ModelProvider(pageSize: 2, listingLimit: 4)
        for number in 1...5 {
            let account = Account(address: try MailAddress("user\(number)@corp.example"))
            for provider in [whole, broken] { _ = try await provider.apply(try creation(of: account)) }
        }
        let complete = try await whole.observe()
        #expect(complete.accounts.count == 5 && complete.incomplete.isEmpty)
        let partial = try await broken.observe()
        #expect(partial.accounts.count == 4 && partial.incomplete.count == 1)
    }

    private func counted(
        _ next: @escaping @Sendable (Int) throws -> [ObservedAccount]?
    ) -> (AccountPages, Counter) {
        let counter = Counter()
        return (AccountPages { try next(counter.increase()) }, counter)
    }
}
