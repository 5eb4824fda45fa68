import DirectoryModel
import Foundation
import ProviderClient
import ProviderTesting
import ReconcileEngine
import Synchronization
import Testing

/// The conformance suite is only worth something if it finds what is wrong.
@Suite("Conformance of flawed providers")
struct FlawedProviderTests {
    /// Each flaw with a check that must fail for it.
    @Test(arguments: [
        (FlawedProvider.Flaw.dropsLastPage, "every account is listed once, however many pages that takes"),
        (.repeatsFirstPage, "every account is listed once, however many pages that takes"),
        (.losesAliases, "a created account is listed with every field as planned"),
        (.normalizesTexts, "texts come back byte for byte"),
        (.ignoresClearing, "mobile can be set, changed and cleared"),
        (.ignoresPreconditions, "an operation on an account that changed since is refused"),
        (.changesIDOnRename, "a renamed account keeps its identity"),
        (.neverSaysAlready, "a second update is called done already"),
        (.failsDeletingTwice, "a second delete is called done already"),
        (.blamesNetwork, "an account with an address that somebody has is refused"),
        (.losesHashes, "password-hash can be set, changed and cleared"),
        (.makesPersons, "functional accounts and groups can be made"),
        (.forgetsSecondFactor, "whether a second factor is asked for can be said when an account is made"),
        (.losesAttributes, "a free attribute that is not spoken of stays as it is"),
        (.replacesDelegates, "delegates are given one by one, and those that others gave stay"),
        (.keepsOldNames, "a delegate that is renamed shows under its new address"),
        (.neverSaysAlready, "an account that belongs to nobody can be adopted"),
        (.ignoresPreconditions, "adopting an account that changed since, or that somebody else adopted, is refused"),
        (.ignoresPreconditions, "a delegate that does not exist is refused"),
    ])
    func aFlawIsFound(_ flaw: FlawedProvider.Flaw, _ check: String) async {
        let report = await ProviderConformance(accountCount: 250) { FlawedProvider(flaw) }.run()
        #expect(report.failures.contains { $0.name == check }, "\(report)")
    }
}

/// A model with something wrong with it.
struct FlawedProvider: AccountProvider {
    enum Flaw {
        case dropsLastPage, repeatsFirstPage, losesAliases, normalizesTexts, ignoresClearing
        case ignoresPreconditions, changesIDOnRename, neverSaysAlready, failsDeletingTwice, blamesNetwork
        case losesHashes, makesPersons, forgetsSecondFactor, losesAttributes, replacesDelegates, keepsOldNames
    }

    let flaw: Flaw
    let model: ModelProvider
    let name = "flawed"

    init(_ flaw: Flaw) {
        self.flaw = flaw
        model = ModelProvider()
    }

    func capabilities() async throws(ProviderError) -> ProviderCapabilities { ProviderCapabilities() }
    func check() async -> [CheckStep] { [] }

    func accounts() -> AccountPages {
        let pages = Mutex(split())
        let first = split().first
        let repeats = Mutex(flaw == .repeatsFirstPage)
        return AccountPages {
            let again = repeats.withLock { repeats in
                defer { repeats = false }
                return repeats
            }
            if again, let first { return first }
            return pages.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
    }

    private func split() -> [[ObservedAccount]] {
        let all = model.contents.map(spoil)
        var pages = stride(from: 0, to: all.count, by: 100).map { Array(all[$0..<min($0 + 100, all.count)]) }
        if flaw == .dropsLastPage && pages.count > 1 { pages.removeLast() }
        return pages
    }

    private func spoil(_ observed: ObservedAccount) -> ObservedAccount {
        var account = observed.account
        switch flaw {
        case .losesAliases: account.setAddresses(primary: account.address, aliases: [])
        case .normalizesTexts: account.name = account.name?.precomposedStringWithCanonicalMapping
        case .losesHashes: account.passwordHash = nil
        case .makesPersons: account.kind = .personal
        case .forgetsSecondFactor: account.requiresMFA = nil
        case .losesAttributes: account.attributes["first"] = nil
        case .replacesDelegates: account.setDelegates(Array(account.delegates.prefix(1)))
        case .keepsOldNames:
            let renamed = try? MailAddress("renamed@\(account.address.domain)")
            account.setDelegates(account.delegates.filter { $0 != renamed })
        case .ignoresClearing: account.mobile = account.mobile ?? "+31"
        case .changesIDOnRename where account.address.localPart == "renamed":
            return ObservedAccount(id: AccountID(observed.id.rawValue + "-renamed"), account: account)
        default: break
        }
        return ObservedAccount(id: observed.id, account: account)
    }

    func apply(
        _ operation: ReconcileEngine.Operation, mayHaveBeenApplied: Bool
    ) async throws(ProviderError) -> AppliedOperation {
        do throws(ProviderError) {
            let applied = try await model.apply(operation)
            if applied.wasAlreadyApplied {
                if flaw == .neverSaysAlready { return AppliedOperation(id: applied.id) }
                if flaw == .failsDeletingTwice, operation.kind == .delete {
                    throw ProviderError(.refused, "no such account")
                }
            }
            return applied
        } catch {
            if flaw == .ignoresPreconditions && [.stale, .refused].contains(error.code) {
                return AppliedOperation(id: AccountID("1"))
            }
            if flaw == .blamesNetwork { throw ProviderError(.unavailable, "something failed") }
            throw error
        }
    }
}
