import Foundation
import TestSupport

/// A way in which a directory, or the way to it, refuses; see `CheckingTests`.
struct Refusal: Sendable {
    /// Who refuses.
    enum Server: String, Sendable {
        /// The Samba domain controller.
        case samba = "Samba"
        case slapd = "slapd"
        /// A server of the tests that says what Windows says.
        case scripted = "scripted"
        /// Nobody is asked.
        case nobody = "–"
    }

    let name: String
    let server: Server
    /// The step whose line is shown; nil for the one that fails.
    var step: String?
    /// The site to check in, and what has to live meanwhile.
    let site: @Sendable (Refusing) async throws -> (Site, [any Sendable])

    /// Where something is read from, as the configuration has it.
    struct Source: Sendable {
        var url: String
        var name: String? = nil
        var password: String
        var base: String
        var authorities: String? = nil
        /// How many seconds a server may be silent.
        var patience = 20
        /// Further keys.
        var more = ""

        /// A site with this source and the usual rest.
        func site(environment: [String: String] = [:]) throws -> Site {
            var lines = [
                "url: \"\(url)\"", "base: \"\(base)\"",
                "timeouts: { connect: \(patience) s, operation: \(patience) s }",
            ]
            if let authorities { lines.append("ca-file: \(authorities)") }
            if let name { lines.append("bind: { name: '\(name)', password-file: ldap.secret }") }
            if !more.isEmpty { lines.append(more) }
            let configuration = """
                source:
                  ldap:
                \(lines.map { "    \($0)\n" }.joined())
                provider:
                  mailbox-database: { path: mail.db }

                """
            return try Site(configuration, files: ["ldap.secret": password], environment: environment)
        }
    }

    // MARK: By a domain controller

    static func samba(
        _ name: String, as account: String? = SambaDomain.reader, password: String = SambaDomain.password,
        step: String? = nil, _ change: @escaping @Sendable (inout Source, SambaDomain) -> Void = { _, _ in }
    ) -> Refusal {
        Refusal(name: name, server: .samba, step: step) { servers in
            let domain = try servers.domain.get()
            var source = Source(
                url: domain.ldapsURL, name: account, password: password, base: SambaDomain.base,
                authorities: domain.authorities)
            change(&source, domain)
            return (try source.site(), [])
        }
    }

    /// By Kerberos; `prepare` makes what the environment names in a folder.
    static func kerberos(
        _ name: String, step: String? = nil, _ change: @escaping @Sendable (inout Source, SambaDomain) -> Void,
        prepare: @escaping @Sendable (Site, [String: String]) async throws -> Void = { _, _ in }
    ) -> Refusal {
        Refusal(name: name, server: .samba, step: step) { servers in
            let domain = try servers.domain.get()
            let home = try Site(files: [
                "krb5.conf": String(contentsOfFile: domain.kerberosConfiguration, encoding: .utf8)
            ])
            let environment = [
                "KRB5_CONFIG": home.path("krb5.conf"), "KRB5CCNAME": home.path("ticket"),
                "KRB5_CLIENT_KTNAME": home.path("keytab"),
            ]
            var source = Source(
                url: domain.ldapURL, password: "", base: SambaDomain.base, authorities: domain.authorities,
                more: "bind: { method: gssapi }")
            change(&source, domain)
            try await prepare(home, environment)
            return (try source.site(environment: environment), [home])
        }
    }

    // MARK: By slapd

    static func slapd(
        _ name: String, as account: String? = Slapd.reader, password: String = Slapd.password, step: String? = nil,
        on server: any KeyPath<Refusing, Result<Slapd, any Error>> & Sendable = \.slapd,
        _ change: @escaping @Sendable (inout Source, Slapd) -> Void = { _, _ in }
    ) -> Refusal {
        Refusal(name: name, server: .slapd, step: step) { servers in
            let slapd = try servers[keyPath: server].get()
            var source = Source(
                url: slapd.ldapsURL, name: account, password: password, base: Slapd.base,
                authorities: slapd.authorities)
            change(&source, slapd)
            return (try source.site(), [])
        }
    }

    /// Before anybody is asked.
    static func nobody(
        _ name: String, _ change: @escaping @Sendable (inout Source, Slapd) throws -> Void
    ) -> Refusal {
        Refusal(name: name, server: .nobody) { servers in
            let slapd = try servers.slapd.get()
            var source = Source(
                url: slapd.ldapsURL, name: Slapd.reader, password: Slapd.password, base: Slapd.base,
                authorities: slapd.authorities)
            try change(&source, slapd)
            return (try source.site(), [])
        }
    }

    // MARK: As Windows says it

    /// A bind that is refused.
    static func windows(_ name: String, bind code: UInt8, _ message: String, _ more: String = "") -> Refusal {
        scripted(name, bind: [.bound(code, message: message)], more) { _ in [] }
    }

    /// A search that is refused.
    static func windows(
        _ name: String, search code: UInt8, _ message: String, as account: String? = SambaDomain.reader
    ) -> Refusal {
        scripted(name, bind: [.bound()], as: account) { _ in [.done(code, message: message)] }
    }

    private static func scripted(
        _ name: String, bind: [FakeDirectory.Answer], _ more: String = "", as account: String? = SambaDomain.reader,
        _ answer: @escaping @Sendable (FakeDirectory.Search) -> [FakeDirectory.Answer]
    ) -> Refusal {
        Refusal(name: name, server: .scripted) { _ in
            let server = try FakeDirectory(bind: bind) { search in
                search.base.isEmpty ? [.done()] : answer(search)
            }
            let source = Source(
                url: server.url, name: account, password: SambaDomain.password, base: SambaDomain.base, more: more)
            return (try source.site(), [server])
        }
    }

    /// The number as Active Directory tells it.
    static func data(_ number: String) -> String {
        "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data \(number), v4563"
    }
}

/// The servers that refuse, each started when it is first needed.
final class Refusing: Sendable {
    let domain: Result<SambaDomain, any Error>
    let slapd: Result<Slapd, any Error>
    let expired: Result<Slapd, any Error>
    let silent: Result<Slapd, any Error>
    let old: Result<Slapd, any Error>
    /// Tells what has changed.
    let telling: Result<Slapd, any Error>
    let silentOfChanges: Result<Slapd, any Error>

    init() {
        domain = Result {
            let domain = try SambaDomain()
            try domain.modify(Self.changes)
            // Three wrong passwords lock him.
            for _ in 0..<3 { _ = domain.accepts("hank@corp.example", password: "wrong") }
            return domain
        }
        func server(
            users: Int = 3, layout: DirectoryGenerator.Layout = .activeDirectory,
            _ change: (inout Slapd.Options) -> Void = { _ in }
        ) -> Result<Slapd, any Error> {
            var options = Slapd.Options()
            change(&options)
            return Result { try Slapd(ldif: DirectoryGenerator(users: users, layout: layout).ldif(), options) }
        }
        slapd = server(users: 40) { $0.cap = 20 }
        expired = server { $0.hasExpiredCertificate = true }
        silent = server()
        old = server { $0.isWithoutTLS13 = true }
        telling = server(layout: .inetOrgPerson) { $0.rememberedChanges = 100 }
        silentOfChanges = server(layout: .inetOrgPerson)
        try? silent.get().pause()
    }

    /// Somebody whose mail address is another than the name, somebody who may log on at no hour, and only from elsewhere.
    private static let changes = """
        dn: CN=Alice Archer,OU=People,OU=Corp,\(SambaDomain.base)
        changetype: modify
        replace: mail
        mail: alice.archer@corp.example

        dn: CN=Bob Baker,OU=People,OU=Corp,\(SambaDomain.base)
        changetype: modify
        replace: logonHours
        logonHours:: AAAAAAAAAAAAAAAAAAAAAAAAAAAA

        dn: CN=Tina Team,OU=People,OU=Corp,\(SambaDomain.base)
        changetype: modify
        replace: userWorkstations
        userWorkstations: ELSEWHERE

        """

    /// A text without what differs from run to run.
    func anonymous(_ text: String) -> String {
        var text = text
        func replace(_ old: String?, _ new: String) {
            if let old { text = text.replacingOccurrences(of: old, with: new) }
        }
        let servers = [slapd, expired, silent, old, telling, silentOfChanges].compactMap { try? $0.get() }
        for server in servers {
            replace(server.authorities, "/etc/sync-plan/ca.pem")
            replace(server.folder.path, "/etc/sync-plan")
        }
        if let domain = try? domain.get() {
            replace(domain.authorities, "/etc/sync-plan/ca.pem")
            replace(domain.address, "dc1.corp.example")
        }
        text = text.replacing(#/\/\S*sync-plan-[a-z]+-[0-9A-F-]+/#, with: "/run/sync-plan")
        text = text.replacing(#/localhost:\d+/#, with: "localhost").replacing(#/\.c:\d+/#, with: ".c")
        // Which entry is the first is for the server to say.
        text = text.replacing(#/the first being .*?,DC=example/#, with: "the first being …")
        text = text.replacing(#/127\.0\.0\.1(:\d+)?/#, with: "ldap.corp.example")
        text = text.replacing(#/DSID-[0-9A-F]+/#, with: "DSID-…")
        return text.replacing(#/\d{4}-\d\d-\d\d[T ][0-9:]+Z?/#, with: "(date)")
    }
}
