internal import ReconcileEngine

/// The configuration that `sync-plan init` writes: complete, commented, and safe until somebody changes it.
///
/// What nobody has said stands for itself as an example: `corp.example`.
public struct ConfigurationTemplate: Sendable, Hashable {
    /// What kind of directory there is.
    public enum Directory: String, Sendable, CaseIterable {
        /// A Microsoft Active Directory or Samba domain controller.
        case activeDirectory = "active-directory"
        /// Any directory of `inetOrgPerson`.
        case inetOrgPerson = "inet-org-person"
        /// A file of LDIF records.
        case ldif
    }

    /// Where a secret is kept; never in the configuration itself.
    public enum SecretPlace: Sendable, Hashable {
        /// A file that only its owner can read.
        case file(String)
        /// A variable of the environment.
        case variable(String)
    }

    /// Where the accounts are.
    public enum Provider: Sendable, Hashable {
        /// A SQLite file that Postfix and Dovecot read.
        case mailboxDatabase(path: String)
        /// A SCIM 2.0 service, of a profile that `provider.scim.profile` knows.
        case scim(url: String, profile: String)
    }

    /// What kind of directory there is.
    public var directory: Directory
    /// The server's address, or the domain whose servers DNS names: what has no `://` in it.
    public var server: String
    /// A file with the authority of the server's certificate; nil for those of the system.
    public var caFile: String?
    /// Who signs in; nil for nobody.
    public var account: String?
    /// Where the account's password is.
    public var password = SecretPlace.file("ldap.secret")
    /// Where the search begins.
    public var base: String
    /// The path of the file of LDIF records.
    public var ldif = "directory.ldif"
    /// The mail domains; empty for any.
    public var domains = ["corp.example"]
    /// The groups whose members get an account; empty for everybody.
    public var groups = ["Sooma_5GB", "Sooma_50GB"]
    /// Where the accounts are.
    public var provider = Provider.mailboxDatabase(path: "mail.db")
    /// Where the service's token is.
    public var token = SecretPlace.file("scim.token")
    /// Where editors find the schema, as a path or an address; nil where it is nowhere.
    public var schema: String?

    /// Makes the template for a kind of directory, with examples for everything else.
    public init(_ directory: Directory = .activeDirectory) {
        self.directory = directory
        let isActiveDirectory = directory != .inetOrgPerson
        server = isActiveDirectory ? "ldaps://dc1.corp.example" : "ldap://ldap.corp.example"
        account = isActiveDirectory ? "svc-sync@corp.example" : "cn=sync,dc=corp,dc=example"
        base = isActiveDirectory ? "DC=corp,DC=example" : "dc=corp,dc=example"
    }

    /// The text of the file.
    public var text: String {
        let schemaLine = schema.map { "# yaml-language-server: $schema=\($0)\n" } ?? ""
        return schemaLine + """
            # What sync-plan needs to know. Every key is explained in Documentation/Configuration.md.
            # `sync-plan check` tries it, `sync-plan plan` shows what would be done, and only `sync-plan apply` changes anything.

            # Where users and groups are read from\(directory == .ldif ? fileOrigin : ".")
            source:
            \(source)
            \(accounts)

            # The mail domains that accounts may have addresses in. Addresses elsewhere are left out and listed.
            domains: \(list(domains))

            # Who gets an account: members of at least one of these groups. Without `include` everybody does.
            people:
            \(include)
              # account:                              # where the fields come from; this is what the preset takes
              #   address: \(address)
              #   name: \(name)                       # or a template such as "{givenName} {sn}"
              #   given-name: givenName
              #   family-name: sn
              #   mobile: mobile
              #   organizational-unit: dn             # from the place in the tree; not set without this

            \(entitlements)

            # What becomes of the account of somebody who is disabled, in no group any more, or gone: suspend, delete or leave.
            lifecycle:
              disabled: suspend
              out-of-scope: suspend
              missing: suspend

            # More than this is held back until somebody looks: a number of accounts, or a share of those that are managed.
            limits:
              suspend: { count: 20, percent: 5 }
              delete: { count: 10, percent: 2 }

            # Accounts that are never touched.
            protected: []

            """
    }

    // MARK: Parts

    private var fileOrigin: String { ": a file of LDIF records, as `sync-plan snapshot` or ldapsearch writes it." }

    private var source: String {
        if directory == .ldif { return "  ldif: { path: \(flow(ldif)), preset: active-directory }\n" }
        var lines =
            server.contains("://") ? serverLines : [remark("domain: \(scalar(server))", "DNS names its servers")]
        lines.append("preset: \(directory.rawValue)")
        lines += bindLines
        lines.append("base: \(scalar(base))")
        if let caFile {
            lines.append("ca-file: \(scalar(caFile))")
        } else {
            let advice = "where the server's certificate is signed by your own authority"
            lines.append(remark("# ca-file: corp-ca.pem", advice))
        }
        if directory == .activeDirectory {
            lines.append(remark("# people-filter: (company=Corp)", "a condition besides the preset's"))
        }
        return "  ldap:\n" + lines.map { "    \($0)\n" }.joined()
    }

    private var serverLines: [String] {
        if needsStartTLS { return ["url: \(scalar(server))", "start-tls: true"] }
        let advice = directory == .activeDirectory ? "ldap:// with `start-tls: true`, or ldapi://" : ""
        return [remark("url: \(scalar(server))", advice)]
    }

    /// Whether a password would go over a network unencrypted otherwise.
    private var needsStartTLS: Bool {
        let isLocal = ["localhost", "127.0.0.1", "[::1]"].contains { server.hasPrefix("ldap://\($0)") }
        return server.hasPrefix("ldap://") && !isLocal
    }

    private var bindLines: [String] {
        guard let account else { return [] }
        let advice = directory == .activeDirectory ? "or CORP\\svc-sync, or a distinguished name" : ""
        return ["bind:", "  " + remark("name: \(scalar(account))", advice, indented: 2)]
            + ["  " + secret("password", password, indented: 2)]
    }

    private var accounts: String {
        switch provider {
        case .mailboxDatabase(let path):
            """
            # Where the accounts are: a database that Postfix and Dovecot read directly. It is made by the first apply.
            provider:
              mailbox-database: { path: \(flow(path)) }
            """
        case .scim(let url, let profile):
            """
            # Where the accounts are: a SCIM 2.0 service.
            provider:
              scim:
                url: \(scalar(url))
                profile: \(scalar(profile))
                \(secret("token", token))
            """
        }
    }

    private var include: String {
        if groups.isEmpty { return "  include: []                           # everybody; or as in [{ group: Staff }]" }
        return "  include:\n" + groups.map { "    - group: \(scalar($0))" }.joined(separator: "\n")
    }

    private var entitlements: String {
        // Where groups are named after what they grant, the name says how much.
        let grants = groups.compactMap { group in
            group.firstMatch(of: #/(\d+) ?([MGT]B)\b/#).flatMap { match in
                ByteCount("\(match.1) \(match.2)").map {
                    (group: group, size: "\(match.1) \(match.2)", bytes: $0.bytes)
                }
            }
        }
        if grants.isEmpty {
            return """
                # What a membership grants. The largest amount counts for members of several groups.
                # entitlements:
                #   quota:
                #     - { group: Staff, value: 5 GB }
                """
        }
        let lines = grants.sorted { $0.bytes > $1.bytes }
            .map { "    - { group: \(flow($0.group)), value: \($0.size) }" }
        return """
            # What a membership grants. The larger amount counts for members of both.
            entitlements:
              quota:
            \(lines.joined(separator: "\n"))
            """
    }

    private var address: String { directory == .inetOrgPerson ? "mail" : "proxyAddresses" }
    private var name: String { directory == .inetOrgPerson ? "cn" : "displayName" }

    // MARK: YAML

    private func scalar(_ text: String) -> String { ConfigurationValue.text(text).block }

    private func flow(_ text: String) -> String { ConfigurationValue.text(text).flow }

    private func list(_ texts: [String]) -> String { ConfigurationValue.list(texts.map { .text($0) }).flow }

    private func secret(_ key: String, _ place: SecretPlace, indented: Int = 0) -> String {
        switch place {
        case .file(let path):
            remark("\(key)-file: \(scalar(path))", "readable by its owner only: chmod 600", indented: indented)
        case .variable(let name): "\(key): \"${\(name)}\""
        }
    }

    /// A line with a remark, the remarks one below the other.
    private func remark(_ line: String, _ remark: String, indented: Int = 0) -> String {
        remark.isEmpty ? line : "\(line.padded(37 - indented)) # \(remark)"
    }
}
