import DirectoryModel
import Foundation
import PlanExecution
import ProviderClient
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// What is seen of past runs and of a provider's accounts; the golden files show it.
@Suite struct HistoryTextTests {
    /// A site of its own: a directory file, a mailbox database, and three runs, one of which could not do everything.
    private static func site(_ work: (Profile, URL) async throws -> Void) async throws {
        let folder = try temporaryFolder("history")
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ text: String, _ name: String) throws {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        try write(
            """
            source: { ldif: { path: directory.ldif } }
            provider: { mailbox-database: { path: mail.db } }
            lifecycle: { missing: delete }
            protected: [postmaster@corp.example]
            """, "sync-plan.yaml")
        let profile = try Profile(
            configuration: ConfigurationFile(path: folder.appendingPathComponent("sync-plan.yaml").path).load())
        func run(_ people: [(String, String, Int)], changing address: String? = nil) async throws {
            try write(
                "version: 1\n\n"
                    + people.map { name, mail, control in
                        """
                        dn: CN=\(name),DC=corp,DC=example
                        objectClass: user
                        objectGUID:: \(Data(String(repeating: name, count: 16).utf8.prefix(16)).base64EncodedString())
                        displayName: \(name.uppercased())
                        userAccountControl: \(control)
                        proxyAddresses: SMTP:\(mail)@corp.example


                        """
                    }.joined(), "directory.ldif")
            let file = try await profile.plan()
            if let address {
                let victim = try #require(file.plan.operations.first { $0.address.text == address })
                // Somebody was quicker.
                _ = try await profile.provider.apply(
                    .change(
                        ObservedAccount(
                            id: try #require(victim.id),
                            account: try await account(victim.id, profile)),
                        [FieldChange(.name, from: .text("CY"), to: .text("Cy Cole"))], because: [Reason(.differs)],
                        fields: .all))
            }
            // One after the other, so that accounts get the same numbers in every run of the tests.
            let executor = PlanExecutor(
                provider: profile.provider, state: try StateDatabase(path: profile.configuration.statePath),
                options: .init(concurrency: 1))
            _ = try await executor.apply(
                file.plan, digest: file.digest.text, madeAt: file.header.madeAt,
                origin: RunOrigin(configuration: profile.configuration.digest, tool: "0.1.0", user: "ana"))
        }
        try await run([("ana", "ana", 512), ("bo", "bo", 512), ("cy", "cy", 512)])
        try await run([("ana", "ash", 512), ("cy", "cy", 514), ("dan", "dan", 512)], changing: "cy@corp.example")
        try await run([("ana", "ash", 512), ("dan", "dan", 514)])
        try await work(profile, folder)
    }

    private static func account(_ id: AccountID?, _ profile: Profile) async throws -> Account {
        try #require(try await profile.provider.observe().accounts.first { $0.id == id }).account
    }

    /// A text without what differs from one run of the tests to another.
    private static func timeless(_ text: String, _ runs: [RunRecord], _ folder: URL) -> String {
        var text = text.replacing(folder.path + "/", with: "").replacing(
            /[0-9-]{10}T[0-9:]{8}Z/, with: "2026-11-21T12:00:00Z")
        text = text.replacing(/\b[0-9] s\b/, with: "0 s")
        for run in runs {
            for digest in [run.plan, run.configuration] {
                let short = String(repeating: "c0ffee00", count: 8)
                text = text.replacing(digest, with: short).replacing(digest.prefix(8), with: short.prefix(8))
            }
        }
        return text
    }

    @Test("BE9: past runs, what they did, and what undoes one") func looksLikeThis() async throws {
        try await Self.site { profile, folder in
            let text = HistoryText()
            let runs = try profile.history()
            let shown = try (1...3).map { try profile.run(.number($0)) }
            let undo = try await profile.revert(.number(2))
            let report = PlanText().render(undo.plan, ending: "Nothing has been changed.")
            let parts =
                [text.render(runs)] + shown.map(text.render) + [report]
                + [
                    OverviewText().render(try await profile.accounts()),
                    OverviewText().render(try await profile.accounts(.init(isSuspended: true))),
                ]
            func expect(_ text: String, _ name: String) throws {
                try expectGolden(Self.timeless(text, runs, folder), name)
            }
            try expect(parts.joined(separator: "\n———\n\n"), "history.txt")
            let tables = text.csv(runs) + "\r\n" + text.csv(shown[1]) + "\r\n"
            let accounts = try await profile.accounts()
            try expect(tables + OverviewText().csv(accounts), "history.csv")
            try expect(try text.json(runs) + text.json(shown[1]) + OverviewText().json(accounts), "history.json")
            #expect(text.render([]) == "There is no such run.\n")
            let folded = HistoryText(limit: 1).render(shown[0])
            #expect(folded.contains("     … and 2 more operations; --all shows them.\n"), "\(folded)")
            let part = shown[1].selecting(PlanSelection(only: [.kind(.delete)]))
            #expect(part.entries.map(\.kind) == [.delete])
        }
    }

    @Test(arguments: [
        ("7d", 1_763_121_600), ("2025-11-01", 1_761_955_200), ("2025-11-01T12:00:00Z", 1_761_998_400),
        ("yesterday", nil), ("", nil), ("0d", nil),
    ])
    func times(_ text: String, _ seconds: Int64?) {
        let now = Timestamp(secondsSince1970: 1_763_726_400)
        #expect(HistoryFilter.time(text, before: now)?.secondsSince1970 == seconds)
    }

    @Test(arguments: [("last", RunChoice.last), ("12", .number(12)), ("0", nil), ("-1", nil), ("first", nil)])
    func choices(_ text: String, _ choice: RunChoice?) {
        #expect(RunChoice(text) == choice)
        #expect(choice.map(\.description) ?? text == text)
    }
}
