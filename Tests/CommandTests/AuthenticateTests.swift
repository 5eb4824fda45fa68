import Foundation
import TestSupport
import Testing

/// Checking a password by the directory (requirements SO6, KO7).
@Suite(.enabled(if: Slapd.isInstalled)) struct AuthenticateTests {
    private static let password = "correct horse battery staple"

    private static func site() throws -> (Site, Slapd) {
        let ldif = DirectoryGenerator(users: 30).ldif()
        let server = try Slapd(ldif: ldif)
        for person in Person.inScope(of: ldif) where person.isPlain {
            try server.modify(
                "dn: \(person.dn)\nchangetype: modify\nadd: userPassword\nuserPassword: \(password)\n")
        }
        let site = try Site.reading(server)
        try site.write(
            try site.read("sync-plan.yaml") + "authentication: { user-name: mail, timeout: 10 s }\n",
            to: "sync-plan.yaml")
        return (site, server)
    }

    private static let user = Person.inScope(of: DirectoryGenerator(users: 30).ldif()).first { $0.isPlain }?.address

    @Test("KO7: ok and refused, and no more than that") func answers() async throws {
        let (site, server) = try Self.site()
        defer { server.stop() }
        let user = try #require(Self.user)
        func run(_ arguments: String..., input: String) async throws -> Command.Outcome {
            try await Command.run(["authenticate"] + arguments, in: site.folder, input: input)
        }
        let right = try await run(user, input: Self.password + "\n")
        #expect(right.status == 0 && right.output == "ok\n" && right.errors == "", "\(right)")
        // Without --why nothing tells a wrong password from an unknown user.
        for (name, input) in [
            (user, "wrong\n"), ("nobody@corp.example", Self.password), ("*", Self.password), (user, ""), (user, "\n"),
            (user, " \(Self.password)\n"),
        ] {
            let refused = try await run(name, input: input)
            #expect(refused.status == 77 && refused.output == "refused\n" && refused.errors == "", "\(refused)")
        }
        for (name, input, why) in [
            (user, "wrong", "The password is wrong."), ("nobody@corp.example", "x", "The directory has no such user."),
            (user, "", "The password is empty, and was not sent."),
        ] {
            let refused = try await run(name, "--why", input: input)
            #expect(refused.status == 77 && refused.output == "refused: \(why)\n", "\(refused)")
        }
    }

    @Test func anOwnFilter() async throws {
        let (site, server) = try Self.site()
        defer { server.stop() }
        let user = try #require(Self.user)
        try site.configure(
            "user-name: mail,", "user-name: sAMAccountName, filter: \"(&(objectClass=user)(sAMAccountName=%s))\",")
        let name = String(user.prefix { $0 != "@" })
        let outcome = try await Command.run(["authenticate", name], in: site.folder, input: Self.password)
        #expect(outcome.status == 0 && outcome.output == "ok\n", "\(outcome)")
    }

    @Test func aServerThatIsNotThereIsNoAnswer() async throws {
        let (site, server) = try Self.site()
        server.stop()
        let outcome = try await Command.run(["authenticate", "ana"], in: site.folder, input: "x")
        #expect(outcome.status == 69 && outcome.output == "", "\(outcome)")
    }

    @Test(
        "what is missing in the configuration is told",
        arguments: [
            ("authentication: {", "# authentication: {", "does not say how a user is found"),
            (
                "user-name: mail, timeout", "user-name: mail, filter: (mail=*), timeout",
                "%s stands where the user's name goes"
            ),
            ("timeout: 10 s", "timeout: 10", "\"10\" is not a time such as 5 s."),
            ("user-name: mail, ", "", "\"user-name\" is missing."),
        ]) func mistakes(_ old: String, _ new: String, _ message: String) async throws
    {
        let (site, server) = try Self.site()
        defer { server.stop() }
        try site.configure(old, new)
        let outcome = try await Command.run(["authenticate", "ana"], in: site.folder, input: "x")
        #expect(outcome.status == 78 && outcome.output == "", "\(outcome)")
        #expect(outcome.errors.contains(message), "\(outcome)")
    }

    @Test func aFileCannotCheckPasswords() async throws {
        let site = try FileJourneyTests.site()
        try site.configure("provider:", "authentication: { user-name: mail }\nprovider:")
        let outcome = try await Command.run(["authenticate", "ana"], in: site.folder, input: "x")
        #expect(outcome.status == 78 && outcome.errors.contains("the source is a file"), "\(outcome)")
    }

    #if os(Linux)
        @Test func onATerminalThePasswordIsNotShown() async throws {
            let (site, server) = try Self.site()
            defer { server.stop() }
            let user = try #require(Self.user)
            // What is typed before the question would be shown, and thrown away with it.
            let script =
                "(sleep 2; printf '%s\\n' '\(Self.password)'; sleep 2) "
                + "| script -qec \"'$0' authenticate '\(user)'\" /dev/null"
            let outcome = try await Command.run(
                URL(fileURLWithPath: "/bin/sh"), ["-c", script, Command.program.path], in: site.folder)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.contains("Password of \(user):") && outcome.output.contains("ok"), "\(outcome)")
            #expect(!outcome.output.contains("horse"), "\(outcome)")
        }
    #endif
}

/// Hashes on their way from a directory to the provider (requirement SO6).
@Suite struct PasswordHashJourneyTests {
    @Test("SO6: hashes are forwarded, clear passwords are not, and neither is shown") func journey() async throws {
        let hashes = [
            "{SSHA}xbaSZ3T/2ech5bIeXeqI3lvotPWNXU/x",
            "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$35xD4uvJcnn4UGemYx9/MQ$fBi/HkGL1YdaSJwAUAcYJlo3pBXpU6BJeBJ8Fam0ALA",
            "hunter2-in-clear", "{PBKDF2-SHA512}10000$YWJjZGVmZ2g$oXxDldWSu",
        ]
        var number = -1
        let ldif = DirectoryGenerator(users: 4, layout: .inetOrgPerson).ldif().components(separatedBy: "\n\n")
            .map { record in
                guard record.contains("objectClass: inetOrgPerson") else { return record }
                number += 1
                return "\(record)\nuserPassword: \(hashes[number])"
            }.joined(separator: "\n\n")
        let site = try Site(
            """
            source: { ldif: { path: directory.ldif, preset: inet-org-person } }
            provider: { mailbox-database: { path: mail.db } }
            people: { account: { password-hash: userPassword } }
            """, files: ["directory.ldif": ldif])
        let plan = try await site.run("plan", "--all")
        #expect(plan.status == 0, "\(plan)")
        #expect(plan.output.contains("1 person in scope has a password in clear text."), "\(plan)")
        #expect(plan.output.contains("hashed with PBKDF2-SHA512"), "\(plan)")
        let applied = try await site.run("apply", "--yes")
        #expect(applied.status == 0, "\(applied)")
        let said = plan.output + plan.errors + applied.output + applied.errors
        for secret in ["xbaSZ3T", "argon2i", "hunter2", "YWJj"] { #expect(!said.contains(secret)) }
        let stored = try site.rows("SELECT coalesce(password_hash, '') FROM mailbox ORDER BY address")
        #expect(stored == [hashes[0], hashes[1].replacingOccurrences(of: "{ARGON2}", with: "{ARGON2I}"), "", ""])
        let again = try await site.run("plan")
        #expect(again.lastLine.hasPrefix("Nothing to do"), "\(again)")
        // A recorded snapshot has no passwords, and takes nobody's away.
        try await site.run("snapshot", "today.ldif")
        let recorded = try await site.run("plan", "--from", "today.ldif")
        #expect(recorded.lastLine.hasPrefix("Nothing to do"), "\(recorded)")
        #expect(
            try site.contents().filter { $0.key == "today.ldif" }.allSatisfy {
                !String(decoding: $0.value, as: UTF8.self).contains("xbaSZ3T")
            })
    }
}
