public import DirectoryModel

/// The mail domains that accounts may have addresses in (requirement ZI6).
public struct ClaimedDomains: Sendable, Hashable {
    /// The domains; empty means that every domain is accepted.
    public var domains: Set<MailDomain>

    /// Makes a list of claimed domains; an empty one accepts every domain.
    public init(_ domains: some Sequence<MailDomain> = []) { self.domains = Set(domains) }

    /// Whether an account may have the address.
    ///
    /// Subdomains must be claimed by themselves.
    public func contains(_ address: MailAddress) -> Bool {
        domains.isEmpty || domains.contains(address.domain)
    }
}
