import Foundation

/// A private slapd on free loopback ports, in a folder of its own, with an AD-like schema and its own authority for TLS.
///
/// It listens on ``ldapURL``, ``ldapsURL`` and ``ldapiURL``, and ends with the value or the test process. Everybody who
/// has bound may read; ``reader`` gets at most 1,000 entries unless it pages, as with Active Directory.
public final class Slapd: Sendable {
    /// The suffix of the directory.
    public static let base = "dc=corp,dc=example"
    /// An account that may read, with ``password``.
    public static let reader = "cn=svc,dc=corp,dc=example"
    /// An account that may read, and gets at most ``Options/cap`` entries in all, however it pages.
    public static let capped = "cn=capped,dc=corp,dc=example"
    /// The account that may write, without limits.
    public static let admin = "cn=admin,dc=corp,dc=example"
    /// The password of all accounts.
    public static let password = "secret"

    /// How a server differs from the usual.
    public struct Options: Sendable {
        /// Whether the certificate ended yesterday.
        public var hasExpiredCertificate = false
        /// Whether clients must show a certificate; ``Slapd/clientCertificate`` is one.
        public var wantsClientCertificate = false
        /// Whether the newest version of TLS is not spoken.
        public var isWithoutTLS13 = false
        /// How many entries ``Slapd/capped`` gets.
        public var cap = 1500
        /// Whether every operation is written to ``Slapd/log``.
        public var logsOperations = false
        /// Whether passwords have a policy: two wrong ones lock a user out.
        public var hasPasswordPolicy = false
        /// Whether changes can be followed (RFC 4533): with the number of changes that are remembered one by one; nil for not.
        public var rememberedChanges: Int?

        /// Makes the usual options.
        public init() {}
    }

    /// The folder of the database, the certificates and the log.
    public let folder: URL
    /// `ldap://127.0.0.1:PORT`.
    public let ldapURL: String
    /// `ldaps://127.0.0.1:PORT`; the certificate is for that address, not for `localhost`.
    public let ldapsURL: String
    /// `ldapi://…`, percent-encoded.
    public let ldapiURL: String
    /// The authority that signed the server's certificate.
    public var authorities: String { folder.appendingPathComponent("ca.pem").path }

    /// A certificate that the authority gave to somebody, `client.pem` with `client.key`, as paths.
    public var clientCertificate: (certificate: String, key: String) {
        (folder.appendingPathComponent("client.pem").path, folder.appendingPathComponent("client.key").path)
    }

    private let process: ServerProcess

    /// Whether slapd and what goes with it is installed.
    public static var isInstalled: Bool { hasPrograms(["slapd", "slapadd", "ldapmodify", "openssl"]) }

    /// Starts a server with the entries of `ldif`.
    public init(ldif: String, _ options: Options = Options()) throws {
        let folder = try temporaryFolder("slapd")
        self.folder = folder
        let port = try freePort()
        let securePort = try freePort()
        ldapURL = "ldap://127.0.0.1:\(port)"
        ldapsURL = "ldaps://127.0.0.1:\(securePort)"
        let socket = folder.appendingPathComponent("ldapi").path
        ldapiURL = "ldapi://" + socket.replacingOccurrences(of: "/", with: "%2F")
        do {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("db"), withIntermediateDirectories: true)
            try Certificates.write(
                in: folder, names: ["DNS:dc1.corp.example", "IP:127.0.0.1"], isExpired: options.hasExpiredCertificate)
            if options.wantsClientCertificate {
                try Certificates.issue("client", "/CN=svc", names: [], days: 30, in: folder)
            }
            let configuration = folder.appendingPathComponent("slapd.conf").path
            try Self.configuration(folder, options).write(toFile: configuration, atomically: true, encoding: .utf8)
            let data = folder.appendingPathComponent("data.ldif").path
            try (ldif + (options.hasPasswordPolicy ? Self.policy : "")).write(
                toFile: data, atomically: true, encoding: .utf8)
            try run(program("slapadd"), ["-q", "-f", configuration, "-l", data])
            let urls = "\(ldapURL)/ \(ldapsURL)/ \(ldapiURL)"
            process = try ServerProcess(
                program("slapd"), ["-d", options.logsOperations ? "256" : "0", "-f", configuration, "-h", urls],
                log: folder.appendingPathComponent("log"), removing: folder)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        try waitUntilReady()
    }

    /// Changes entries: LDIF change records, written as ``admin``.
    public func modify(_ ldif: String) throws {
        try run(program("ldapmodify"), ["-x", "-H", ldapURL, "-D", Self.admin, "-w", Self.password], input: ldif)
    }

    /// All entries as LDIF, with what the server keeps of them for itself: what another server is begun with.
    public func contents() throws -> String {
        try run(program("slapcat"), ["-f", folder.appendingPathComponent("slapd.conf").path])
    }

    /// Stops the server's answers, while its connections stay open.
    public func pause() { process.signal(SIGSTOP) }

    /// Lets a paused server go on.
    public func resume() { process.signal(SIGCONT) }

    /// Ends the server at once.
    public func stop() { process.stop() }

    /// What the server has written about its operations (``Options/logsOperations``).
    public var log: String {
        (try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }

    /// How many files and connections the server has open.
    public var openFiles: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd"))?.count ?? 0
    }

    private func waitUntilReady() throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        while true {
            do {
                try run(program("ldapsearch"), ["-x", "-LLL", "-H", ldapURL, "-s", "base", "-b", "", "1.1"])
                return
            } catch {
                if Date() > deadline {
                    throw CommandFailure(command: "slapd", status: -1, output: "\(error) \(log)")
                }
                usleep(20_000)
            }
        }
    }
}

extension Slapd {
    private static func configuration(_ folder: URL, _ options: Options) -> String {
        """
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/nis.schema
        include /etc/ldap/schema/inetorgperson.schema
        include \(testsFolder.path)/Fixtures/slapd/ad.schema
        modulepath /usr/lib/ldap
        moduleload back_mdb
        moduleload memberof
        moduleload refint
        \(options.hasPasswordPolicy ? "moduleload ppolicy" : "")
        \(options.rememberedChanges == nil ? "" : "moduleload syncprov")
        pidfile \(folder.path)/pid
        loglevel 0
        threads 4
        TLSCACertificateFile \(folder.path)/ca.pem
        TLSCertificateFile \(folder.path)/server.pem
        TLSCertificateKeyFile \(folder.path)/server.key
        TLSVerifyClient \(options.wantsClientCertificate ? "demand" : "never")
        TLSCipherSuite NORMAL\(options.isWithoutTLS13 ? ":-VERS-TLS1.3" : "")
        access to dn.base="" by * read
        access to attrs=userPassword by anonymous auth by * none
        access to * by users read by anonymous auth by * none
        database mdb
        suffix \(base)
        directory \(folder.path)/db
        maxsize 4294967296
        dbnosync
        rootdn \(admin)
        rootpw \(password)
        limits dn.exact="\(capped)" size.soft=\(options.cap) size.hard=\(options.cap) size.prtotal=\(options.cap)
        limits * size.soft=1000 size.hard=1000 size.pr=unlimited size.prtotal=unlimited time=unlimited
        index objectClass,entryUUID,entryCSN,member,memberOf eq
        overlay memberof
        memberof-group-oc group
        memberof-member-ad member
        memberof-memberof-ad memberOf
        overlay refint
        refint_attributes member memberOf manager
        \(options.hasPasswordPolicy ? "overlay ppolicy\nppolicy_default \"cn=policy,\(base)\"" : "")
        \(options.rememberedChanges.map { "overlay syncprov\nsyncprov-checkpoint 1 1\nsyncprov-sessionlog \($0)" } ?? "")

        """
    }

    private static let policy = """

        dn: cn=policy,\(base)
        objectClass: device
        objectClass: pwdPolicy
        cn: policy
        pwdAttribute: userPassword
        pwdLockout: TRUE
        pwdMaxFailure: 2
        pwdMustChange: TRUE

        """
}
