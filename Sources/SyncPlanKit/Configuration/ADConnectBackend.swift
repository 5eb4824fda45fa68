internal import DirectoryModel
internal import LDAPSource

/// The section `backend` of ad-connect's file: the source in ad-connect's words (requirement KO3), and how passwords are
/// checked (requirement KO7).
///
/// What ad-connect has no word for is said with our own keys beside its own.
struct ADConnectBackend: Decodable {
    let source: LDAPSourceConfiguration
    let authentication: AuthenticationConfiguration?

    private enum Keys: String, SectionKey { case ldap }

    private enum LDAPKeys: String, SectionKey {
        case addr, scope, sync, authentication, preset
        case bindDN = "bind_dn"
        case bindPassword = "bind_password"
        case baseDN = "base_dn"
        case startTLS = "start-tls"
        case caFile = "ca-file"
        case allowPlainText = "allow-plain-text"
    }

    init(from decoder: any Decoder) throws {
        let ldap = try Section(decoder, Keys.self).required(.ldap, LDAP.self)
        (source, authentication) = (ldap.source, ldap.authentication)
    }

    private struct LDAP: Decodable {
        let source: LDAPSourceConfiguration
        let authentication: AuthenticationConfiguration?

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, LDAPKeys.self)
            authentication = try section.optional(.authentication, Authentication.self)?.configuration
            let sync = try section.optional(.sync, Sync.self)
            guard let url = try section.parsed(.addr, as: "a server's address", { try LDAPURL($0) }) else {
                throw section.missing(.addr)
            }
            var source = LDAPSourceConfiguration(
                url: url.description, base: try section.base(.baseDN),
                schema: try section.schema(.preset) ?? .fitting(sync?.filter, authentication?.filter?.filter))
            source.bind = try Self.bind(section)
            source.scope = try section.searchScope(.scope) ?? source.scope
            source.startTLS = try section.optional(.startTLS) ?? source.startTLS
            source.caFile = try section.optional(.caFile)
            source.allowsPlainText = try section.optional(.allowPlainText) ?? source.allowsPlainText
            source.pageSize = sync?.pageSize ?? source.pageSize
            source.peopleFilter = sync?.filter
            self.source = source
        }

        private static func bind(_ section: Section<LDAPKeys>) throws -> LDAPSourceConfiguration.Bind? {
            switch (
                try section.optional(.bindDN, String.self), try section.optional(.bindPassword, String.self)
            ) {
            case (nil, nil): return nil
            case (let name?, let password?): return LDAPSourceConfiguration.Bind(name: name, password: Secret(password))
            case (nil, _?): throw section.missing(.bindDN)
            case (_?, nil): throw section.missing(.bindPassword)
            }
        }
    }

    private struct Authentication: Decodable {
        let configuration: AuthenticationConfiguration

        private enum Keys: String, SectionKey {
            case timeout
            case attribute = "username_attribute"
            case filter = "username_filter_template"
        }

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            let attribute = AttributeName(try section.required(.attribute))
            guard let filter = try section.lookup(.filter, attribute) else { throw section.missing(.filter) }
            let seconds = try section.optional(.timeout, Int.self) ?? 5
            guard (1...3600).contains(seconds) else {
                throw section.mistake(at: .timeout, "the time is 1 to 3600 seconds, without a unit.")
            }
            configuration = AuthenticationConfiguration(
                userName: attribute, filter: filter, timeout: .seconds(seconds))
        }
    }

    private struct Sync: Decodable {
        let pageSize: Int?
        let filter: String?

        private enum Keys: String, SectionKey {
            case filter
            case pageSize = "page_size"
        }

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            pageSize = try section.pageSize(.pageSize)
            filter = try section.optional(.filter)
        }
    }
}

extension DirectorySchema {
    /// The preset for a directory that is searched with these filters, of which the first one that tells counts.
    ///
    /// ad-connect has no presets: its filters alone say what the directory is.
    fileprivate static func fitting(_ filters: String?...) -> DirectorySchema {
        for filter in filters {
            let text = (filter ?? "").lowercased()
            if text.contains("inetorgperson") { return .inetOrgPerson }
            let signs = [
                "samaccount", "objectcategory", "objectclass=user)", "useraccountcontrol", "userprincipalname",
            ]
            if signs.contains(where: text.contains) { return .activeDirectory }
        }
        return .generic
    }
}
