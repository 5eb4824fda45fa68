import DirectoryModel
import Foundation
import GRDB
import MailboxDatabase
import PlanExecution
import ProviderClient
import ReconcileEngine
import TestSupport
import Testing

/// What `revert` plans brings a mailbox database back to what it was before a run, byte for byte where nothing is lost for
/// good.
@Suite struct RevertTests {
    /// A random company: people who swap addresses, come, go and are disabled, with delegates, and teams with members.
    private struct Company {
        var random: SeededGenerator
        let removal: Lifecycle.Removal

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            // Where nobody is deleted nothing is lost.
            removal = seed % 2 == 0 ? .delete : .suspend
        }

        var rules: Reconciler {
            Reconciler(
                scope: .members(of: "Sooma_5GB", "Sooma_50GB"),
                mapping: .standard(for: .activeDirectory),
                entitlements: [
                    .quota(.gigabytes(5), group: "Sooma_5GB"), .quota(.gigabytes(50), group: "Sooma_50GB"),
                ],
                groups: [GroupRule(.group, of: .groups(["team0", "team1"]), missing: removal)],
                lifecycle: Lifecycle(missing: removal), rails: [])
        }

        /// The directory on another day.
        mutating func directory() -> DirectorySnapshot {
            let names = (0..<16).map { "p\($0)" }
            var primaries = names
            let swapped = names.indices.shuffled(using: &random).prefix(4)
            for (one, next) in zip(swapped, swapped.dropFirst() + swapped.prefix(1)) { primaries[one] = names[next] }
            var spare = (0..<20).map { "alias\($0)" }.shuffled(using: &random)
            let users = zip(names, primaries).compactMap { name, primary -> DirectoryUser? in
                if Int.random(in: 0..<6, using: &random) == 0 { return nil }
                let aliases = (0..<Int.random(in: 0..<3, using: &random)).compactMap { _ in spare.popLast() }
                let teams = ["team0", "team1"].filter { _ in Bool.random(using: &random) }
                return Made.person(
                    name,
                    proxy: ["SMTP:\(primary)@corp.example"] + aliases.map { "smtp:\($0)@corp.example" },
                    groups: teams + [Bool.random(using: &random) ? "Sooma_5GB" : "Sooma_50GB"],
                    control: Int.random(in: 0..<8, using: &random) == 0 ? "514" : "512",
                    more: [
                        "msExchDelegateListLink": names.filter { _ in Int.random(in: 0..<8, using: &random) == 0 }
                            .map { Made.dn($0).text }
                    ])
            }
            let teams = ["team0", "team1"].filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
                .map { Made.group($0, proxy: ["SMTP:\($0)@corp.example"]) }
            return DirectorySnapshot(users: users, groups: ["Sooma_5GB", "Sooma_50GB"].map(Made.group) + teams)
        }
    }

    /// A mailbox database and a state database in one folder.
    private struct Site {
        let folder: TemporaryFolder
        let provider: MailboxProvider
        var state: String { folder.path("state.db") }

        init() throws {
            folder = try TemporaryFolder()
            provider = MailboxProvider(path: folder.path("mail.db"))
        }

        func plan(_ company: inout Company) async throws -> Plan {
            company.rules.plan(
                directory: company.directory(), provider: try await provider.observe(),
                remembering: try StateDatabase.memory(at: state, of: provider.name),
                at: Timestamp(secondsSince1970: 1_800_000_000))
        }

        func revert(_ company: Company, _ run: Int64? = nil) async throws -> Plan {
            let past = try #require(try StateDatabase.past(run, at: state, of: provider.name))
            return company.rules.plan(
                undoing: past, deletingMade: true, provider: try await provider.observe(),
                remembering: try StateDatabase.memory(at: state, of: provider.name))
        }

        /// - Parameter most: after how many operations the run is stopped; nil for its end.
        @discardableResult
        func apply(_ plan: Plan, stoppingAfter most: Int? = nil) async throws -> ApplyReport {
            let executor = PlanExecutor(
                provider: Interrupted(provider, after: most ?? .max), state: try StateDatabase(path: state),
                options: .init(concurrency: 2, attempts: 1))
            return try await executor.apply(
                plan, digest: UUID().uuidString, madeAt: Timestamp(secondsSince1970: 1_800_000_000))
        }

        /// The tables of accounts as SQL, but for when a row was last changed.
        ///
        /// - Parameter lost: accounts that were made again, which are left out, with being delegates of others.
        func dump(without lost: Set<String> = []) throws -> [String] {
            let queries = [
                """
                SELECT address, 'mailbox', quote(id), quote(address), quote(external_id), quote(full_name), quote(given_name),
                    quote(family_name), quote(mobile), quote(organizational_unit), quote(quota_bytes), quote(active),
                    quote(password_hash), quote(created_at), quote(kind), quote(user_name), quote(mfa)
                FROM mailbox ORDER BY id
                """,
                """
                SELECT mailbox.address, 'address', quote(address.address), mailbox_id
                FROM address JOIN mailbox ON id = mailbox_id ORDER BY 3
                """,
                """
                SELECT owner.address, 'delegate', mailbox_id, delegate_id, other.address FROM delegate
                JOIN mailbox AS owner ON owner.id = mailbox_id JOIN mailbox AS other ON other.id = delegate_id ORDER BY 3, 4
                """,
                """
                SELECT mailbox.address, 'attribute', mailbox_id, quote(name), quote(value)
                FROM attribute JOIN mailbox ON id = mailbox_id ORDER BY 3, 4
                """,
            ]
            let rows: [[String]] = try DatabaseQueue(path: folder.path("mail.db")).read { database in
                try queries.flatMap { sql in
                    try Row.fetchAll(database, sql: sql).map { row in
                        row.databaseValues.map { String.fromDatabaseValue($0) ?? "\($0)" }
                    }
                }
            }
            return RevertTests.lines(rows, without: lost)
        }

        /// What there is of accounts by their addresses: whatever is made again has another number.
        func fields(of lost: Set<String>) async throws -> [String] {
            try await provider.observe().accounts.filter { lost.contains($0.account.address.text) }
                .map { observed in
                    var account = observed.account
                    account.setDelegates(account.delegates.filter { !lost.contains($0.text) })
                    return "\(account)"
                }.sorted()
        }
    }

    /// Rows without those that belong to some accounts, or name them as delegates.
    private static func lines(_ rows: [[String]], without lost: Set<String>) -> [String] {
        rows.filter { row in !lost.contains(row[0]) && (row[1] != "delegate" || !lost.contains(row[4])) }
            .map { $0.joined(separator: "|") }
    }

    private static func lost(_ plan: Plan) -> Set<String> {
        Set(plan.findings.filter { $0.code == .lostForGood }.map(\.subject))
    }

    @Test(arguments: [UInt64](1...16)) func aRunIsUndoneByteForByte(seed: UInt64) async throws {
        var company = Company(seed: seed)
        let site = try Site()
        try await site.apply(try await site.plan(&company))
        let before = try site.dump()
        let plan = try await site.plan(&company)
        let accounts = try await site.provider.observe().accounts
        // Every third run is stopped half-way.
        let most = seed % 3 == 0 ? Int.random(in: 0..<plan.operations.count, using: &company.random) : nil
        let report = try await site.apply(plan, stoppingAfter: most)
        try #require(plan.operations.count > 5 && (most != nil || report.isComplete), "seed \(seed): \(report)")
        if report.count(where: \.isSuccess) > 1 { #expect(try site.dump() != before, "seed \(seed)") }

        let undoing = try await site.revert(company, 2)
        let lost = Self.lost(undoing)
        #expect(lost.isEmpty || company.removal == .delete)
        let findings = undoing.findings.filter { ![.lostForGood, .wantedAgain].contains($0.code) }
        #expect(findings.isEmpty && undoing.held.isEmpty, "seed \(seed): \(findings)")
        let undone = try await site.apply(undoing)
        #expect(undone.isComplete, "seed \(seed): \(undone)")
        let rows = before.map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
        #expect(try site.dump(without: lost) == Self.lines(rows, without: lost), "seed \(seed)")
        let formerly = accounts.filter { lost.contains($0.account.address.text) }.map { observed in
            var account = observed.account
            account.setDelegates(account.delegates.filter { !lost.contains($0.text) })
            return "\(account)"
        }
        #expect(try await site.fields(of: lost) == formerly.sorted(), "seed \(seed)")
    }

    @Test(arguments: [UInt64](1...6)) func undoingIsUndone(seed: UInt64) async throws {
        // Nobody is deleted by either, so that the same comes back.
        var company = Company(seed: seed * 2 + 1)
        let site = try Site()
        try await site.apply(try await site.plan(&company))
        let plan = try await site.plan(&company)
        try await site.apply(plan)
        let after = try await site.provider.observe().accounts.map(\.account)
        let undoing = try await site.revert(company)
        try #require(try await site.apply(undoing).isComplete)
        let redoing = try await site.revert(company)
        #expect(redoing.overview.undoneRun == 3)
        try #require(try await site.apply(redoing).isComplete)
        // What the run made has been deleted and made again since: under another number, and with all its fields.
        let again = try await site.provider.observe().accounts.map(\.account)
        func texts(_ accounts: [Account]) -> [String] {
            accounts.map { account in
                var account = account
                account.setDelegates([])
                return "\(account)"
            }.sorted()
        }
        #expect(texts(again) == texts(after), "seed \(seed)")
    }

    @Test func aRevertThatIsStoppedGoesOn() async throws {
        var company = Company(seed: 5)
        let site = try Site()
        try await site.apply(try await site.plan(&company))
        let before = try site.dump()
        try await site.apply(try await site.plan(&company))
        for _ in 0..<3 { try await site.apply(try await site.revert(company, 2), stoppingAfter: 3) }
        // What is planned anew is what is left.
        try await site.apply(try await site.revert(company, 2))
        #expect(try site.dump() == before)
        #expect(try await site.revert(company, 2).isEmpty)
    }
}

/// A mailbox database to which nothing is done after some operations, as if somebody had stopped the run.
private struct Interrupted: AccountProvider {
    private let provider: MailboxProvider
    private let most: Int
    private let calls = Counter()

    init(_ provider: MailboxProvider, after most: Int) {
        self.provider = provider
        self.most = most
    }

    var name: String { provider.name }
    func capabilities() async throws(ProviderError) -> ProviderCapabilities { try await provider.capabilities() }
    func accounts() -> AccountPages { provider.accounts() }
    func check() async -> [CheckStep] { await provider.check() }

    func apply(
        _ operation: ReconcileEngine.Operation, mayHaveBeenApplied: Bool
    ) async throws(ProviderError) -> AppliedOperation {
        if calls.increase() > most { throw ProviderError(.unauthorized, "Enough.") }
        return try await provider.apply(operation, mayHaveBeenApplied: mayHaveBeenApplied)
    }
}
