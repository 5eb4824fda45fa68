public import DirectoryModel

/// Everything needed to read one directory over LDAP.
///
/// Values only: nothing is opened or checked until it is used.
public struct LDAPConfiguration: Sendable {
    /// The servers, of which one is read.
    public var servers: LDAPServers
    /// Whether an `ldap://` connection is encrypted with StartTLS (RFC 4511 §4.14) before anything else is sent.
    ///
    /// There is no falling back: a server without StartTLS is an error.
    public var startTLS: Bool
    /// A PEM file with the authorities that may sign the server's certificate; nil for those of the system.
    public var caFile: String?
    /// A folder of such files, which are trusted too; nil for none.
    public var caFolder: String?
    /// The certificate that this side shows, where the server asks for one; nil for none.
    public var clientCertificate: ClientCertificate?
    /// The oldest version of TLS that is accepted.
    public var minimumTLS: TLSVersion
    /// Whether the server's certificate is verified.
    public var tlsVerification: TLSVerification
    /// Whether a password may be sent unencrypted to another machine.
    ///
    /// To this machine's own loopback and sockets it may always.
    public var allowsPlainText: Bool
    /// Who the directory is read as.
    public var bind: BindIdentity
    /// The entries under which everything is searched, one after the other; none may lie below another.
    public var bases: [DistinguishedName]
    /// How far below those entries is searched.
    public var scope: SearchScope
    /// How the directory is laid out.
    public var schema: DirectorySchema
    /// A filter (RFC 4515) that people must match besides the schema's own; nil for none.
    public var peopleFilter: String?
    /// A filter (RFC 4515) that groups must match besides the schema's own; nil for none.
    public var groupsFilter: String?
    /// How many entries are asked for at a time (RFC 2696), from 1.
    ///
    /// Active Directory gives at most 1,000.
    public var pageSize: Int
    /// How changes are followed where a record of an earlier read is brought up to date.
    public var changeTracking: ChangeTracking
    /// How long things may take.
    public var timeouts: LDAPTimeouts
    /// Where the servers of a domain are asked for.
    var serviceLookup = ServiceLookup()

    /// Makes a configuration; what is left out is the safe and usual choice.
    public init(
        _ servers: LDAPServers, startTLS: Bool = false, caFile: String? = nil, caFolder: String? = nil,
        clientCertificate: ClientCertificate? = nil, minimumTLS: TLSVersion = .tls12,
        tlsVerification: TLSVerification = .full,
        allowsPlainText: Bool = false, bind: BindIdentity = .anonymous, bases: [DistinguishedName],
        scope: SearchScope = .subtree, schema: DirectorySchema = .activeDirectory, peopleFilter: String? = nil,
        groupsFilter: String? = nil,
        pageSize: Int = 1000, changeTracking: ChangeTracking = .automatic, timeouts: LDAPTimeouts = LDAPTimeouts()
    ) {
        self.servers = servers
        self.startTLS = startTLS
        self.caFile = caFile
        self.caFolder = caFolder
        self.clientCertificate = clientCertificate
        self.minimumTLS = minimumTLS
        self.tlsVerification = tlsVerification
        self.allowsPlainText = allowsPlainText
        self.bind = bind
        self.bases = bases
        self.scope = scope
        self.schema = schema
        self.peopleFilter = peopleFilter
        self.groupsFilter = groupsFilter
        self.pageSize = pageSize
        self.changeTracking = changeTracking
        self.timeouts = timeouts
    }
}

/// How far below its base a search goes (RFC 4511 §4.5.1.2), by the names of LDAP URLs (RFC 4516 §2).
public enum SearchScope: String, Sendable, Hashable, CaseIterable {
    /// The base itself and everything below it.
    case subtree = "sub"
    /// What lies directly below the base.
    case oneLevel = "one"
    /// The base itself and nothing else.
    case base
}

/// Whether the server's certificate is verified.
public enum TLSVerification: String, Sendable, Hashable {
    /// It must be valid now, signed by a trusted authority, and made out to the host's name in the URL.
    case full
    /// Anything is accepted: anybody between here and the server can read the password and change the answers.
    case never
}

/// A version of TLS.
public enum TLSVersion: String, Sendable, Hashable, CaseIterable {
    /// RFC 5246.
    case tls12 = "1.2"
    /// RFC 8446.
    case tls13 = "1.3"

    /// The part after the dot.
    var minor: Int32 { self == .tls12 ? 2 : 3 }
}

/// A certificate of this side with its key, as PEM files.
public struct ClientCertificate: Sendable, Hashable {
    /// The path of the certificate, after which those of the authorities between it and the root may follow.
    public var certificate: String
    /// The path of its private key, without a passphrase.
    public var key: String

    /// Makes the description.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// Who a directory is read as.
public enum BindIdentity: Sendable {
    /// Nobody: the server decides what is public. Active Directory gives nothing.
    case anonymous
    /// A name and its password, checked by a simple bind (RFC 4513 §5.1.3).
    ///
    /// The name goes to the server as it is: a distinguished name, or for Active Directory also a user principal name
    /// (`svc@corp.example`) or `DOMAIN\name`. An empty password is refused before it is sent, for many servers take it
    /// for an anonymous bind and answer success (RFC 4513 §5.1.2).
    case simple(name: String, password: Secret)
    /// Whoever the connection itself shows (RFC 4422, EXTERNAL): the owner of the client certificate, or on a local socket
    /// the account that this program runs as.
    case external
    /// The principal of the Kerberos ticket (RFC 4752, GSSAPI).
    ///
    /// As with every Kerberos program the environment says where it is: `KRB5CCNAME` for a ticket cache,
    /// `KRB5_CLIENT_KTNAME` for a keytab that tickets are got with. Without TLS the connection is encrypted by Kerberos.
    case gssapi
}

/// How long the parts of a read may take.
public struct LDAPTimeouts: Sendable, Hashable {
    /// For connecting to one address of the host, and again for the TLS handshake.
    ///
    /// Resolving the host's name takes as long as the system lets it.
    public var connect: Duration
    /// For the server's next message, whatever it is, after a request.
    public var operation: Duration
    /// For the whole read, from the first search to the last entry.
    public var read: Duration

    /// Makes time-outs; negative ones count as zero, and those of over a hundred years as a hundred years.
    public init(
        connect: Duration = .seconds(10), operation: Duration = .seconds(60), read: Duration = .seconds(30 * 60)
    ) {
        self.connect = connect
        self.operation = operation
        self.read = read
    }
}

extension Duration {
    /// The duration within bounds that can be added to any moment.
    var bounded: Duration { max(.zero, min(self, .seconds(100 * 365 * 86_400))) }
}
