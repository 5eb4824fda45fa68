import Foundation
import TestSupport
import Testing

/// What goes wrong at the source: each cause has its own message and the documented exit status, and nothing changes.
@Suite(.enabled(if: Slapd.isInstalled)) struct FailureTests {
    /// One cause, how it is brought about, and what is told of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int32
        let says: String
        /// Makes a site that works go wrong; what it answers is kept until the end.
        let spoil: @Sendable (Site) throws -> [any Sendable]

        init(
            _ description: String, _ status: Int32, says: String,
            _ spoil: @escaping @Sendable (Site) throws -> [any Sendable]
        ) {
            testDescription = description
            self.status = status
            self.says = says
            self.spoil = spoil
        }
    }

    private static let generator = DirectoryGenerator(users: 300)
    private static let healthy = Result {
        var options = Slapd.Options()
        options.cap = 120
        return try Slapd(ldif: generator.ldif(), options)
    }
    private static let expired = Result {
        var options = Slapd.Options()
        options.hasExpiredCertificate = true
        return try Slapd(ldif: generator.ldif(), options)
    }

    /// Puts a server of its own behind a relay that does something to it after a third of the entries.
    private static func interrupted(
        _ site: Site, _ interrupt: @escaping @Sendable (Slapd) -> Void
    ) throws -> [any Sendable] {
        let server = try Slapd(ldif: generator.ldif())
        let relay = try Relay(to: server.ldapURL, after: 50_000) { interrupt(server) }
        try site.configure(try healthy.get().ldapsURL, "ldap://127.0.0.1:\(relay.port)")
        return [server, relay]
    }

    static let cases: [Case] = [
        Case("server killed in the middle of the pages", 5, says: "the connection was lost") { site in
            try interrupted(site) { $0.stop() }
        },
        Case("server silent in the middle of the pages", 5, says: "has not answered for 2.0 seconds") { site in
            try interrupted(site) { $0.pause() }
        },
        Case("server silent from the start", 69, says: "has not answered") { site in
            let server = try Slapd(ldif: DirectoryGenerator(users: 1).ldif())
            server.pause()
            try site.configure(try healthy.get().ldapsURL, server.ldapURL)
            return [server]
        },
        Case("size limit", 5, says: "4 sizeLimitExceeded") { site in
            try site.configure(Slapd.reader, Slapd.capped)
            return []
        },
        Case("wrong base", 78, says: "The search base \"ou=None,dc=corp,dc=example\" does not exist") { site in
            try site.configure("base: \"", "base: \"ou=None,")
            return []
        },
        Case("empty base", 3, says: "The directory has no user") { site in
            try site.configure("base: \"", "base: \"ou=Contacts,")
            return []
        },
        Case("wrong password", 77, says: "The name or the password is wrong") { site in
            try site.write("wrong", to: "ldap.secret")
            return []
        },
        Case("expired certificate", 69, says: "expired") { site in
            let server = try expired.get()
            try site.configure(try healthy.get().ldapsURL, server.ldapsURL)
            try site.configure(try healthy.get().authorities, server.authorities)
            return []
        },
        Case("untrusted authority", 69, says: "CA file") { site in
            try site.configure("    ca-file: \(try healthy.get().authorities)\n", "")
            return []
        },
        Case("certificate for another name", 69, says: "not for localhost") { site in
            try site.configure("ldaps://127.0.0.1", "ldaps://localhost")
            return []
        },
        Case("host that does not resolve", 69, says: "dc1.invalid") { site in
            try site.configure(try healthy.get().ldapsURL, "ldaps://dc1.invalid")
            return []
        },
        Case("port closed", 69, says: "refused") { site in
            try site.configure(try healthy.get().ldapsURL, "ldaps://127.0.0.1:\(try freePort())")
            return []
        },
        Case("secret missing", 78, says: "ldap.secret: The file with the secret cannot be read") { site in
            try FileManager.default.removeItem(atPath: site.path("ldap.secret"))
            return []
        },
        Case("secret that others can read", 78, says: "chmod 600") { site in
            try site.setMode(0o640, of: "ldap.secret")
            return []
        },
    ]

    @Test(arguments: cases) func nothingIsRemovedAndNothingChanges(_ failure: Case) async throws {
        let site = try Site.reading(try Self.healthy.get())
        let applied = try await site.run("apply", "--yes")
        try #require(applied.status == 0, "\(applied)")
        let configuration = try site.read("sync-plan.yaml")
        func restore() throws {
            try site.write(configuration, to: "sync-plan.yaml")
            try site.write(Slapd.password, to: "ldap.secret")
        }
        try restore()
        var before = try site.contents()

        var kept = try failure.spoil(site)
        let plan = try await site.run("plan", "--format", "jsonl")
        #expect(plan.status == failure.status, "\(plan)")
        #expect(try plan.operations() == [])
        #expect(!plan.output.contains("\"kind\":\"suspend\"") || failure.status == 3, "\(plan)")
        #expect(!plan.output.contains("\"kind\":\"delete\""), "\(plan)")

        try restore()
        kept = try failure.spoil(site)
        let apply = try await site.run("apply", "--yes")
        #expect(apply.status == failure.status, "\(apply)")
        #expect((apply.output + apply.errors).contains(failure.says), "\(apply)")
        #expect(apply.output.isEmpty || apply.lastLine.hasPrefix("Nothing to do"), "\(apply)")

        if ![3, 5].contains(failure.status) {
            let check = try await site.run("check")
            #expect(check.status == failure.status, "\(check)")
        }
        withExtendedLifetime(kept) {}

        // The lock holds the number of the process that had it last.
        try restore()
        var after = try site.contents()
        (before["sync-plan.state.lock"], after["sync-plan.state.lock"]) = (nil, nil)
        #expect(after.keys.sorted() == before.keys.sorted())
        for (name, data) in before { #expect(after[name] == data, "\(name) has changed") }
    }
}
