import Foundation
import GRDB
import TestSupport
import Testing

/// What the provider has, what past runs did, and the undoing of one.
@Suite struct PastTests {
    /// Everything that the mailbox database has about accounts, as SQL would write it, but for when a row was changed.
    private static func dump(_ site: Site) throws -> [String] {
        try site.rows(
            """
            SELECT quote(id), quote(address), quote(external_id), quote(full_name), quote(given_name), quote(family_name),
                quote(mobile), quote(organizational_unit), quote(quota_bytes), quote(active), quote(password_hash),
                quote(created_at), quote(kind), quote(user_name), quote(mfa)
            FROM mailbox ORDER BY id
            """)
            + site.rows("SELECT quote(address), quote(mailbox_id) FROM address ORDER BY address")
            + site.rows("SELECT mailbox_id, delegate_id FROM delegate ORDER BY mailbox_id, delegate_id")
            + site.rows("SELECT mailbox_id, quote(name), quote(value) FROM attribute ORDER BY mailbox_id, name")
    }

    /// With a directory server and a mailbox database: a run, another, and the undoing of it.
    @Test("BE9: a run is looked at and undone", .enabled(if: Slapd.isInstalled)) func journey() async throws {
        let ldif = DirectoryGenerator(users: 160).ldif()
        let server = try Slapd(ldif: ldif)
        let site = try Site.reading(server)
        let people = Person.inScope(of: ldif).filter { $0.isPlain && !$0.number.isMultiple(of: 10) }
        try #require(people.count > 4)
        let (rename, group, departure) = (people[0], people[1], people[2])
        #expect(try await site.run("apply", "--yes").status == 0)
        let before = try Self.dump(site)
        try server.modify(
            """
            dn: \(rename.dn)
            changetype: modify
            delete: proxyAddresses
            proxyAddresses: SMTP:\(rename.address)
            -
            add: proxyAddresses
            proxyAddresses: SMTP:new.name@corp.example
            proxyAddresses: smtp:\(rename.address)

            dn: cn=Quota_50GB,ou=Groups,\(Slapd.base)
            changetype: modify
            add: member
            member: \(group.dn)

            dn: \(departure.dn)
            changetype: delete

            """)
        let second = try await site.run("apply", "--yes")
        #expect(second.lastLine == "3 done.", "\(second)")
        let after = try Self.dump(site)
        #expect(after != before)

        // Looking changes nothing.
        let contents = try site.contents()
        let suspended = try await site.run("accounts", "--suspended")
        #expect(suspended.output.contains("\(departure.address)  personal  suspended  5 GB"), "\(suspended)")
        #expect(suspended.lastLine == "1 managed; 1 suspended.", "\(suspended)")
        let folded = try await site.run("accounts")
        #expect(folded.output.contains("more accounts; --all shows them."), "\(folded)")
        let history = try await site.run("history")
        #expect(history.output.split(separator: "\n").count == 3, "\(history)")
        let touched = try await site.run("history", "--address", "new.name@corp.example", "--format", "csv")
        #expect(touched.output.components(separatedBy: "\r\n").dropFirst().first?.hasPrefix("2,") == true, "\(touched)")
        let show = try await site.run("history", "show", "last", "--only", "kind:update")
        #expect(show.output.contains("quota  5 GB → 50 GB") && !show.output.contains("suspend "), "\(show)")
        let undo = try await site.run("revert", "last", "--out", "undo.plan", "--detailed-exitcode")
        #expect(undo.status == 2, "\(undo)")
        for line in [
            "  >  rename      new.name@corp.example → \(rename.address)\n", "quota  50 GB → 5 GB\n",
            "  ^  reactivate  \(departure.address)", "The next plan calls for what is undone again",
            "1 rename, 1 update, 1 reactivate; 1 note.   Nothing has been changed.\n",
        ] {
            #expect(undo.output.contains(line), "\(undo)")
        }
        var now = try site.contents()
        now["undo.plan"] = nil
        #expect(now == contents)

        // Undone, and that too.
        let undone = try await site.run("apply", "undo.plan", "--yes")
        #expect(undone.status == 0 && undone.lastLine == "3 done.", "\(undone)")
        #expect(try Self.dump(site) == before)
        #expect(try await site.run("history").output.contains("undid run 2"))
        let nothing = try await site.run("revert", "2")
        #expect(nothing.status == 0 && nothing.lastLine.hasPrefix("Nothing to do.   "), "\(nothing)")
        // What the next plan calls for is what was undone.
        let next = try await site.run("plan", "--format", "jsonl").operations()
        let wanted = try await Self.operations(of: "2", site)
        #expect(next.sorted() == wanted.sorted())
        try await site.run("revert", "3", "--out", "redo.plan")
        #expect(try await site.run("apply", "redo.plan", "--yes").lastLine == "3 done.")
        #expect(try Self.dump(site) == after)
        #expect(try await site.run("plan").lastLine.hasPrefix("Nothing to do"))
    }

    /// The operations of a past run, in the words of ``Command/Outcome/operations()``.
    private static func operations(of run: String, _ site: Site) async throws -> [String] {
        struct Document: Decodable {
            struct Entry: Decodable {
                struct Operation: Decodable {
                    struct Change: Decodable { let field: String }
                    let changes: [Change]
                }
                let kind: String
                let address: String
                let operation: Operation
            }
            let entries: [Entry]
        }
        let outcome = try await site.run("history", "show", run, "--format", "json")
        return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8)).entries.map { entry in
            let fields = entry.operation.changes.map(\.field).joined(separator: ",")
            return "\(entry.kind) \(entry.address)" + (fields.isEmpty ? "" : " \(fields)")
        }
    }

    @Test("a revert that is killed goes on where it was") func killed() async throws {
        let site = try FileJourneyTests.site(users: 500)
        try await site.run("apply", "--yes")
        let before = try Self.dump(site)
        // Everybody gets another quota.
        try site.configure("value: 5 GB", "value: 6 GB")
        let change = try await site.run("apply", "--yes")
        #expect(change.status == 0, "\(change)")
        let undo = try await site.run("revert", "last", "--out", "undo.plan")
        #expect(undo.status == 0, "\(undo)")
        let others = "SELECT count(*) FROM mailbox WHERE quota_bytes = 6000000000"
        let all = try #require(Int(try site.rows(others)[0]))
        try #require(all > 100)
        var kills = 0
        for share in [10, 30, 60] {
            let outcome = try await site.run("apply", "undo.plan", "--yes") { process in
                while kill(process, 0) == 0, let left = Int(try site.rows(others)[0]), left > all - all * share / 100 {
                    try await Task.sleep(for: .milliseconds(2))
                }
                kill(process, SIGKILL)
            }
            if outcome.status == 128 + SIGKILL { kills += 1 }
        }
        let last = try await site.run("apply", "undo.plan", "--yes")
        #expect(last.status == 0 && kills > 0, "\(last)")
        #expect(try Self.dump(site) == before)
    }

    @Test("what cannot be undone is said") func whatCannotBeUndone() async throws {
        let site = try FileJourneyTests.site(users: 20)
        for arguments in [["revert", "last"], ["history", "show", "7"], ["revert", "7"]] {
            let none = try await site.run(arguments)
            #expect(none.status == 64, "\(none)")
            #expect(none.errors.contains("There is no "), "\(none)")
        }
        #expect(!site.exists("sync-plan.state"), "looking has made a state database")
        try await site.run("apply", "--yes")
        let accounts = try site.rows("SELECT count(*) FROM mailbox")[0]
        // What the run made is suspended, because there may be mail by now.
        let soft = try await site.run("revert", "last")
        #expect(soft.lastLine.hasPrefix("\(accounts) suspends"), "\(soft)")
        #expect(soft.output.contains("sync-plan revert --delete"), "\(soft)")
        let hard = try await site.run("revert", "last", "--delete", "--out", "undo.plan")
        #expect(hard.lastLine.contains("undo.plan") && hard.output.contains("\(accounts) deletes"), "\(hard)")
        // Somebody changes one in between: it is stale, and then left out.
        let (id, address) = try #require(
            try site.rows("SELECT id, address FROM mailbox LIMIT 1").first.map {
                let parts = $0.split(separator: "|")
                return (String(parts[0]), String(parts[1]))
            })
        try await DatabaseQueue(path: site.path("mail.db")).write { database in
            try database.execute(sql: "UPDATE mailbox SET full_name = 'Other' WHERE id = \(id)")
        }
        let now = try await site.run("revert", "last", "--delete")
        #expect(now.output.contains("\(address) was made by the run and has been changed since (name)"), "\(now)")
        let apply = try await site.run("apply", "undo.plan", "--yes")
        #expect(apply.status == 4 && apply.output.contains("stale    delete      \(address)"), "\(apply)")
        #expect(try site.rows("SELECT id FROM mailbox") == [id])
    }
}
