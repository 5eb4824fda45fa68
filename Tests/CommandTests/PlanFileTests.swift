import Foundation
import GRDB
import TestSupport
import Testing

/// A plan that is saved, reviewed, and then carried out exactly.
@Suite struct PlanFileTests {
    private func site() async throws -> Site {
        let site = try FileJourneyTests.site(users: 40)
        let saved = try await site.run("plan", "--out", "staff.plan")
        try #require(saved.status == 0, "\(saved)")
        #expect(saved.lastLine == "Saved as staff.plan; apply it with `sync-plan apply staff.plan`.")
        return site
    }

    @Test func isCarriedOutExactly() async throws {
        let site = try await site()
        #expect(
            try FileManager.default.attributesOfItem(atPath: site.path("staff.plan"))[.posixPermissions] as? Int
                == 0o600)
        let planned = try await site.run("plan", "--format", "jsonl")
        // The file is the plan as printed, between a header and a digest.
        #expect(
            try site.read("staff.plan").split(separator: "\n").dropFirst().dropLast().joined(separator: "\n") + "\n"
                == planned.output)
        // What changed in the directory since then does not matter.
        try site.write(DirectoryGenerator(users: 60).ldif(), to: "directory.ldif")
        let applied = try await site.run("apply", "staff.plan", "--yes")
        #expect(applied.status == 0, "\(applied)")
        #expect(try site.rows("SELECT 'create ' || address FROM mailbox ORDER BY address") == planned.operations())

        let before = try site.accounts()
        let again = try await site.run("apply", "staff.plan", "--yes")
        #expect(again.status == 0, "\(again)")
        #expect(again.lastLine == "\(before.count) done by an earlier run.")
        #expect(try site.accounts() == before)
    }

    @Test func tamperedWithIsRefused() async throws {
        let site = try await site()
        let whole = try site.read("staff.plan")
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let cases: [(text: String, says: String)] = [
            (whole.replacingOccurrences(of: "5000000000", with: "6000000000"), "does not match the digest"),
            (whole.replacingOccurrences(of: "u2@corp", with: "u3@corp"), "does not match the digest"),
            (lines.dropLast(2).joined(separator: "\n"), "cut short"),
            (lines.dropLast(4).joined(separator: "\n") + "\n", "cut short"),
            ("", "cut short"),
            ("no plan at all\n", "cut short"),
        ]
        for (text, says) in cases {
            try #require(text != whole)
            try site.write(text, to: "staff.plan")
            let outcome = try await site.run("apply", "staff.plan", "--yes")
            #expect(outcome.status == 78, "\(outcome)")
            #expect(outcome.errors.contains(says), "\(outcome)")
            #expect(outcome.errors.contains("sync-plan plan --out staff.plan"))
            #expect(!site.exists("mail.db") && !site.exists("sync-plan.state"))
        }
    }

    @Test func needsTheSameConfiguration() async throws {
        let site = try await site()
        try site.configure("value: 5 GB", "value: 6 GB")
        let outcome = try await site.run("apply", "staff.plan", "--yes")
        #expect(outcome.status == 78, "\(outcome)")
        #expect(outcome.errors.contains("the configuration has been changed since it was made"))
        #expect(!site.exists("mail.db"))
    }

    @Test func isRefusedWhenItIsTooOld() async throws {
        let site = try await site()
        // A second is over soon.
        try await Task.sleep(for: .seconds(2))
        let outcome = try await site.run("apply", "staff.plan", "--yes", "--max-age", "1s")
        #expect(outcome.status == 78 && outcome.errors.contains("which is too long ago"), "\(outcome)")
        #expect(!site.exists("mail.db"))
        try site.write(try site.read("sync-plan.yaml") + "\napply: { max-age: 1 s }\n", to: "sync-plan.yaml")
        #expect(try await site.run("apply", "staff.plan", "--yes").status == 78)
    }

    @Test func saysWhatItWasMadeFrom() async throws {
        let site = try await site()
        let first = try site.read("staff.plan").split(separator: "\n")[0]
        #expect(first.contains(/"accounts":"[0-9a-f]{64}"/) && first.contains(/"directory":"[0-9a-f]{64}"/))
        try await site.run("plan", "--out", "again.plan")
        func digests(_ line: Substring) -> [Substring] { line.matches(of: /"[0-9a-f]{64}"/).map(\.output) }
        #expect(try digests(site.read("again.plan").split(separator: "\n")[0]) == digests(first))
        #expect(digests(first).count == 3)
    }

    @Test(arguments: ["run.jsonl", "run.xml", "run.txt"]) func aRunIsReportedInAFile(name: String) async throws {
        let site = try await site()
        let outcome = try await site.run("apply", "staff.plan", "--yes", "--report", name)
        #expect(outcome.status == 0, "\(outcome)")
        let report = try site.read(name)
        let made = try site.accounts().count
        switch name {
        case "run.jsonl": #expect(report.split(separator: "\n").count == made + 1)
        case "run.xml": #expect(report.contains("tests=\"\(made)\" failures=\"0\" skipped=\"0\""))
        default: #expect(report == "\(made) done.\n")
        }
        // The journal knows who, with what, and how it ended.
        let run = try site.rows("SELECT ending, length(configuration), tool, \"user\" FROM run", of: "sync-plan.state")
        #expect(run == ["finished|64|0.1.0|\(ProcessInfo.processInfo.userName)"])
        let nowhere = try await site.run("apply", "staff.plan", "--yes", "--report", "no/folder/run.xml")
        #expect(nowhere.status == 73, "\(nowhere)")
        #expect(try await site.run("apply", "--yes", "--report", "run.pdf").status == 64)
    }

    @Test func aProviderInTroubleIsLeftAlone() async throws {
        let site = try await site()
        try await site.run("apply", "staff.plan", "--yes", "--max-failures", "0", "--time-limit", "30m")
        let until = Int(Date().timeIntervalSince1970) + 600
        try site.execute(
            "INSERT INTO quarantine SELECT id, \(until - 900), \(until), 600, 'It is down.' FROM provider",
            of: "sync-plan.state")
        try site.write(DirectoryGenerator(users: 60).ldif(), to: "directory.ldif")
        let refused = try await site.run("apply", "--yes")
        #expect(refused.status == 69 && refused.errors.contains("It said: It is down."), "\(refused)")
        #expect(refused.errors.contains("--now"))
        let applied = try await site.run("apply", "--yes", "--now")
        #expect(applied.status == 0, "\(applied)")
        #expect(try await site.run("apply", "--yes").status == 0)
    }

    @Test func missingFile() async throws {
        let site = try await site()
        let outcome = try await site.run("apply", "other.plan", "--yes")
        #expect(outcome.status == 78, "\(outcome)")
        #expect(outcome.errors.contains("other.plan"))
        let unwritable = try await site.run("plan", "--out", "no/folder/staff.plan")
        #expect(unwritable.status == 73, "\(unwritable)")
        #expect(unwritable.errors.contains("no/folder/staff.plan"))
    }

    /// A site whose directory has lost most of its people, with the plan for that saved as `left.plan`, and the tokens
    /// of the two rules that hold it: the limit and the sudden shrink.
    private func shrunken() async throws -> (site: Site, tokens: [String]) {
        let site = try FileJourneyTests.site(users: 80)
        try await site.run("apply", "--yes")
        try site.write(DirectoryGenerator(users: 3).ldif(), to: "directory.ldif")
        let saved = try await site.run("plan", "--out", "left.plan")
        #expect(saved.status == 3, "\(saved)")
        let tokens = saved.output
            .matches(of: /approve exactly these with   sync-plan apply left.plan --approve ([0-9a-f]{8})\n/)
            .map { String($0.1) }
        try #require(tokens.count == 2 && saved.output.contains("limits.shrink"), "\(saved)")
        return (site, tokens)
    }

    @Test func whatIsApprovedIsCarriedOutOnce() async throws {
        let (site, tokens) = try await shrunken()
        let before = try site.accounts()
        let held = try await site.run("apply", "left.plan", "--yes")
        #expect(held.status == 3 && tokens.allSatisfy { held.output.contains("--approve \($0)") }, "\(held)")
        // One rule of two is not enough, and the command that is shown for the other has both.
        let half = try await site.run("apply", "left.plan", "--approve", tokens[0], "--yes")
        #expect(half.status == 3, "\(half)")
        #expect(
            half.output.contains("sync-plan apply left.plan --approve \(tokens[1]) --approve \(tokens[0])"), "\(half)")
        #expect(try site.accounts() == before)

        let active = "SELECT count(*) FROM mailbox WHERE active"
        let all = try #require(Int(try site.rows(active)[0]))
        let approval = tokens.flatMap { ["--approve", $0.uppercased()] }
        let approved = try await site.run(["apply", "left.plan", "--yes"] + approval)
        #expect(approved.status == 0, "\(approved)")
        let left = try #require(Int(try site.rows(active)[0]))
        #expect(left < all - 20)
        #expect(approved.lastLine == "\(all - left) done.", "\(approved)")
        let after = try site.accounts()
        let again = try await site.run(["apply", "left.plan", "--yes"] + approval)
        #expect(again.status == 0 && again.lastLine == "\(all - left) done by an earlier run.", "\(again)")
        #expect(try site.accounts() == after)
    }

    @Test func whatWasNotShownForThisPlanApprovesNothing() async throws {
        let (site, tokens) = try await shrunken()
        let before = try site.accounts()
        // Another plan of the same shape, made after somebody else has changed the directory.
        try site.write(DirectoryGenerator(users: 4).ldif(), to: "directory.ldif")
        try await site.run("plan", "--out", "later.plan")
        for (plan, approved) in [
            ("later.plan", tokens), ("left.plan", ["00000000"]), ("left.plan", tokens + ["ffffffff"]),
            ("left.plan", [""]),
        ] {
            let outcome = try await site.run(["apply", plan, "--yes"] + approved.flatMap { ["--approve", $0] })
            #expect(outcome.status == 78, "\(outcome)")
            #expect(outcome.errors.contains("approves nothing in this plan"), "\(outcome)")
        }
        #expect(try site.accounts() == before)
    }

    @Test func settingsCannotBeApproved() async throws {
        let (site, _) = try await shrunken()
        try site.write(try site.read("sync-plan.yaml") + "\nsettings: { dry-run: true }\n", to: "sync-plan.yaml")
        let before = try site.accounts()
        let saved = try await site.run("plan", "--out", "dry.plan")
        #expect(saved.status == 3 && !saved.output.contains("approve"), "\(saved)")
        let outcome = try await site.run("apply", "dry.plan", "--yes")
        #expect(
            outcome.status == 3 && outcome.output.contains("settings.dry-run is set by the configuration"), "\(outcome)"
        )
        #expect(try site.accounts() == before)
    }

    @Test func whatDoesNotFitAnyMoreIsRefusedAlone() async throws {
        let site = try await site()
        try await site.run("apply", "staff.plan", "--yes")
        let before = try site.accounts()
        // Everybody gets another quota, and one account is changed behind the plan's back.
        try site.configure("value: 5 GB", "value: 6 GB")
        try await site.run("plan", "--out", "quota.plan")
        try site.execute("UPDATE mailbox SET full_name = 'Somebody Else' WHERE address = 'u2@corp.example'")
        let outcome = try await site.run("apply", "quota.plan", "--yes")
        #expect(outcome.status == 4, "\(outcome)")
        let operations = try site.rows("SELECT count(*) FROM mailbox WHERE quota_bytes = 6000000000")
        let unchanged = try site.rows("SELECT full_name, quota_bytes FROM mailbox WHERE address = 'u2@corp.example'")
        #expect(unchanged == ["Somebody Else|5000000000"])
        #expect(outcome.output.contains("stale    update      u2@corp.example"), "\(outcome)")
        #expect(outcome.lastLine == "\(operations[0]) done, 1 stale.")
        #expect(try site.accounts().count == before.count)
        // A new plan takes the change for what it is.
        let repaired = try await site.run("apply", "--yes")
        #expect(repaired.status == 0, "\(repaired)")
        #expect(repaired.lastLine == "1 done.")
    }
}

/// A saved plan shown again, compared with another, and carried out in part.
@Suite struct PlanReviewTests {
    /// A site where somebody has left, somebody has another quota, and somebody is new; the plan for that is `staff.plan`.
    private func changed() async throws -> Site {
        let site = try FileJourneyTests.site(users: 40)
        try await site.run("apply", "--yes")
        let accounts = try site.rows("SELECT address FROM mailbox ORDER BY address")
        try site.write(DirectoryGenerator(users: 44).ldif(), to: "directory.ldif")
        let gone = "SELECT id FROM mailbox WHERE address = '\(accounts[0])'"
        let name = try #require(accounts[0].split(separator: "@").first)
        try #require(!(try site.rows(gone)).isEmpty)
        let entries = try site.read("directory.ldif").components(separatedBy: "\n\n")
        let left = entries.filter { !$0.lowercased().contains("smtp:\(name)@") }
        try #require(left.count == entries.count - 1)
        try site.write(left.joined(separator: "\n\n"), to: "directory.ldif")
        try site.execute("UPDATE mailbox SET quota_bytes = 1000000 WHERE address = '\(accounts[1])'")
        let saved = try await site.run("plan", "--out", "staff.plan")
        try #require(saved.status == 0, "\(saved)")
        return site
    }

    @Test func showsWhatWasShown() async throws {
        let site = try await changed()
        for format in ["text", "markdown", "csv", "jsonl", "json", "html"] {
            let report = "plan." + ["text": "txt", "markdown": "md"][format, default: format]
            let shown = try await site.run("plan", "show", "staff.plan", "--format", format, "--report", report)
            #expect(shown.status == 0 && shown.errors == "", "\(shown)")
            #expect(try site.read(report) == shown.output)
            let again = try await site.run("plan", "show", "staff.plan", "--format", format)
            #expect(!shown.output.isEmpty && shown.output == again.output)
        }
        let text = try await site.run("plan", "show", "staff.plan", "--detailed-exitcode")
        #expect(text.status == 2 && text.output.contains("something away from somebody:"), "\(text)")
        let planned = try await site.run("plan", "--out", "again.plan", "--report", "again.md", "--report", "again.csv")
        #expect(planned.output.hasPrefix(text.output), "\(planned)")
        #expect(try site.read("again.csv") == site.read("plan.csv"))
        let nameless = try await site.run("plan", "show", "staff.plan", "--report", "plan.pdf")
        #expect(nameless.status == 64 && nameless.errors.contains(".md"), "\(nameless)")
        let unwritable = try await site.run("plan", "show", "staff.plan", "--report", "no/such/plan.md")
        #expect(unwritable.status == 73 && unwritable.errors.contains("no/such/plan.md"), "\(unwritable)")
        let missing = try await site.run("plan", "show", "other.plan")
        #expect(missing.status == 78 && missing.errors.contains("other.plan"), "\(missing)")
    }

    @Test func comparesTwoPlans() async throws {
        let site = try await changed()
        let same = try await site.run("plan", "diff", "staff.plan", "staff.plan", "--detailed-exitcode")
        #expect(same.status == 0 && same.lastLine.hasPrefix("No difference: "), "\(same)")
        try site.configure("value: 5 GB", "value: 6 GB")
        try await site.run("plan", "--out", "six.plan")
        for (flags, status) in [([], 0), (["--detailed-exitcode"], 2)] as [([String], Int32)] {
            let differs = try await site.run(["plan", "diff"] + flags + ["staff.plan", "six.plan"])
            #expect(differs.status == status, "\(differs)")
            #expect(differs.output.hasPrefix("staff.plan (-)  →  six.plan (+)\n"), "\(differs)")
            #expect(differs.output.contains("5 GB") && differs.output.contains("6 GB"))
        }
    }

    @Test func aPartIsCarriedOutAndThenTheRest() async throws {
        let site = try await changed()
        let all = try await site.run("plan", "show", "staff.plan", "--format", "jsonl").operations()
        let creations = all.filter { $0.hasPrefix("create ") }
        try #require(!creations.isEmpty && creations.count < all.count)
        let part = try await site.run("plan", "show", "staff.plan", "--only", "kind:create", "--format", "jsonl")
        #expect(try part.operations() == creations)
        #expect(part.output.contains("operations are left out by the selection"))

        let active = "SELECT count(*) FROM mailbox WHERE active"
        let before = try site.rows(active)
        let created = try await site.run("apply", "staff.plan", "--yes", "--only", "kind:create")
        #expect(created.status == 0 && created.lastLine == "\(creations.count) done.", "\(created)")
        #expect(try site.rows(active) == ["\(Int(before[0])! + creations.count)"])
        let again = try await site.run("apply", "staff.plan", "--yes", "--only", "kind:create")
        #expect(again.lastLine == "\(creations.count) done by an earlier run.", "\(again)")
        let rest = try await site.run("apply", "staff.plan", "--yes", "--except", "kind:create")
        #expect(rest.lastLine == "\(all.count - creations.count) done.", "\(rest)")
        // Of the whole plan nothing is left, which is seen by what there is.
        let whole = try await site.run("apply", "staff.plan", "--yes")
        #expect(whole.status == 0 && whole.lastLine == "\(all.count) already so.", "\(whole)")
        #expect(try await site.run("plan", "--detailed-exitcode").status == 0)
    }

    @Test func whatMeetsNothingStopsBeforeAnything() async throws {
        let site = try await changed()
        let before = try site.accounts()
        for (arguments, says) in [
            (["--except", "address:nobody@corp.example"], "address:nobody@corp.example meets no operation"),
            (["--only", "kind:destroy"], "kind:destroy"), (["--only", "nonsense"], "nonsense"),
        ] {
            let outcome = try await site.run(["apply", "staff.plan", "--yes"] + arguments)
            #expect(outcome.status == 64 && outcome.errors.contains(says), "\(outcome)")
        }
        #expect(try site.accounts() == before)
    }
}

extension Site {
    /// Changes a database of the folder, as somebody else would.
    func execute(_ sql: String, of name: String = "mail.db") throws {
        try DatabaseQueue(path: path(name)).write { try $0.execute(sql: sql) }
    }
}
