internal import DirectoryModel
internal import FileSource
internal import LDAPSource
internal import MailboxDatabase
internal import ProviderClient
public import ReconcileEngine
internal import SCIMProvider

/// What a configuration is made into: the parts that a run is composed of.
extension Configuration {
    /// The source that the configuration names.
    ///
    /// - Throws: ``ConfigurationError`` where the address makes no sense or the password cannot be read.
    func makeReader() throws(ConfigurationError) -> any DirectoryReader {
        switch source {
        case .ldif(let ldif): return LDIFFile(path: resolve(ldif.path), schema: ldif.schema)
        case .ldap(let ldap):
            let directory = LDAPDirectory(try makeLDAPConfiguration(ldap))
            guard let incremental = ldap.incremental else { return directory }
            return RecordedDirectory(
                directory, schema: ldap.schema, path: incremental.record.map(resolve) ?? besideState("\(name).record"),
                request: reconciler.readRequest, fullReadEvery: incremental.fullReadEvery)
        }
    }

    private func makeLDAPConfiguration(
        _ ldap: LDAPSourceConfiguration
    ) throws(ConfigurationError) -> LDAPConfiguration {
        var urls: [LDAPURL] = []
        for text in ldap.urls {
            do { urls.append(try LDAPURL(text)) } catch {
                throw ConfigurationError(path: "source.ldap.url", error.message)
            }
        }
        var bind = BindIdentity.anonymous
        if let who = ldap.bind {
            if who.method == .external {
                bind = .external
            } else if who.method == .gssapi {
                bind = .gssapi
            } else if let password = who.password {
                bind = .simple(name: who.name, password: password)
            } else if let file = who.passwordFile {
                bind = .simple(name: who.name, password: try SecretFile.read(resolve(file)))
            }
        }
        return LDAPConfiguration(
            ldap.domain.map { .domain($0) } ?? .urls(urls), startTLS: ldap.startTLS, caFile: ldap.caFile.map(resolve),
            caFolder: ldap.caFolder.map(resolve),
            clientCertificate: ldap.clientCertificate.map {
                ClientCertificate(certificate: resolve($0.certificate), key: resolve($0.key))
            },
            minimumTLS: ldap.minimumTLS,
            tlsVerification: ldap.verifiesTLS ? .full : .never, allowsPlainText: ldap.allowsPlainText, bind: bind,
            bases: ldap.bases, scope: ldap.scope, schema: ldap.schema, peopleFilter: ldap.peopleFilter,
            groupsFilter: ldap.groupsFilter,
            pageSize: ldap.pageSize, changeTracking: ldap.incremental?.method ?? .automatic,
            timeouts: LDAPTimeouts(
                connect: ldap.connectTimeout, operation: ldap.operationTimeout, read: ldap.readTimeout))
    }

    /// The provider that the configuration names.
    ///
    /// - Throws: ``ConfigurationError`` where an address makes no sense or a secret cannot be read.
    func makeProvider() throws(ConfigurationError) -> any AccountProvider {
        switch provider {
        case .mailboxDatabase(let path): return MailboxProvider(path: resolve(path))
        case .scim(let scim):
            let configuration = try scim.configuration(resolve: resolve)
            do { return try SCIMAccountProvider(configuration) } catch {
                throw ConfigurationError(path: "provider.scim", error.message)
            }
        }
    }

    /// The rules that the configuration makes.
    public var reconciler: Reconciler {
        Reconciler(
            scope: people.scope, mapping: people.account.mapping(for: source.schema), activity: people.activity,
            matching: people.matching, entitlements: entitlements, entitlementChoice: entitlementChoice, groups: groups,
            functionalUsers: people.functional, convertsKinds: convertsKinds, domains: ClaimedDomains(domains),
            lifecycle: lifecycle, management: management, switches: switches, groupSwitches: groupSwitches,
            rails: limits.rails(protecting: protected))
    }

    /// The path of the file in which first passwords are handed over, beside the state database.
    public var passwordsPath: String { besideState("\(name).passwords") }

    /// The path of the file in which runs that nobody watches remember what people were told.
    var incidentPath: String { besideState("\(name).incident") }

    private func besideState(_ file: String) -> String {
        let folder = statePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return "\(folder)/\(file)"
    }

    /// The path of the state database.
    ///
    /// Profiles beside each other have one each, and so can run side by side.
    public var statePath: String { resolve(state ?? "\(name).state") }
}
