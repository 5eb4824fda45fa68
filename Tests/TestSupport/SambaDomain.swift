import Foundation

/// A private Active Directory domain: a Samba domain controller on a loopback address of its own, in a folder of its own.
///
/// The domain is made once per test run, which takes some seconds, and copied for each controller. It ends with the value
/// or the test process. `Tests/Fixtures/samba/provision.py` says who is in it; everybody has ``password``.
public final class SambaDomain: Sendable {
    /// The suffix of the directory.
    public static let base = "DC=corp,DC=example"
    /// An account that may read, as a user principal name.
    public static let reader = "svc@corp.example"
    /// An account that sees what is deleted besides.
    public static let follower = "alice@corp.example"
    /// An account that sees what is deleted, and has the right *Replicating Directory Changes*.
    public static let replicator = "jane@corp.example"
    /// The account that may do and see everything.
    public static let administrator = "Administrator@corp.example"
    /// The password of all accounts.
    public static let password = "Passw0rd!Test"
    /// What the controller keeps its entries in.
    public enum Database: String, Sendable {
        /// Samba's own choice. It has no order: who asks for all numbers above one makes it look at every entry.
        case tdb
        /// Samba's choice for large domains, with indices in order.
        case mdb
    }

    /// How many members the group `Everyone` has besides Alice: contacts, more than Windows gives at a time.
    public static let crowd = 1640

    /// The folder of the database, the certificates and the log.
    public let folder: URL
    /// The loopback address: the ports cannot be chosen, so every controller needs one.
    public let address: String
    /// `ldap://ADDRESS`.
    public var ldapURL: String { "ldap://\(address)" }
    /// `ldaps://ADDRESS`; the certificate is for that address and for `dc1.corp.example`.
    public var ldapsURL: String { "ldaps://\(address)" }
    /// The authority that signed the server's certificate.
    public var authorities: String { path("tls/ca.pem") }
    /// A Kerberos configuration for the domain.
    public var kerberosConfiguration: String { path("krb5.conf") }

    private let process: ServerProcess

    /// Whether Samba and what goes with it is installed, and ports below 1024 can be listened on.
    public static var isInstalled: Bool {
        guard hasPrograms(["samba", "ldbmodify", "ldapmodify", "ldapsearch", "openssl", "python3"]) else {
            return false
        }
        if geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] != nil { return true }
        let first = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding: .utf8)
        if Int(first?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "") == 0 { return true }
        print("SKIPPED: tests that need a domain controller, which listens on ports that only root may use here")
        return false
    }

    /// Starts a controller of the domain.
    public init(_ database: Database = .tdb) throws {
        let template = try database == .tdb ? Self.template.get() : Self.orderedTemplate.get()
        folder = try temporaryFolder("dc")
        address = try Self.freeAddress()
        do {
            try run(program("cp"), ["-a", "--reflink=auto", template.folder.path + "/.", folder.path])
            try Self.configure(folder, address)
            let change = """
                dn: CN=DC1,OU=Domain Controllers,\(Self.base)
                changetype: modify
                add: servicePrincipalName
                servicePrincipalName: ldap/\(address)

                """
            // Kerberos clients of a server without a name ask for the service at its address.
            let configuration = "\(folder.path)/smb.conf"
            try run(
                program("ldbmodify"), ["-H", "\(folder.path)/private/sam.ldb", "--configfile=\(configuration)"],
                input: change)
            // One process for all connections, so that its end is the end of all.
            process = try ServerProcess(
                program("samba"), ["--foreground", "--no-process-group", "-M", "single", "-s", configuration],
                log: folder.appendingPathComponent("log/output"), removing: folder)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        try waitUntilReady()
    }

    /// Changes entries: LDIF change records, written as the domain's administrator.
    ///
    /// - Parameter deleted: whether deleted entries can be changed too.
    public func modify(_ ldif: String, deleted: Bool = false) throws {
        let controls = deleted ? ["-e", "!1.2.840.113556.1.4.417"] : []
        try run(
            program("env"),
            ["LDAPTLS_CACERT=\(authorities)", program("ldapmodify")] + signIn(Self.administrator) + controls,
            input: ldif)
    }

    /// Answers whether an account can sign in.
    public func accepts(_ name: String, password: String = SambaDomain.password) -> Bool {
        let search = ["-s", "base", "-b", Self.base, "1.1"]
        let found = try? run(
            program("env"), ["LDAPTLS_CACERT=\(authorities)", program("ldapsearch")] + signIn(name, password) + search)
        return found != nil
    }

    /// Ends the server at once.
    public func stop() { process.stop() }

    private func signIn(_ name: String, _ password: String = SambaDomain.password) -> [String] {
        ["-x", "-H", ldapsURL, "-o", "nettimeout=2", "-D", name, "-w", password]
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func waitUntilReady() throws {
        let deadline = Date(timeIntervalSinceNow: 60)
        while !accepts(Self.reader) {
            if Date() > deadline {
                let log = try? String(contentsOfFile: path("log/samba.log"), encoding: .utf8)
                throw CommandFailure(command: "samba", status: -1, output: String((log ?? "").suffix(2000)))
            }
            usleep(50_000)
        }
    }
}

// MARK: Making the domain

extension SambaDomain {
    /// A domain that no server runs on; its folder goes with the test process.
    private struct Template {
        let folder: URL
        let lifeline: ServerProcess
    }

    private static let template = Result { try makeTemplate(.tdb) }
    private static let orderedTemplate = Result { try makeTemplate(.mdb) }

    private static func makeTemplate(_ database: Database) throws -> Template {
        let folder = try temporaryFolder("domain")
        // Ends at once; what is wanted is the shell around it, which removes the folder.
        let lifeline = try ServerProcess(program("true"), [], log: URL(fileURLWithPath: "/dev/null"), removing: folder)
        for name in ["private", "state", "cache", "run", "log", "sysvol", "tls"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        try configure(folder, "127.0.0.1")
        try run(
            program("python3"),
            [
                "\(testsFolder.path)/Fixtures/samba/provision.py", "\(folder.path)/smb.conf", "CORP.EXAMPLE",
                password, "\(crowd)", database.rawValue,
            ])
        return Template(folder: folder, lifeline: lifeline)
    }

    /// Writes what depends on the folder and the address.
    private static func configure(_ folder: URL, _ address: String) throws {
        let path = folder.path
        let settings = """
            [global]
              server role = active directory domain controller
              server services = ldap, kdc
              realm = CORP.EXAMPLE
              workgroup = CORP
              netbios name = DC1
              interfaces = \(address)/8
              bind interfaces only = yes
              private dir = \(path)/private
              state directory = \(path)/state
              cache directory = \(path)/cache
              lock directory = \(path)/run
              pid directory = \(path)/run
              ncalrpc dir = \(path)/run/ncalrpc
              log file = \(path)/log/samba.log
              tls cafile = \(path)/tls/ca.pem
              tls certfile = \(path)/tls/server.pem
              tls keyfile = \(path)/tls/server.key
              ldb:nosync = yes
              dsdb:schema update allowed = yes
            [sysvol]
              path = \(path)/sysvol
            [netlogon]
              path = \(path)/sysvol/corp.example/scripts

            """
        try settings.write(toFile: "\(path)/smb.conf", atomically: true, encoding: .utf8)
        let kerberos = """
            [libdefaults]
              default_realm = CORP.EXAMPLE
              dns_lookup_kdc = false
              dns_lookup_realm = false
              dns_canonicalize_hostname = false
              rdns = false
            [realms]
              CORP.EXAMPLE = {
                kdc = \(address)
              }
            [domain_realm]
              \(address) = CORP.EXAMPLE

            """
        try kerberos.write(toFile: "\(path)/krb5.conf", atomically: true, encoding: .utf8)
        try Certificates.write(
            in: folder.appendingPathComponent("tls"), names: ["DNS:dc1.corp.example", "IP:\(address)"])
    }

    /// An address of this machine on which nobody offers LDAP.
    private static func freeAddress() throws -> String {
        for _ in 0..<50 {
            let address = "127.\(Int.random(in: 1...250)).\(Int.random(in: 0...255)).\(Int.random(in: 1...254))"
            if [88, 389, 636].allSatisfy({ listenBriefly(on: address, port: $0) != nil }) { return address }
        }
        throw CommandFailure(command: "bind", status: errno, output: "no free loopback address")
    }
}
