public import DirectoryModel
public import LDAPSource

/// Where users and groups are read from: exactly one of the kinds.
public enum SourceConfiguration: Sendable, Decodable {
    /// A directory server.
    case ldap(LDAPSourceConfiguration)
    /// A file of LDIF records (RFC 2849), as `sync-plan snapshot` writes it.
    case ldif(LDIFSourceConfiguration)

    private enum Keys: String, SectionKey { case ldap, ldif }

    /// Reads the source.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        switch (
            try section.optional(.ldap, LDAPSourceConfiguration.self),
            try section.optional(.ldif, LDIFSourceConfiguration.self)
        ) {
        case (let ldap?, nil): self = .ldap(ldap)
        case (nil, let ldif?): self = .ldif(ldif)
        case (nil, nil): throw section.missing(.ldap, .ldif)
        case (_?, _?): throw section.mistake(at: .ldif, "there is one source: either `ldap` or `ldif`.")
        }
    }

    /// Whether another source gives the same objects to the same account, however it is reached.
    func readsTheSame(as other: SourceConfiguration) -> Bool {
        switch (self, other) {
        case (.ldif(let one), .ldif(let other)): one.path == other.path && one.schema == other.schema
        case (.ldap(let one), .ldap(let other)):
            (one.urls, one.domain, one.bind?.name) == (other.urls, other.domain, other.bind?.name)
                && (one.bases, one.scope, one.schema) == (other.bases, other.scope, other.schema)
                && (one.peopleFilter, one.groupsFilter) == (other.peopleFilter, other.groupsFilter)
        default: false
        }
    }

    /// How the directory lays out identity, classes and memberships.
    public var schema: DirectorySchema {
        switch self {
        case .ldap(let ldap): ldap.schema
        case .ldif(let ldif): ldif.schema
        }
    }
}

/// A file of LDIF records.
public struct LDIFSourceConfiguration: Sendable, Decodable {
    /// The file's path as written.
    public var path: String
    /// How the directory lays out identity, classes and memberships.
    public var schema: DirectorySchema

    private enum Keys: String, SectionKey { case path, preset }

    /// Reads the source.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        path = try section.required(.path)
        schema = try section.schema(.preset) ?? .activeDirectory
    }
}

/// A directory server.
public struct LDAPSourceConfiguration: Sendable, Decodable {
    /// The servers' addresses, tried in turn: `ldap://`, `ldaps://` or `ldapi://`; empty where there is a ``domain``.
    public var urls: [String]
    /// The domain whose servers DNS names; nil where there are ``urls``.
    public var domain: String?
    /// How the directory lays out identity, classes and memberships.
    public var schema: DirectorySchema
    /// Whether TLS is started on a plain connection before anything else is said.
    public var startTLS = false
    /// A file of certificates to trust besides those of the system.
    public var caFile: String?
    /// A folder of such files.
    public var caFolder: String?
    /// The certificate that this side shows, and its key: paths as written.
    public var clientCertificate: ClientCertificate?
    /// The oldest version of TLS that is accepted.
    public var minimumTLS = TLSVersion.tls12
    /// Whether the server's certificate is checked.
    public var verifiesTLS = true
    /// Whether a password may be sent unencrypted to another machine.
    public var allowsPlainText = false
    /// Who signs in; nil for nobody.
    public var bind: Bind?
    /// Where searches begin.
    public var bases: [DistinguishedName]
    /// How far below those entries is searched.
    public var scope = SearchScope.subtree
    /// A filter (RFC 4515) that users must match besides the preset's; nil for none.
    public var peopleFilter: String?
    /// A filter that groups must match besides the preset's; nil for none.
    public var groupsFilter: String?
    /// How many entries are asked for at a time.
    public var pageSize = 1000
    /// How what was read is kept and brought up to date; nil to read everything every time.
    public var incremental: IncrementalConfiguration?
    /// How long connecting may take.
    public var connectTimeout = Duration.seconds(10)
    /// How long the server may be silent.
    public var operationTimeout = Duration.seconds(60)
    /// How long the whole read may take.
    public var readTimeout = Duration.seconds(1800)

    /// Who signs in.
    public struct Bind: Sendable, Decodable {
        /// How somebody signs in.
        public enum Method: String, Sendable, CaseIterable {
            /// With a name and a password.
            case simple
            /// As whoever the connection shows.
            case external
            /// With a Kerberos ticket.
            case gssapi
        }

        /// How.
        public var method = Method.simple
        /// A distinguished name, `user@domain` or `DOMAIN\name`; empty where the method needs none.
        public var name: String
        /// The password itself, from the environment or a private configuration file.
        public var password: Secret?
        /// The path, as written, of a file with the password in it.
        public var passwordFile: String?

        init(name: String, password: Secret) {
            self.name = name
            self.password = password
        }

        private enum Keys: String, SectionKey {
            case method, name, password
            case passwordFile = "password-file"
        }

        /// Reads who signs in.
        public init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            let methods = Method.allCases.map(\.rawValue).joined(separator: ", ")
            method = try section.parsed(.method, as: "one of \(methods)") { Method(rawValue: $0) } ?? method
            if method != .simple {
                for key in [Keys.name, .password, .passwordFile] where section.contains(key) {
                    throw section.mistake(at: key, "the method \(method.rawValue) takes none.")
                }
                name = ""
                return
            }
            name = try section.required(.name)
            password = try section.optional(.password, String.self).map { Secret($0) }
            passwordFile = try section.optional(.passwordFile)
            switch (password, passwordFile) {
            case (nil, nil): throw section.missing(.passwordFile, .password)
            case (_?, _?): throw section.mistake(at: .password, "there is a `password-file` too: keep one of them.")
            default: break
            }
        }
    }

    private enum Keys: String, SectionKey {
        case url, domain, preset, bind, base, scope, incremental, timeouts
        case startTLS = "start-tls"
        case caFile = "ca-file"
        case caFolder = "ca-folder"
        case clientCertificate = "client-certificate"
        case clientKey = "client-key"
        case minimumTLS = "tls-minimum"
        case verifyTLS = "tls-verify"
        case allowPlainText = "allow-plain-text"
        case peopleFilter = "people-filter"
        case groupsFilter = "groups-filter"
        case pageSize = "page-size"
    }

    private enum TimeoutKeys: String, SectionKey { case connect, operation, read }

    private struct Timeouts: Decodable {
        let connect: Duration?
        let operation: Duration?
        let read: Duration?

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, TimeoutKeys.self)
            func time(_ key: TimeoutKeys) throws -> Duration? {
                try section.parsed(key, as: "a time such as 10 s or 5 min") { Duration(text: $0) }
            }
            connect = try time(.connect)
            operation = try time(.operation)
            read = try time(.read)
        }
    }

    init(url: String, base: DistinguishedName, schema: DirectorySchema) {
        urls = [url]
        bases = [base]
        self.schema = schema
    }

    /// Reads the source.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        domain = try section.optional(.domain)
        urls = try section.oneOrMore(.url) ?? []
        switch (urls.isEmpty, domain) {
        case (true, nil): throw section.missing(.url, .domain)
        case (false, _?): throw section.mistake(at: .domain, "there is a `url` too: keep one of them.")
        default: break
        }
        schema = try section.schema(.preset) ?? .activeDirectory
        startTLS = try section.optional(.startTLS) ?? startTLS
        caFile = try section.optional(.caFile)
        caFolder = try section.optional(.caFolder)
        switch (try section.optional(.clientCertificate, String.self), try section.optional(.clientKey, String.self)) {
        case (let certificate?, let key?): clientCertificate = ClientCertificate(certificate: certificate, key: key)
        case (nil, nil): break
        case (nil, _?): throw section.missing(.clientCertificate)
        case (_?, nil): throw section.missing(.clientKey)
        }
        minimumTLS =
            try section.parsed(.minimumTLS, as: "\"1.2\" or \"1.3\"") { TLSVersion(rawValue: $0) } ?? minimumTLS
        verifiesTLS =
            try section.parsed(.verifyTLS, as: "`always` or `never`") { ["always": true, "never": false][$0] }
            ?? verifiesTLS
        allowsPlainText = try section.optional(.allowPlainText) ?? allowsPlainText
        bind = try section.optional(.bind)
        bases = try section.bases(.base)
        scope = try section.searchScope(.scope) ?? scope
        peopleFilter = try section.optional(.peopleFilter)
        groupsFilter = try section.optional(.groupsFilter)
        pageSize = try section.pageSize(.pageSize) ?? pageSize
        incremental = try section.optional(.incremental)
        let timeouts = try section.optional(.timeouts, Timeouts.self)
        connectTimeout = timeouts?.connect ?? connectTimeout
        operationTimeout = timeouts?.operation ?? operationTimeout
        readTimeout = timeouts?.read ?? readTimeout
    }
}

/// The values that our own words and ad-connect's for a source have in common.
extension Section {
    func schema(_ key: Key) throws -> DirectorySchema? {
        let names = DirectorySchema.presets.map(\.name)
        return try parsed(key, as: "one of \(names.joined(separator: ", "))") { name in
            DirectorySchema.presets.first { $0.name == name }
        }
    }

    func base(_ key: Key) throws -> DistinguishedName {
        guard let base = try parsed(key, as: "a distinguished name", { try DistinguishedName($0) }) else {
            throw missing(key)
        }
        return base
    }

    func bases(_ key: Key) throws -> [DistinguishedName] {
        let bases = try parsedOneOrMore(key, as: "a distinguished name") { try DistinguishedName($0) } ?? []
        if bases.isEmpty { throw missing(key) }
        return bases
    }

    func searchScope(_ key: Key) throws -> SearchScope? {
        try parsed(key, as: "one of \(SearchScope.allCases.map(\.rawValue).joined(separator: ", "))") {
            SearchScope(rawValue: $0)
        }
    }

    func pageSize(_ key: Key) throws -> Int? {
        guard let size = try optional(key, Int.self) else { return nil }
        if (1...100_000).contains(size) { return size }
        throw mistake(at: key, "a page has 1 to 100000 entries; servers mostly allow 1000.")
    }
}

extension Duration {
    /// Reads `500 ms`, `10 s`, `5 min` or `5 m`, `2 h` or `7 d`; nil where the text is none of these, or the time is not positive.
    package init?(text: String) {
        let compact = text.filter { $0 != " " }
        let digits = compact.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number > 0, number <= 1_000_000 else { return nil }
        switch compact.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "min", "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        case "d": self = .seconds(number * 86400)
        default: return nil
        }
    }
}
