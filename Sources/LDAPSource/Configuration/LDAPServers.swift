internal import DirectoryModel

/// Where the servers of a directory are: any of them will do.
///
/// They are tried in turn until one can be used, and only before the first entry has been read. A server that refuses the
/// credentials ends it: the others would refuse them too, and each wrong try brings an account nearer to being locked.
public enum LDAPServers: Sendable, Hashable, CustomStringConvertible {
    /// These, in this order; never empty.
    case urls([LDAPURL])
    /// Those that DNS names for a domain, by priority and weight (RFC 2782).
    ///
    /// They are reached with `ldaps://` on its usual port, or with StartTLS on the port that DNS names. Servers outside the
    /// domain are passed over, for DNS proves nothing.
    case domain(String)

    /// One server.
    public static func url(_ url: LDAPURL) -> LDAPServers { .urls([url]) }

    /// The URLs, with `or` between them, or the domain.
    public var description: String {
        switch self {
        case .urls(let urls): urls.map(\.description).joined(separator: " or ")
        case .domain(let name): name
        }
    }
}

extension LDAPConfiguration {
    /// The servers in the order in which they are to be tried; never empty.
    ///
    /// - Throws: `nameNotFound` where DNS names none.
    func urls() throws(LDAPError) -> [LDAPURL] {
        switch servers {
        case .urls(let urls): return urls
        case .domain(let domain):
            var random = SystemRandomNumberGenerator()
            let records = try serviceLookup.servers(of: domain, isActiveDirectory: isActiveDirectory)
            let own = records.filter { $0.target.isInDomain(domain) }
            guard !own.isEmpty else {
                throw LDAPError(
                    .nameNotFound,
                    "DNS names for \(domain) only servers outside of it: \(records.map(\.target).joined(separator: ", ")). "
                        + "If they are the right ones, name them in the URL.")
            }
            return ServiceRecord.ordered(own, using: &random).map { record in
                startTLS
                    ? LDAPURL(scheme: .ldap, host: record.target, port: record.port)
                    : LDAPURL(scheme: .ldaps, host: record.target)
            }
        }
    }

    private var isActiveDirectory: Bool { schema.objectID.encoding == .activeDirectoryGUID }
}

extension String {
    /// Whether a host's name is that of a domain or ends in it.
    fileprivate func isInDomain(_ domain: String) -> Bool {
        let (host, domain) = (asciiLowercased, domain.asciiLowercased)
        return host == domain || host.hasSuffix("." + domain)
    }
}
