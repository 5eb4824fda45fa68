internal import DirectoryModel

extension LDAPConfiguration {
    /// Throws for what can be told to fail, or to be unsafe, before anything is sent.
    func validate() throws(LDAPError) {
        if pageSize < 1 {
            throw LDAPError(.badConfiguration, "The page size is \(pageSize); it must be 1 or more.")
        }
        try validateServers()
        try validateBases()
        let texts =
            [
                caFile ?? "", caFolder ?? "", clientCertificate?.certificate ?? "", clientCertificate?.key ?? "",
                peopleFilter ?? "", groupsFilter ?? "",
            ]
            + bases.map(\.text)
        if texts.contains(where: { $0.utf8.contains(0) }) {
            throw LDAPError(.badConfiguration, "A setting for \(servers) has a NUL character in it.")
        }
        guard case .simple(let name, let password) = bind else { return }
        if name.isEmpty || name.utf8.contains(0) {
            throw LDAPError(.badConfiguration, "The bind name for \(servers) is empty or has a NUL character in it.")
        }
        if password.isEmpty {
            throw LDAPError(
                .invalidCredentials,
                "The password of \"\(name)\" is empty and was not sent: servers take that for an anonymous bind. "
                    + "Check the password's file or environment variable.")
        }
        guard case .urls(let urls) = servers, !allowsPlainText else { return }
        if let url = urls.first(where: { !usesTLS(to: $0) && !$0.isLocal }) {
            throw LDAPError(
                .badConfiguration,
                "\(url) would carry the password of \"\(name)\" unencrypted. Use ldaps:// or StartTLS, or allow plain text."
            )
        }
    }

    private func validateServers() throws(LDAPError) {
        switch servers {
        case .urls(let urls):
            if urls.isEmpty { throw LDAPError(.badConfiguration, "No server is named. Give a URL or a domain.") }
            for url in urls {
                if startTLS, url.scheme != .ldap {
                    throw LDAPError(
                        .badConfiguration,
                        "\(url) is not for StartTLS, which needs an ldap:// URL. Leave one of them out.")
                }
                if url.host.utf8.contains(0) {
                    throw LDAPError(.badConfiguration, "The URL \(url) has a NUL character in it.")
                }
            }
        case .domain(let domain):
            let isName = !domain.isEmpty && domain.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            if !isName {
                throw LDAPError(.badConfiguration, "\"\(domain)\" is no domain. Write it as in corp.example.")
            }
        }
    }

    /// What two searches find would be there twice.
    private func validateBases() throws(LDAPError) {
        if bases.isEmpty { throw LDAPError(.badConfiguration, "No search base is named.") }
        for (index, base) in bases.enumerated() {
            for other in bases[(index + 1)...] where base == other {
                throw LDAPError(.badConfiguration, "The search base \"\(base)\" is named twice. Keep one of them.")
            }
            for other in bases where scope == .subtree && base.isDescendant(of: other) && base != other {
                throw LDAPError(
                    .badConfiguration, "The search base \"\(base)\" lies below \"\(other)\". Leave it out.")
            }
        }
    }
}
