import DirectoryModel
import LDAPSource
import Synchronization
import TestSupport

/// The servers that these tests share; each starts when it is first needed and ends with the test process.
enum Company {
    static let users = 2500

    private static let activeDirectory = Result { try Slapd(ldif: DirectoryGenerator(users: users).ldif()) }
    private static let samba = Result { try SambaDomain() }
    private static let inetOrgPerson = Result {
        try Slapd(ldif: DirectoryGenerator(users: 300, layout: .inetOrgPerson).ldif())
    }

    /// A server of ``users`` people in the layout of Active Directory.
    ///
    /// Nobody may change, pause or stop it.
    static func server() throws -> Slapd { try activeDirectory.get() }

    /// An Active Directory domain.
    ///
    /// Nobody may change or stop it.
    static func domain() throws -> SambaDomain { try samba.get() }

    /// A server of 300 people in the layout of OpenLDAP.
    static func openLDAPServer() throws -> Slapd { try inetOrgPerson.get() }
}

extension Slapd {
    /// What reads this server, as ``Slapd/reader`` over plain LDAP unless told otherwise.
    func configuration(
        url: String? = nil, as name: String = Slapd.reader, password: String = Slapd.password, base: String = Slapd.base
    ) throws -> LDAPConfiguration {
        var configuration = LDAPConfiguration(
            .url(try LDAPURL(url ?? ldapURL)), bind: .simple(name: name, password: Secret(password)),
            bases: [try DistinguishedName(base)])
        configuration.caFile = authorities
        return configuration
    }
}

extension SambaDomain {
    /// What reads this domain, as ``SambaDomain/reader`` over TLS unless told otherwise.
    func configuration(
        url: String? = nil, as name: String = SambaDomain.reader, password: String = SambaDomain.password,
        base: String = SambaDomain.base
    ) throws -> LDAPConfiguration {
        var configuration = LDAPConfiguration(
            .url(try LDAPURL(url ?? ldapsURL)), bind: .simple(name: name, password: Secret(password)),
            bases: [try DistinguishedName(base)])
        configuration.caFile = authorities
        return configuration
    }
}

/// What the rules of most configurations ask for.
let usualAttributes = AttributeSelection.only(["displayName", "mail", "proxyAddresses", "userAccountControl"])

/// The error that reading throws; nil where it throws none.
func readingError(_ configuration: LDAPConfiguration) async throws -> LDAPError? {
    do {
        _ = try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes))
        return nil
    } catch let error as LDAPError {
        return error
    }
}

/// Numbers collected from any thread.
final class Counts: Sendable {
    private let storage = Mutex<[Int]>([])

    var values: [Int] { storage.withLock { $0 } }

    func append(_ value: Int) { storage.withLock { $0.append(value) } }
}
