import Foundation
import TestSupport
import Testing

/// The main job with a file for a directory: init, check, plan, apply, and a plan with nothing left to do.
@Suite struct FileJourneyTests {
    static let configuration = """
        source:
          ldif: { path: directory.ldif }
        provider:
          mailbox-database: { path: mail.db }
        people:
          include: [{ group: Quota_5GB }, { group: Quota_50GB }]
        entitlements:
          quota:
            - { group: Quota_50GB, value: 50 GB }
            - { group: Quota_5GB, value: 5 GB }
        """

    static func site(users: Int = 20) throws -> Site {
        try Site(configuration, files: ["directory.ldif": DirectoryGenerator(users: users).ldif()])
    }

    @Test func planApplyPlan() async throws {
        let site = try Self.site()
        let check = try await site.run("check")
        #expect(check.status == 0, "\(check)")
        #expect(!check.output.contains("FAIL"))

        let pending = try await site.run("plan", "--detailed-exitcode")
        #expect(pending.status == 2, "\(pending)")
        #expect(pending.lastLine.hasSuffix("Nothing has been changed."))
        #expect(!site.exists("mail.db") && !site.exists("sync-plan.state"), "a plan has written something")

        let expected = try await site.run("plan", "--format", "jsonl").operations()
        #expect(expected.count > 5 && expected.allSatisfy { $0.hasPrefix("create ") })
        let applied = try await site.run("apply", "--yes")
        #expect(applied.status == 0, "\(applied)")
        #expect(applied.lastLine == "\(expected.count) done.")
        #expect(try site.rows("SELECT 'create ' || address FROM mailbox ORDER BY address") == expected)

        let after = try await site.run("plan", "--detailed-exitcode")
        #expect(after.status == 0, "\(after)")
        #expect(after.lastLine.hasPrefix("Nothing to do"))
    }

    @Test func initWritesAConfigurationToBeginWith() async throws {
        let site = try Site(files: ["directory.ldif": DirectoryGenerator(users: 4).ldif()])
        let first = try await site.run("init", "--preset", "ldif")
        #expect(first.status == 0, "\(first)")
        #expect(first.output.contains("sync-plan check"))
        let check = try await site.run("check")
        #expect(check.status == 0, "\(check)")

        let written = try site.read("sync-plan.yaml")
        let second = try await site.run("init")
        #expect(second.status == 78, "\(second)")
        #expect(second.errors.contains("--force"))
        #expect(try site.read("sync-plan.yaml") == written)
        let forced = try await site.run("init", "--force")
        #expect(forced.status == 0)
        #expect(try site.read("sync-plan.yaml") != written)
    }

    @Test func whatIsHeldShowsInTheExitStatus() async throws {
        let site = try Self.site(users: 80)
        try await site.run("apply", "--yes")
        let before = try site.accounts()
        // Far more suspensions than the limits allow.
        try site.write(DirectoryGenerator(users: 3).ldif(), to: "directory.ldif")
        let plan = try await site.run("plan")
        #expect(plan.status == 3, "\(plan)")
        #expect(plan.output.contains("held   ") && plan.output.contains("limits.suspend"), "\(plan)")
        let apply = try await site.run("apply", "--yes")
        #expect(apply.status == 3, "\(apply)")
        #expect(try site.accounts() == before)
    }

    @Test func twoRunsAtOnceAreKeptApart() async throws {
        let site = try Self.site()
        let holder = try FileHandle(
            forWritingTo: {
                try site.write("", to: "sync-plan.state.lock")
                return site.folder.appendingPathComponent("sync-plan.state.lock")
            }())
        #expect(flock(holder.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
        try holder.write(contentsOf: Data("4711\nmail1\nana\n1700000000\nsync-plan apply\n".utf8))
        let blocked = try await site.run("apply", "--yes")
        #expect(blocked.status == 75, "\(blocked)")
        #expect(blocked.errors.contains("by process 4711 of ana on mail1"))
        #expect(!site.exists("mail.db"))
        // Looking is allowed all the same.
        let plan = try await site.run("plan")
        #expect(plan.status == 0, "\(plan)")
        try holder.close()
        let free = try await site.run("apply", "--yes")
        #expect(free.status == 0, "\(free)")
    }

    @Test func aPreviewLeavesNoStateAndARunWithNothingToDoDoes() async throws {
        let site = try Self.site()
        let before = try site.contents()
        try await site.run("plan")
        #expect(try site.contents().keys == before.keys)
        try await site.run("apply", "--yes")
        let lastRun = "SELECT planned_at FROM last_run"
        let first = try #require(try site.rows(lastRun, of: "sync-plan.state").first)
        #expect(
            try site.rows("SELECT count(*) FROM link", of: "sync-plan.state")
                == site.rows("SELECT count(*) FROM mailbox"))
        try await Task.sleep(for: .milliseconds(1_100))
        let again = try await site.run("apply", "--yes")
        #expect(again.status == 0 && again.lastLine.hasPrefix("Nothing to do"), "\(again)")
        let second = try #require(try site.rows(lastRun, of: "sync-plan.state").first)
        #expect(try #require(Int(second)) > #require(Int(first)))
    }

    @Test func firstPasswordsAreInTheirFileOnly() async throws {
        let site = try Self.site()
        try site.configure("people:", "people:\n  account: { first-password: generate }")
        let applied = try await site.run("apply", "--yes")
        #expect(applied.status == 0, "\(applied)")
        let lines = try site.read("sync-plan.passwords").split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(try lines.map { String($0[0]) }.sorted() == site.rows("SELECT address FROM mailbox ORDER BY address"))
        #expect(try site.rows("SELECT DISTINCT substr(password_hash, 1, 9) FROM mailbox") == ["{SSHA512}"])
        let contents = try site.contents().filter { $0.key != "sync-plan.passwords" }
        for line in lines {
            let password = String(line[1])
            #expect(!applied.output.contains(password) && !applied.errors.contains(password))
            #expect(contents.values.allSatisfy { $0.range(of: Data(password.utf8)) == nil })
        }
        // Whoever has an account keeps the password.
        let before = try site.accounts()
        try await site.run("apply", "--yes")
        #expect(try site.accounts() == before)
    }

    @Test func aStateThatCannotBeReadIsNoFirstRun() async throws {
        let site = try Self.site()
        try site.write(String(repeating: "no database ", count: 500), to: "sync-plan.state")
        for arguments in [["plan"], ["apply", "--yes"]] {
            let outcome = try await site.run(arguments)
            #expect(outcome.status == 73, "\(outcome)")
            #expect(outcome.errors.contains("sync-plan.state cannot be used"), "\(outcome)")
        }
        #expect(!site.exists("mail.db"))
    }
}
