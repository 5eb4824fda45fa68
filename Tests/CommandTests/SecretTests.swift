import Foundation
import TestSupport
import Testing

/// The password is nowhere but in the place that the administrator put it.
@Suite(.enabled(if: Slapd.isInstalled)) struct SecretTests {
    private static let password = "hunter2-and-\"more\"-4c1f"

    private static func server() throws -> Slapd {
        let server = try Slapd(ldif: DirectoryGenerator(users: 40).ldif())
        try server.modify(
            """
            dn: \(Slapd.reader)
            changetype: modify
            replace: userPassword
            userPassword: \(password)

            """)
        return server
    }

    @Test(arguments: [true, false]) func theKeyOpensAndIsNeverShown(fromFile: Bool) async throws {
        let server = try Self.server()
        let site = try Self.site(server, fromFile: fromFile)
        var said = ""
        for arguments in [
            ["check"], ["snapshot", "all.ldif"], ["plan", "--out", "staff.plan"], ["plan", "--format", "jsonl"],
            ["apply", "staff.plan", "--yes"], ["plan"],
        ] {
            let outcome = try await site.run(arguments)
            #expect(outcome.status == 0, "\(outcome)")
            said += outcome.output + outcome.errors
        }
        // Nobody is let in with it any more; the message is about the password, and does not tell it.
        try server.modify("dn: \(Slapd.reader)\nchangetype: modify\nreplace: userPassword\nuserPassword: other\n")
        let refused = try await site.run("plan")
        #expect(refused.status == 77, "\(refused)")
        #expect(refused.errors.contains("password"))
        said += refused.output + refused.errors
        #expect(!said.contains(Self.password))
        var files = try site.contents()
        #expect(files.count >= 6)
        if fromFile { #expect(files.removeValue(forKey: "ldap.secret") == Data(Self.password.utf8)) }
        for (name, data) in files { #expect(data.range(of: Data(Self.password.utf8)) == nil, "it is in \(name)") }
    }

    #if os(Linux)
        @Test func theProcessListDoesNotShowIt() async throws {
            let server = try Self.server()
            let site = try Self.site(server, fromFile: true)
            try site.configure(": 2 s", ": 50 s")
            server.pause()
            let outcome = try await site.run("plan") { process in
                try await Task.sleep(for: .milliseconds(500))
                let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))
                #expect(String(decoding: line, as: UTF8.self).contains("plan"))
                #expect(line.range(of: Data(Self.password.utf8)) == nil)
                let variables = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/environ"))
                #expect(variables.range(of: Data(Self.password.utf8)) == nil)
                server.resume()
            }
            #expect(outcome.status == 0, "\(outcome)")
        }
    #endif

    @Test func aVariableThatIsNotSetIsAMistake() async throws {
        let server = try Self.server()
        let site = try Site.reading(server)
        try site.configure("password-file: ldap.secret", "password: \"${LDAP_PASSWORD}\"")
        let outcome = try await site.run("plan")
        #expect(outcome.status == 78, "\(outcome)")
        #expect(
            outcome.errors.contains("source.ldap.bind.password: the environment variable LDAP_PASSWORD is not set."))
    }

    private static func site(_ server: Slapd, fromFile: Bool) throws -> Site {
        let site = try Site.reading(server, environment: fromFile ? [:] : ["LDAP_PASSWORD": password])
        if fromFile {
            try site.write(password, to: "ldap.secret")
        } else {
            try site.configure("password-file: ldap.secret", "password: \"${LDAP_PASSWORD}\"")
            try FileManager.default.removeItem(atPath: site.path("ldap.secret"))
        }
        return site
    }
}
