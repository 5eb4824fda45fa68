internal import DirectoryModel

extension LDAPConfiguration {
    /// Throws for what can be told to fail, or to be unsafe, before anything is sent.
    func validate() throws(LDAPError) {
        if pageSize < 1 {
            throw LDAPError(.badConfiguration, "The page size is \(pageSize); it must be 1 or more.")
        }
        if startTLS, url.scheme != .ldap {
            throw LDAPError(
                .badConfiguration, "\(url) is not for StartTLS, which needs an ldap:// URL. Leave one of them out.")
        }
        let texts = [url.host, base.text, caFile ?? "", peopleFilter ?? "", groupsFilter ?? ""]
        if texts.contains(where: { $0.utf8.contains(0) }) {
            throw LDAPError(.badConfiguration, "A setting for \(url) has a NUL character in it.")
        }
        guard case .simple(let name, let password) = bind else { return }
        if name.isEmpty || name.utf8.contains(0) {
            throw LDAPError(.badConfiguration, "The bind name for \(url) is empty or has a NUL character in it.")
        }
        if password.isEmpty {
            throw LDAPError(
                .invalidCredentials,
                "The password of \"\(name)\" is empty and was not sent: servers take that for an anonymous bind. "
                    + "Check the password's file or environment variable.")
        }
        if !usesTLS, !url.isLocal, !allowsPlainText {
            throw LDAPError(
                .badConfiguration,
                "\(url) would carry the password of \"\(name)\" unencrypted. Use ldaps:// or StartTLS, or allow plain text."
            )
        }
    }
}
