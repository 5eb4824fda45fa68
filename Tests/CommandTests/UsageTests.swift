import Foundation
import TestSupport
import Testing

/// Help, version, and command lines that make no sense.
@Suite struct UsageTests {
    @Test(arguments: [
        nil, "init", "check", "plan", "plan show", "plan diff", "apply", "explain", "review", "snapshot", "preview",
        "attributes", "groups", "accounts", "history", "history show", "revert",
        "profiles", "authenticate", "test", "run",
    ])
    func helpHasExamples(_ command: String?) async throws {
        let help = try await Site().run(
            (command?.split(separator: " ").map(String.init) ?? []) + ["--help"])
        #expect(help.status == 0)
        #expect(help.errors == "")
        #expect(help.output.contains("EXAMPLES"), "\(help)")
        #expect(help.output.contains("sync-plan \(command ?? "plan")"))
        // Examples are there to be copied: none is broken into two lines.
        let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
        let examples = lines.drop { $0 != "EXAMPLES" }.dropFirst().prefix { !$0.isEmpty }
        #expect(!examples.isEmpty && examples.allSatisfy { $0.hasPrefix("  sync-plan ") }, "\(help)")
    }

    @Test func helpListsEveryExitStatus() async throws {
        let help = try await Site().run(["--help"]).output
        for status in [0, 2, 3, 4, 5, 64, 69, 73, 75, 77, 78, 130] {
            #expect(help.contains(try Regex("\\b\(status) +[a-z]")), "\(status) is missing")
        }
    }

    @Test func versionIsSemantic() async throws {
        let version = try await Site().run(["--version"])
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(version)")
    }

    @Test(arguments: [
        (["frobnicate"], "frobnicate"), (["plan", "--formt", "jsonl"], "--format"),
        (["plan", "--format", "xml"], "jsonl"),
        (["plan", "surplus"], "surplus"), (["preview", "--format", "jsonl"], "csv"), (["authenticate"], "<user>"),
        (["groups", "--search"], "--search"), (["history", "--since", "yesterday"], "2026-11-01"),
        (["history", "show"], "<choice>"), (["revert", "first"], "first"), (["accounts", "--format", "xml"], "csv"),
        (["plan", "--out"], "--out"), (["snapshot"], "<file>"),
        (["init", "--preset", "novell"], "active-directory"), (["apply", "one.plan", "two.plan", "--yes"], "two.plan"),
        (["apply", "--yes", "--approve", "01234567"], "sync-plan plan --out"),
        (["apply"], "--yes"), (["apply", "staff.plan"], "--yes"),
    ])
    func nonsenseIsUsage(_ arguments: [String], says: String) async throws {
        let site = try Site()
        let outcome = try await site.run(arguments)
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains(says), "\(outcome)")
        #expect(outcome.output == "")
        #expect(try site.contents().isEmpty)
    }

    @Test(arguments: [
        "check", "plan", "snapshot x.ldif", "apply --yes", "run", "explain ana", "review sync-plan.yaml new.yaml",
        "preview",
        "attributes", "groups", "authenticate ana", "accounts", "history", "history show last", "revert 1",
    ])
    func withoutConfiguration(_ line: String) async throws {
        let site = try Site()
        let outcome = try await site.run(line.split(separator: " ").map(String.init))
        #expect(outcome.status == 78, "\(outcome)")
        #expect(outcome.errors.contains("sync-plan.yaml: The configuration cannot be read"), "\(outcome)")
        #expect(outcome.errors.contains("sync-plan init"))
        #expect(try site.contents().isEmpty)
    }

    @Test func mistakesAreShownWithTheirLine() async throws {
        let site = try Site("source:\n  ldif: { path: a.ldif }\nprovdier:\n  mailbox-database: { path: mail.db }\n")
        let outcome = try await site.run("plan")
        #expect(outcome.status == 78)
        #expect(
            outcome.errors
                == "sync-plan: sync-plan.yaml:3: provdier: there is no such key. Did you mean \"provider\"?\n")
    }

    @Test func directoryFileMissingOrMalformed() async throws {
        let site = try FileJourneyTests.site()
        try await site.run("apply", "--yes")
        let before = try site.accounts()
        try #require(before.count > 5)
        let whole = try site.read("directory.ldif")
        let cases: [(text: String?, status: Int32, says: String)] = [
            (nil, 69, "directory.ldif: There is no such file."),
            (whole + "\nthis is no LDIF\n", 78, "directory.ldif:"),
            (String(whole.dropLast(2)), 5, "cut off"), (String(whole.dropLast(5)), 78, "is not base64"),
            ("", 3, "The directory has no user"),
        ]
        for (text, status, says) in cases {
            if let text {
                try site.write(text, to: "directory.ldif")
            } else {
                try FileManager.default.removeItem(atPath: site.path("directory.ldif"))
            }
            for arguments in [["plan"], ["apply", "--yes"]] {
                let outcome = try await site.run(arguments)
                #expect(outcome.status == status, "\(outcome)")
                #expect((outcome.output + outcome.errors).contains(says), "\(outcome)")
            }
            #expect(try site.accounts() == before)
        }
    }

    @Test func providerOutOfReach() async throws {
        let site = try FileJourneyTests.site()
        try site.configure("path: mail.db", "path: none/mail.db")
        let noFolder = try await site.run("plan")
        #expect(noFolder.status == 69, "\(noFolder)")
        #expect(noFolder.errors.contains("There is no folder"))

        try site.configure("path: none/mail.db", "path: sync-plan.yaml")
        let noDatabase = try await site.run("apply", "--yes")
        #expect(noDatabase.status == 69, "\(noDatabase)")
        #expect(noDatabase.errors.contains("not a SQLite database"))
        #expect(try site.read("sync-plan.yaml").contains("path: sync-plan.yaml"))
    }

    @Test func nothingIsAppliedWithoutAJournal() async throws {
        let site = try FileJourneyTests.site()
        try site.write("state: missing/folder.state\n" + (try site.read("sync-plan.yaml")), to: "sync-plan.yaml")
        let outcome = try await site.run("apply", "--yes")
        #expect(outcome.status == 73, "\(outcome)")
        #expect(outcome.errors.contains("missing/folder.state"), "\(outcome)")
        #expect(!site.exists("mail.db"))
    }
}
