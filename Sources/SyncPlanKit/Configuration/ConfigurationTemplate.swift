/// The configuration that `sync-plan init` writes: complete, commented, and safe until somebody changes it.
public enum ConfigurationTemplate: String, Sendable, CaseIterable {
    /// A Microsoft Active Directory or Samba domain controller.
    case activeDirectory = "active-directory"
    /// Any directory of `inetOrgPerson`.
    case inetOrgPerson = "inet-org-person"
    /// A file of LDIF records.
    case ldif

    /// The text of the file.
    public var text: String {
        """
        # What sync-plan needs to know. Every key is explained in Documentation/Configuration.md.
        # `sync-plan check` tries it, `sync-plan plan` shows what would be done, and only `sync-plan apply` changes anything.

        \(source)
        # Where the accounts are: a database that Postfix and Dovecot read directly. It is made by the first apply.
        provider:
          mailbox-database: { path: mail.db }

        # The mail domains that accounts may have addresses in. Addresses elsewhere are left out and listed.
        domains: [corp.example]

        # Who gets an account: members of at least one of these groups. Without `include` everybody does.
        people:
          include:
            - group: Sooma_5GB
            - group: Sooma_50GB
          # account:                              # where the fields come from; this is what the preset takes
          #   address: \(address)
          #   name: \(name)                       # or a template such as "{givenName} {sn}"
          #   given-name: givenName
          #   family-name: sn
          #   mobile: mobile
          #   organizational-unit: dn             # from the place in the tree; not set without this

        # What a membership grants. The larger amount counts for members of both.
        entitlements:
          quota:
            - { group: Sooma_50GB, value: 50 GB }
            - { group: Sooma_5GB, value: 5 GB }

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

    private var source: String {
        switch self {
        case .activeDirectory:
            """
            # Where users and groups are read from.
            source:
              ldap:
                url: ldaps://dc1.corp.example         # ldap:// with `start-tls: true`, or ldapi://
                preset: active-directory
                bind:
                  name: svc-sync@corp.example         # or CORP\\svc-sync, or a distinguished name
                  password-file: ldap.secret          # readable by its owner only: chmod 600
                base: DC=corp,DC=example
                # ca-file: corp-ca.pem                # where the server's certificate is signed by your own authority
                # people-filter: (company=Corp)       # a condition besides the preset's

            """
        case .inetOrgPerson:
            """
            # Where users and groups are read from.
            source:
              ldap:
                url: ldap://ldap.corp.example
                start-tls: true
                preset: inet-org-person
                bind:
                  name: cn=sync,dc=corp,dc=example
                  password-file: ldap.secret          # readable by its owner only: chmod 600
                base: dc=corp,dc=example
                # ca-file: corp-ca.pem                # where the server's certificate is signed by your own authority

            """
        case .ldif:
            """
            # Where users and groups are read from: a file of LDIF records, as `sync-plan snapshot` or ldapsearch writes it.
            source:
              ldif: { path: directory.ldif, preset: active-directory }

            """
        }
    }

    private var address: String { self == .inetOrgPerson ? "mail" : "proxyAddresses" }
    private var name: String { self == .inetOrgPerson ? "cn" : "displayName" }
}
