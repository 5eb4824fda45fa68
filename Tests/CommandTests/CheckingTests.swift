import Foundation
import TestSupport
import Testing

/// What `sync-plan check` says of everything that real servers refuse: the table in `Documentation/Checking.md` is made of it.
@Suite(.enabled(if: SambaDomain.isInstalled && Slapd.isInstalled && hasPrograms(["kinit", "ktutil"])))
struct CheckingTests {
    private static let sections: [(title: String, rows: [Refusal])] = [
        ("Reaching the server", reaching), ("TLS", tls), ("Signing in", signingIn),
        ("Signing in by Kerberos", kerberos), ("Searching", searching), ("Following changes", following),
        ("As Windows says it", windows),
    ]

    private static let reaching: [Refusal] = [
        .nobody("the host has no address") { source, _ in source.url = "ldaps://dc1.nowhere.invalid" },
        .nobody("nobody listens on the port") { source, _ in source.url = "ldap://127.0.0.1:\(try freePort())" },
        .nobody("there is no such socket") { source, _ in source.url = "ldapi://%2Fnowhere%2Fldapi" },
        .slapd("the server is silent", on: \.silent) { source, server in
            source.url = server.ldapURL
            source.patience = 1
        },
        .slapd("the server is silent, over TLS", on: \.silent) { source, _ in source.patience = 1 },
        .nobody("a password would go unencrypted") { source, _ in source.url = "ldap://dc1.corp.example" },
    ]

    private static let tls: [Refusal] = [
        .samba("an authority that is not trusted") { source, _ in source.authorities = nil },
        .slapd("an authority that is not trusted, StartTLS") { source, server in
            source.url = server.ldapURL
            source.more = "start-tls: true"
            source.authorities = nil
        },
        .slapd("an expired certificate", on: \.expired),
        .slapd("a certificate for another name") { source, server in
            source.url = server.ldapsURL.replacingOccurrences(of: "127.0.0.1", with: "localhost")
        },
        .slapd("a port without TLS") { source, server in
            source.url = server.ldapURL.replacingOccurrences(of: "ldap:", with: "ldaps:")
        },
        .slapd("a server with older versions only", on: \.old) { source, _ in source.more = "tls-minimum: \"1.3\"" },
        .nobody("a CA file that is not there") { source, _ in source.authorities = "/nowhere/ca.pem" },
        .slapd("a CA file that is no PEM") { source, server in source.authorities = "\(server.folder.path)/slapd.conf"
        },
    ]

    private static let signingIn: [Refusal] = [
        .samba("user principal name", as: "ALICE@corp.example", step: "bind"),
        .samba("domain and account", as: "CORP\\alice", step: "bind"),
        .samba("account and domain", as: "alice@CORP", step: "bind"),
        .samba("canonical name", as: "corp.example/Corp/People/Alice Archer", step: "bind"),
        .samba("distinguished name", as: "CN=Alice Archer,OU=People,OU=Corp,\(SambaDomain.base)", step: "bind"),
        .samba("wrong password", password: "wrong"),
        .samba("unknown name", as: "nobody@corp.example"),
        .samba("bare account name", as: "alice"),
        .samba("display name", as: "Alice Archer"),
        .samba("DNS domain before the \\", as: "corp.example\\alice"),
        .samba("mail address that is not the user principal name", as: "alice.archer@corp.example"),
        .samba("disabled, right password", as: "carol@corp.example"),
        .samba("disabled, wrong password", as: "carol@corp.example", password: "wrong"),
        .samba("must change the password", as: "erin@corp.example"),
        .samba("account expired", as: "frank@corp.example"),
        .samba("password expired", as: "greg@corp.example"),
        .samba("locked", as: "hank@corp.example"),
        .samba("not at this hour", as: "bob@corp.example"),
        .samba("not from this machine", as: "tina@corp.example"),
        .samba("without encryption") { source, domain in source.url = domain.ldapURL },
        .nobody("empty password") { source, _ in source.password = "" },
        .slapd("wrong password", password: "wrong"),
        .slapd("a name that is no distinguished name", as: "svc@corp.example"),
        .slapd("EXTERNAL with nothing to show", as: nil) { source, _ in source.more = "bind: { method: external }" },
    ]

    private static let kerberos: [Refusal] = [
        .kerberos("no ticket") { _, _ in },
        .kerberos("a keytab", step: "bind", { _, _ in }) { site, environment in
            try await writeKeytab(site, environment, password: SambaDomain.password)
        },
        .kerberos("a keytab of a former password", { _, _ in }) { site, environment in
            try await writeKeytab(site, environment, password: "Former0!Passw")
        },
        .kerberos(
            "a keytab for nobody", { _, _ in },
            prepare: { site, environment in
                try await writeKeytab(site, environment, password: "x", principal: "nobody@CORP.EXAMPLE")
            }),
        .kerberos(
            "a server that is not the domain's",
            { source, domain in
                source.url = "ldap://[::ffff:\(domain.address)]"
            }
        ) { site, environment in
            try await writeKeytab(site, environment, password: SambaDomain.password)
        },
        .kerberos("a realm without a server", { _, _ in }) { site, environment in
            try await writeKeytab(site, environment, password: SambaDomain.password)
            try site.write(
                "[libdefaults]\ndefault_realm = CORP.EXAMPLE\n[realms]\nCORP.EXAMPLE = { kdc = 127.0.0.1:9 }\n",
                to: "krb5.conf")
        },
        .kerberos("over ldaps", { source, domain in source.url = domain.ldapsURL }) { site, environment in
            try await writeKeytab(site, environment, password: SambaDomain.password)
        },
    ]

    private static let searching: [Refusal] = [
        .samba("base that is not there") { source, _ in source.base = "OU=None,\(SambaDomain.base)" },
        .samba("base of another domain") { source, _ in source.base = "DC=other,DC=example" },
        .samba("anonymous", as: nil),
        .samba("nobody is found") { source, _ in source.more = "people-filter: (department=None)" },
        .samba("malformed filter") { source, _ in source.more = "people-filter: \"(&(mail=*)\"" },
        .samba("parts on other servers", step: "search people"),
        .slapd("base that is not there") { source, _ in source.base = "ou=None,\(Slapd.base)" },
        .slapd("base of another server") { source, _ in source.base = "dc=other,dc=example" },
        .slapd("size limit", as: Slapd.capped),
        .slapd("no rights", as: nil),
    ]

    private static let following: [Refusal] = [
        .samba("by its numbers", as: SambaDomain.follower, step: "changes") { source, _ in
            source.more = "incremental: {}"
        },
        .samba("by DirSync", as: SambaDomain.replicator, step: "changes") { source, _ in
            source.more = "incremental: { method: dirsync }"
        },
        .samba("by DirSync, without the right to replicate", as: SambaDomain.follower, step: "changes") { source, _ in
            source.more = "incremental: { method: dirsync }"
        },
        .samba("an account that does not see what is deleted") { source, _ in source.more = "incremental: {}" },
        .samba("the same, by DirSync") { source, _ in source.more = "incremental: { method: dirsync }" },
        .samba("a filter by what changes without a word", as: SambaDomain.administrator) { source, _ in
            source.more = "incremental: {}\n    people-filter: \"(!(lastLogon=1))\""
        },
        .slapd("by content synchronization", step: "changes", on: \.telling) { source, _ in
            source.more = "incremental: {}\n    preset: inet-org-person"
        },
        .slapd("without the overlay syncprov", on: \.silentOfChanges) { source, _ in
            source.more = "incremental: {}\n    preset: inet-org-person"
        },
    ]

    private static let windows: [Refusal] = [
        .windows("unknown name", bind: 49, Refusal.data("525")),
        .windows("not at this hour", bind: 49, Refusal.data("530")),
        .windows("not from this machine", bind: 49, Refusal.data("531")),
        .windows("too many groups", bind: 49, Refusal.data("568")),
        .windows("a number without a sentence", bind: 49, Refusal.data("57")),
        .windows(
            "without encryption", bind: 8,
            "00002028: LdapErr: DSID-0C090274, comment: The server requires binds to turn on integrity checking if "
                + "SSL\\TLS are not already active on the connection, data 0, v4563"),
        .windows(
            "anonymous", search: 1,
            "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be "
                + "completed on the connection., data 0, v4563", as: nil),
        .windows("time limit", search: 3, ""),
        .windows("size limit", search: 4, ""),
        .windows(
            "administrative limit", search: 11, "00002024: LdapErr: DSID-0C090D65, comment: Error processing control"),
        .windows("no pages", search: 12, "00002040: SvcErr: DSID-031401E7, problem 5010 (UNAVAIL_EXTENSION), data 0"),
        .windows("busy", search: 51, ""),
    ]

    private static func writeKeytab(
        _ site: Site, _ environment: [String: String], password: String,
        principal: String = "svc@CORP.EXAMPLE"
    ) async throws {
        let file = environment["KRB5_CLIENT_KTNAME"] ?? ""
        let commands = "addent -password -p \(principal) -k 1 -e aes256-cts\n\(password)\nwkt \(file)\nquit\n"
        let program = URL(fileURLWithPath: try #require(findProgram("ktutil")))
        let outcome = try await Command.run(program, [], in: site.folder, environment: environment, input: commands)
        try #require(FileManager.default.fileExists(atPath: file), "\(outcome)")
    }

    @Test func everyCauseIsNamed() async throws {
        let servers = Refusing()
        var table = ""
        for section in Self.sections {
            table += "### \(section.title)\n\n| case | server | exit | step | what is said |\n|---|---|---|---|---|\n"
            for row in section.rows { table += try await Self.line(row, servers) }
            table += "\n"
        }
        try expectTable(table, in: "Checking.md", madeBy: "CheckingTests")
    }

    /// The row's line of the table.
    private static func line(_ row: Refusal, _ servers: Refusing) async throws -> String {
        let (site, kept) = try await row.site(servers)
        defer { withExtendedLifetime(kept) {} }
        let outcome = try await site.run("check")
        #expect(!"\(outcome)".contains(SambaDomain.password), "\(row.name)")
        #expect((outcome.status == 0) == (row.step != nil), "\(row.name): \(outcome)")
        let steps = outcome.output.split(separator: "\n").map { $0.split(separator: #/ {2,}/#, maxSplits: 2) }
        let wanted = row.step.map { "source \($0)" }
        let step = steps.first { $0.count == 3 && (wanted == nil ? $0[0] == "FAIL" : $0[1] == wanted ?? "") }
        // What is wrong with the configuration is told before the first step.
        let shown = step ?? ["", "configuration", outcome.errors.dropFirst("sync-plan: ".count)]
        let title = shown[1].hasPrefix("source ") ? shown[1].dropFirst("source ".count) : shown[1]
        let text = servers.anonymous(String(shown[2])).trimmingCharacters(in: .whitespacesAndNewlines)
        return
            "| \(escapedForTable(row.name)) | \(row.server.rawValue) | \(outcome.status) | \(title) | \(escapedForTable(text)) |\n"
    }
}
