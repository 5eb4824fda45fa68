import Foundation
import TestSupport
import Testing

#if os(Linux)
    /// `sync-plan init` on a terminal, with a real directory.
    @Suite(.enabled(if: Slapd.isInstalled && hasPrograms(["script"]))) struct InitTests {
        @Test("SO7: asked, tried, corrected, written, and then it works") func wholeWay() async throws {
            let server = try Slapd(ldif: DirectoryGenerator(users: 40, layout: .inetOrgPerson).ldif())
            let site = try Site()
            let session = try TerminalSession(["init"], in: site.folder)
            try session.answer("What kind of directory do you have? [1] ", "2")
            // The certificate is signed by an authority that nobody here knows.
            try session.answer("Which server? ", server.ldapsURL)
            try session.wait(for: "FAIL  connect")
            try session.answer("Which file has its certificate? ", server.authorities)
            try session.wait(for: "ok    server          OpenLDAP")
            try session.answer("Which account reads the directory? ", Slapd.reader)
            try session.answer("Its password, which is not shown? ", "wrong")
            try session.wait(for: "FAIL  bind")
            try session.answer("Correct it, or keep it as it is? [correct] ", "")
            try session.answer("Which account reads the directory? [\(Slapd.reader)] ", "")
            try session.answer("Its password, which is not shown? ", Slapd.password)
            try session.wait(for: "ok    bind            as \(Slapd.reader)")
            try session.answer("Where is the password kept? [ldap.secret] ", "")
            try session.wait(for: "1  \(Slapd.base)")
            try session.answer("Below which entry is everybody? [1] ", "")
            try session.wait(for: "ok    search people   finds 40")
            try session.wait(for: "1  corp.example  (40 people)")
            try session.answer("Which mail domains are yours? [1] ", "")
            try session.answer("Whose members get an account? ", "quota")
            try session.wait(for: "Quota_50GB")
            try session.answer("Whose members get an account? ", "Quota_5GB")
            try session.wait(for: "So far: Quota_5GB.")
            try session.answer("Whose members get an account? ", "")
            try session.answer("Where are the accounts? [1] ", "")
            try session.answer("Which file? [mail.db] ", "")
            try session.wait(for: "ok    file")
            #expect(try site.contents().isEmpty, "something is written before the last answer")
            try session.answer("Write ldap.secret, sync-plan.yaml? [yes] ", "")
            #expect(session.end() == 0, "\(session.shown)")
            #expect(session.shown.contains("Wrote ldap.secret, sync-plan.yaml."))
            #expect(!session.shown.contains(Slapd.password + "\n"), "the password is shown")
            #expect(session.shown.split(separator: "\n").filter { $0.count > 110 }.allSatisfy { $0.contains("FAIL") })

            #expect(try site.read("ldap.secret") == Slapd.password)
            for name in ["ldap.secret", "sync-plan.yaml"] {
                let mode = try FileManager.default.attributesOfItem(atPath: site.path(name))[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
            for arguments in [["check"], ["plan"], ["apply", "--yes"], ["config", "show"]] {
                let outcome = try await site.run(arguments)
                #expect(outcome.status == 0, "\(outcome)")
                #expect(!"\(outcome)".contains("FAIL") && !"\(outcome)".contains(Slapd.password + "\n"), "\(outcome)")
            }
            #expect(try site.accounts().count > 3)
        }

        @Test("SO7: a domain controller and a service", .enabled(if: SambaDomain.isInstalled && SCIMServer.isInstalled))
        func aDomainAndAService() async throws {
            let domain = try SambaDomain()
            let service = try await SCIMServer()
            let url = try await service.emptyService()
            let site = try Site(environment: ["SCIM_TOKEN": SCIMServer.token])
            let session = try TerminalSession(["init", "--ca-file", domain.authorities], in: site.folder)
            try session.answer("What kind of directory do you have? [1] ", "")
            try session.answer("Which domain or server? ", domain.ldapsURL)
            try session.wait(for: "ok    server")
            try session.answer("Which account reads the directory? ", "svc@corp.example")
            try session.answer("Its password, which is not shown? ", SambaDomain.password)
            try session.answer("Where is the password kept? [ldap.secret] ", "ad.secret")
            try session.answer("Below which entry is everybody? [1] ", "")
            try session.wait(for: "ok    search people")
            try session.answer("Which mail domains are yours? [1] ", "all")
            try session.answer("Whose members get an account? ", "")
            try session.answer("Where are the accounts? [1] ", "2")
            try session.answer("Which address? ", url)
            try session.answer("Which kind of service? [1] ", "")
            try session.answer("Its token, which is not shown? ", "wrong")
            try session.wait(for: "FAIL")
            try session.answer("Correct it, or keep it as it is? [correct] ", "")
            try session.answer("Which address? [\(url)] ", "")
            try session.answer("Which kind of service? [1] ", "")
            try session.answer("Its token, which is not shown? ", SCIMServer.token)
            try session.answer("Where is the token kept? [scim.token] ", "$SCIM_TOKEN")
            try session.answer("Write ad.secret, sync-plan.yaml? [yes] ", "")
            #expect(session.end() == 0, "\(session.shown)")
            #expect(session.shown.contains("The variable SCIM_TOKEN has to be in the environment of each run."))
            #expect(!session.shown.contains(SCIMServer.token), "the token is shown")
            #expect(try site.contents().keys.sorted() == ["ad.secret", "sync-plan.yaml"])
            #expect(!(try site.read("sync-plan.yaml")).contains(SCIMServer.token))
            let check = try await site.run("check")
            #expect(check.status == 0 && !check.output.contains("FAIL"), "\(check)")
        }

        /// Ctrl-C and the end of the input, before each question.
        @Test(arguments: ["\u{3}", "\u{4}"]) func whoeverStopsFindsNothingWritten(_ key: String) throws {
            let questions: [(question: String, answer: String)] = [
                ("What kind of directory do you have? ", "3"), ("Which file? ", "directory.ldif"),
                ("Which mail domains are yours? ", ""), ("Whose members get an account? ", ""),
                ("Where are the accounts? ", ""), ("Which file? ", ""), ("Write sync-plan.yaml? ", ""),
            ]
            for count in questions.indices {
                let site = try Site(files: ["directory.ldif": DirectoryGenerator(users: 4).ldif()])
                let session = try TerminalSession(["init"], in: site.folder)
                for (question, answer) in questions[..<count] { try session.answer(question, answer) }
                try session.wait(for: questions[count].question)
                session.type(key)
                #expect(session.end() == 130, "\(session.shown)")
                #expect(session.shown.contains("Nothing has been changed."), "\(session.shown)")
                #expect(try site.contents().keys.sorted() == ["directory.ldif"])
            }
        }

        @Test func aFileThatIsThereIsKeptUnlessSomebodySaysOtherwise() throws {
            for (answer, isReplaced) in [("", false), ("no", false), ("yes", true)] {
                let site = try Site("# mine\n", files: ["directory.ldif": DirectoryGenerator(users: 4).ldif()])
                let options = ["init", "--ldif", "directory.ldif", "--domain", "corp.example", "--group", "Quota_5GB"]
                let session = try TerminalSession(options + ["--mailbox-database", "mail.db"], in: site.folder)
                try session.wait(for: "sync-plan.yaml is there already")
                try session.answer("Replace what is there? [no] ", answer)
                #expect(session.end() == 0)
                #expect(try (site.read("sync-plan.yaml") != "# mine\n") == isReplaced, "\(session.shown)")
            }
        }
    }
#endif

/// `sync-plan init` where nobody can be asked.
@Suite struct InitByFlagsTests {
    @Test func whatIsSaidStandsThere() async throws {
        let site = try Site(files: [
            "directory.ldif": DirectoryGenerator(users: 30).ldif(), "sync-plan.schema.json": "{}",
        ])
        let written = try await site.run(
            "init", "--ldif", "directory.ldif", "--domain", "corp.example", "--group", "Quota_5GB",
            "--mailbox-database",
            "accounts.db")
        #expect(written.status == 0 && !site.exists("accounts.db"), "\(written)")
        #expect(try site.read("sync-plan.yaml").hasPrefix("# yaml-language-server: $schema=sync-plan.schema.json\n"))
        let applied = try await site.run("apply", "--yes")
        #expect(applied.status == 0 && site.exists("accounts.db"), "\(applied)")
    }

    @Test func aServiceByItsVariable() async throws {
        let site = try Site(environment: ["SCIM_TOKEN": "abc", "LDAP_PASSWORD": "x"])
        let written = try await site.run(
            "init", "--server", "ldaps://127.0.0.1:1", "--account", "svc@corp.example", "--password-variable",
            "LDAP_PASSWORD", "--base", "DC=corp,DC=example", "--scim", "https://127.0.0.1:1/v2", "--scim-profile",
            "zivver",
            "--token-variable", "SCIM_TOKEN")
        #expect(written.status == 0, "\(written)")
        let shown = try await site.run("config", "show")
        #expect(shown.status == 0, "\(shown)")
        #expect(shown.output.contains(#/ {6}password: ‹secret› +# LDAP_PASSWORD \(sync-plan.yaml:\d+\)\n/#), "\(shown)")
        #expect(shown.output.contains(#/ {4}token: ‹secret› +# SCIM_TOKEN \(sync-plan.yaml:\d+\)\n/#), "\(shown)")
        #expect(!shown.output.contains("abc"))
        let json = try await site.run("config", "show", "--format", "json")
        #expect(json.output.contains(#""variables":["SCIM_TOKEN"]"#) && !json.output.contains("abc"), "\(json)")
        #expect(!(try site.read("sync-plan.yaml")).contains("yaml-language-server"))
    }

    @Test func theConfigurationsPathByItsVariable() async throws {
        let site = try Site(
            files: [
                "staff.yaml": FileJourneyTests.configuration, "directory.ldif": DirectoryGenerator(users: 4).ldif(),
            ],
            environment: ["SYNC_PLAN_CONFIG": "staff.yaml"])
        let check = try await site.run("check")
        #expect(check.status == 0 && check.output.contains("staff.yaml makes sense"), "\(check)")
        let other = try await site.run("check", "--config", "other.yaml")
        #expect(other.status == 78 && other.errors.contains("other.yaml"), "\(other)")
        let first = try await site.run("init", "--preset", "ldif")
        #expect(first.status == 78 && first.errors.contains("staff.yaml: The file is there already"), "\(first)")
    }
}
