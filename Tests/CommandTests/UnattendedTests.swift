import Foundation
import GRDB
import TestSupport
import Testing

/// `run`, as a timer runs it, on a real server.
@Suite(.enabled(if: Slapd.isInstalled && hasPrograms(["python3"]))) struct UnattendedTests {
    private let place: UnattendedSite
    private var server: Slapd { place.server }
    private var site: Site { place.site }
    private var ldif: String { place.ldif }

    init() throws { place = try UnattendedSite() }

    @Test func aTimersDay() async throws {
        let people = Person.inScope(of: ldif)
        let departure = try #require(people.first { $0.isPlain })
        try place.configure(UnattendedSite.mail)
        let first = try await site.run("run")
        #expect(first.status == 0, "\(first)")
        #expect(first.output == "")
        // A line for each change, and a summary.
        let lines = first.errors.split(separator: "\n")
        #expect(lines.count == people.count + 1)
        for person in people { #expect(lines.contains { $0.contains(": created \(person.address): ") }, "\(first)") }
        #expect(lines.last?.contains("\(people.count) done.") == true)
        #expect(lines.allSatisfy { $0.prefixMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ sync-plan: /#) != nil })
        let mode = try FileManager.default.attributesOfItem(atPath: site.path("staff.prom"))[.posixPermissions]
        #expect(mode as? Int == 0o644)
        #expect(
            try site.read("staff.prom").contains(#"{profile="sync-plan",kind="create",result="done"} \#(people.count)"#)
        )

        // Nothing to do: nothing to say.
        let second = try await site.run("run")
        #expect(second.description == "exit status 0\n--- output\n--- errors\n")
        let verbose = try await site.run("run", "--verbose", "--log", "json")
        #expect(verbose.errors.contains(#""event":"summary","message":"Nothing done."#), "\(verbose)")

        // Too much at once is held, each time with what to type, and what is typed works.
        try place.configure("limits: { suspend: { count: 0, percent: 0 } }")
        try server.modify("dn: \(departure.dn)\nchangetype: delete\n")
        for _ in 1...2 {
            let held = try await site.run("run")
            #expect(held.status == 3, "\(held)")
            #expect(held.errors.split(separator: "\n").count == 1)
            #expect(held.errors.contains("warning: 1 held: suspend \(departure.address). "), "\(held)")
            let command = try #require(held.errors.firstMatch(of: /sync-plan (plan .*)\n/)?.output.1)
            let plan = try await site.run(command.split(separator: " ").map(String.init))
            #expect(plan.output.contains("approve exactly these with   sync-plan apply held.plan --approve"), "\(plan)")
        }
        #expect(try place.subjects() == ["held back by a safety rule"])
        try site.configure("limits: { suspend: { count: 0, percent: 0 } }", "")
        let done = try await site.run("run")
        #expect(done.status == 0 && done.errors.contains("suspended \(departure.address): "), "\(done)")
        #expect(try place.subjects() == ["held back by a safety rule", "works again"])
    }

    @Test(arguments: [false, true]) func anOutageIsToldOnce(tls: Bool) async throws {
        let webhook = try Webhook(tls: tls)
        try site.write("\(webhook.url)/hooks/s3cret\n", to: "hook.secret")
        try place.configure(
            """
            notify:
              mail: { to: [ops@corp.example, on-call@corp.example], from: sync@corp.example, command: ./sendmail }
              webhook: { url-file: hook.secret\(tls ? ", ca-file: \(webhook.authorities)" : "") }
            metrics: { file: staff.prom }
            """)
        server.stop()
        var said = ""
        for _ in 1...3 {
            let outcome = try await site.run("run")
            #expect(outcome.status == 69, "\(outcome)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome)")
            #expect(outcome.errors.contains("Connection refused"))
            said += outcome.errors
        }
        let posts = try webhook.posts()
        #expect(posts.map(\.path) == ["/hooks/s3cret"])
        #expect(posts.first?.type == "application/json; charset=utf-8")
        #expect(posts.first?.body["event"] == "incident" && posts.first?.body["status"] == "69")
        #expect(posts.first?.problems.first?.contains("Connection refused") == true)
        #expect(posts.first?.body["text"]?.contains("sync-plan sync-plan on ") == true)
        let mails = try site.read("mails")
        #expect(mails.hasPrefix("To: -i -f sync@corp.example -- ops@corp.example on-call@corp.example\n"))
        #expect(try place.subjects() == ["directory or provider not available"])
        #expect(try site.read("staff.prom").contains(#"sync_plan_last_run_exit_code{profile="sync-plan"} 69"#))
        // Another cause is told again.
        try site.write("", to: "ldap.secret")
        #expect(try await site.run("run").status == 78)
        #expect(try webhook.posts().map { $0.body["status"] } == ["69", "78"])
        for text in [said, mails, try site.read("staff.prom"), try site.read("sync-plan.incident")] {
            #expect(!text.contains("s3cret"))
        }
    }

    /// Nothing about people being told, or not, changes what came of the run.
    @Test func nobodyCanBeTold() async throws {
        let webhook = try Webhook(tls: true)
        // Its authority is nobody whom this machine trusts.
        try site.write("\(webhook.url)/s3cret", to: "hook.secret")
        try place.configure("notify: { webhook: { url-file: hook.secret } }\nmetrics: { file: nowhere/staff.prom }")
        let fine = try await site.run("run")
        #expect(fine.status == 0, "\(fine)")
        #expect(
            fine.errors.contains(
                "The metrics are missing. \(site.path("nowhere/staff.prom")): There is no such folder."))
        server.stop()
        for _ in 1...2 {
            let outcome = try await site.run("run")
            #expect(outcome.status == 69, "\(outcome)")
            #expect(
                outcome.errors.contains("The webhook: It cannot be reached: the TLS handshake failed"), "\(outcome)")
            #expect(!outcome.errors.contains("s3cret"))
        }
        #expect(try webhook.posts().isEmpty)
        let refusing = try Webhook()
        for status in [404, 302] {
            try site.write("\(refusing.url)/s3cret/\(status)", to: "hook.secret")
            let outcome = try await site.run("run")
            #expect(outcome.status == 69 && outcome.errors.contains("It answered with HTTP status \(status)."))
        }
        // At last somebody hears of it.
        try site.write("\(refusing.url)/s3cret", to: "hook.secret")
        #expect(try await site.run("run").status == 69)
        #expect(try await site.run("run").status == 69)
        #expect(try refusing.posts().map { $0.body["event"] } == ["incident", "incident", "incident"])
    }

    @Test func theAddressOfAWebhookIsASecret() async throws {
        try place.configure("notify: { webhook: { url: \"https://chat.example/hooks/s3cret\" } }")
        try site.setMode(0o644, of: "sync-plan.yaml")
        let outcome = try await site.run("run")
        #expect(outcome.status == 78 && !outcome.errors.contains("s3cret"), "\(outcome)")
        #expect(outcome.errors.contains("notify.webhook.url: there is a secret in this file"), "\(outcome)")
        #expect(outcome.errors.contains("`url-file: …`"), "\(outcome)")
    }

    @Test func theTimeLimitIsForReadingToo() async throws {
        try place.configure(UnattendedSite.mail)
        try site.configure(": 2 s", ": 50 s")
        server.pause()
        defer { server.resume() }
        let begin = ContinuousClock.now
        let outcome = try await site.run("run", "--time-limit", "1s")
        #expect(outcome.status == 69, "\(outcome)")
        #expect(ContinuousClock.now - begin < .seconds(20))
        #expect(outcome.errors.contains("The time for the run, 1.0 seconds, was over before"), "\(outcome)")
        #expect(try place.subjects() == ["directory or provider not available"])
    }

    /// What is under way is finished, and the next run goes on.
    @Test func theTimeLimitEndsChangesToo() async throws {
        let people = Person.inScope(of: ldif).filter(\.isPlain).prefix(2)
        try place.configure(UnattendedSite.mail + "\napply: { concurrency: 1 }")
        #expect(try await site.run("run").status == 0)
        for person in people {
            try server.modify("dn: \(person.dn)\nchangetype: modify\nreplace: displayName\ndisplayName: Anew\n")
        }
        var unsafe = GRDB.Configuration()
        unsafe.allowsUnsafeTransactions = true
        let database = try DatabaseQueue(path: site.path("mail.db"), configuration: unsafe)
        // Nobody else can write until then.
        try await database.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let outcome = try await site.run("run", "--time-limit", "3s") { _ in
            try await Task.sleep(for: .seconds(4))
            try await database.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        }
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("error: The time was over. 1 done, 1 not started."), "\(outcome)")
        let rest = try await site.run("run")
        #expect(rest.status == 0 && rest.errors.contains("1 done."), "\(rest)")
        #expect(try place.subjects() == ["applied in part", "works again"])
    }

    /// A run that somebody stops is no incident.
    @Test func stoppingIsNoIncident() async throws {
        try place.configure(UnattendedSite.mail)
        try site.configure(": 2 s", ": 50 s")
        server.pause()
        let outcome = try await site.run("run") { process in
            try await wait { site.exists("sync-plan.state.lock") }
            kill(process, SIGTERM)
        }
        server.resume()
        #expect(outcome.status == 130, "\(outcome)")
        #expect(outcome.errors.contains("Stopping: what is under way is finished."), "\(outcome)")
        #expect(!outcome.errors.contains("error"), "\(outcome)")
        #expect(!site.exists("mails"))
    }

    /// The second run leaves everything to the first: the metrics, and telling people.
    @Test func neverTwiceAtOnce() async throws {
        try place.configure(UnattendedSite.mail)
        try site.configure(": 2 s", ": 50 s")
        server.pause()
        let first = try await site.run("run") { _ in
            try await wait { site.exists("sync-plan.state.lock") }
            let second = try await site.run("run")
            #expect(second.status == 75 && second.errors.contains("Another run is active"), "\(second)")
            #expect(!site.exists("staff.prom") && !site.exists("mails"))
            server.resume()
        }
        #expect(first.status == 0, "\(first)")
        #expect(site.exists("staff.prom") && !site.exists("mails"))
    }

    /// While one profile waits for its server, another one runs from the beginning to the end.
    @Test func profilesRunSideBySide() async throws {
        let other = try Slapd(ldif: DirectoryGenerator(users: 10).ldif())
        try site.configure(": 2 s", ": 50 s")
        try site.write(
            try site.read("sync-plan.yaml").replacingOccurrences(of: server.ldapsURL, with: other.ldapsURL)
                .replacingOccurrences(of: server.authorities, with: other.authorities)
                .replacingOccurrences(of: "mail.db", with: "other.db"), to: "other.yaml")
        server.pause()
        let first = try await site.run("run") { _ in
            try await wait { site.exists("sync-plan.state.lock") }
            let second = try await site.run("run", "--config", "other.yaml")
            #expect(second.status == 0 && second.errors.contains(" other: created "), "\(second)")
            #expect(!site.exists("mail.db"))
            server.resume()
        }
        #expect(first.status == 0 && first.errors.contains(" sync-plan: created "), "\(first)")
    }
}
