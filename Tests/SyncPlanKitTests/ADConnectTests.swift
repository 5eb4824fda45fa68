import DirectoryModel
import Foundation
import LDAPSource
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// ad-connect's own file is understood as it is.
@Suite struct ADConnectTests {
    /// The example of ad-connect's documentation, to the letter.
    static let example = """
        settings:
          dry-run: true
          no-update: false
          no-create: false
          no-delete: false
          delete-disables: true
          no-update-provider-mismatch: true
          create-as-disabled: false

        backend:
          ldap:
            addr: ldap://your-ldap-server.local
            bind_dn: cn=readonly,dc=lg,dc=local
            bind_password: readonly
            base_dn: dc=lg,dc=local
            scope: sub

            sync:
              page_size: 20
              filter: (objectClass=inetOrgPerson)

            authentication:
              username_attribute: mail
              username_filter_template: (&(objectClass=inetOrgPerson)(mail=%s))
              timeout: 5

        """

    /// What it does not say.
    static let provider = "provider: { mailbox-database: { path: mail.db } }\n"

    static func load(_ text: String, mode: Int = 0o600, environment: [String: String] = [:]) throws -> Configuration {
        let folder = try ConfigurationFolder()
        return try ConfigurationFile(
            path: folder.write(text, named: "adc.yaml", mode: mode), environment: environment
        ).load()
    }

    static func source(_ configuration: Configuration) throws -> LDAPSourceConfiguration {
        guard case .ldap(let ldap) = configuration.source else { throw ConfigurationError("no LDAP") }
        return ldap
    }

    @Test("KO1, KO3, KO7: the documented example") func documentedExample() throws {
        let configuration = try Self.load(Self.example + Self.provider)
        #expect(configuration.switches == [.dryRun, .deleteDisables, .noUpdateProviderMismatch])
        #expect(configuration.reconciler.switches == configuration.switches)
        #expect(configuration.lifecycle == Lifecycle(disabled: .suspend, outOfScope: .suspend, missing: .delete))
        #expect(configuration.name == "adc")
        let ldap = try Self.source(configuration)
        #expect(ldap.urls == ["ldap://your-ldap-server.local"])
        #expect(ldap.bind?.name == "cn=readonly,dc=lg,dc=local")
        #expect(ldap.bind?.password?.revealed == "readonly")
        #expect(ldap.bases.map(\.text) == ["dc=lg,dc=local"])
        #expect(ldap.scope == .subtree)
        #expect(ldap.pageSize == 20)
        #expect(ldap.peopleFilter == "(objectClass=inetOrgPerson)")
        #expect(ldap.schema.name == "inet-org-person")
        #expect(!ldap.startTLS && !ldap.allowsPlainText && ldap.verifiesTLS)
        let authentication = try #require(configuration.authentication)
        #expect(authentication.userName == "mail")
        #expect(authentication.filter?.filter == "(&(objectClass=inetOrgPerson)(mail=%s))")
        #expect(authentication.timeout == .seconds(5))
    }

    @Test func theLeastThatMakesSense() throws {
        let configuration = try Self.load(
            "backend: { ldap: { addr: \"ldaps://dc1:3636\", base_dn: dc=a } }\n" + Self.provider, mode: 0o644)
        let ldap = try Self.source(configuration)
        #expect(
            ldap.urls == ["ldaps://dc1:3636"] && ldap.bind == nil && ldap.pageSize == 1000 && ldap.peopleFilter == nil)
        #expect(ldap.schema.name == "generic")
        #expect(configuration.switches == [] && configuration.authentication == nil)
    }

    @Test("our own sections and keys may stand beside ad-connect's") func ownSections() throws {
        let text = Self.example.replacingOccurrences(
            of: "    scope: sub\n",
            with:
                "    scope: one\n    start-tls: true\n    ca-file: ca.pem\n    allow-plain-text: true\n    preset: generic\n"
        )
        let configuration = try Self.load(
            text + Self.provider + "domains: [lg.local]\nlifecycle: { missing: leave }\n")
        let ldap = try Self.source(configuration)
        #expect(ldap.scope == .oneLevel && ldap.startTLS && ldap.caFile == "ca.pem" && ldap.allowsPlainText)
        #expect(ldap.schema.name == "generic")
        #expect(configuration.domains.map(\.text) == ["lg.local"])
        #expect(configuration.lifecycle.missing == .leave)
    }

    @Test(arguments: [
        ("(objectClass=inetOrgPerson)", "inet-org-person"), ("(OBJECTCLASS=INETORGPERSON)", "inet-org-person"),
        ("(&(objectCategory=person)(objectClass=user))", "active-directory"),
        ("(objectClass=user)", "active-directory"),
        ("(sAMAccountName=*)", "active-directory"), ("(sAMAccountType=805306368)", "active-directory"),
        ("(!(userAccountControl:1.2.840.113556.1.4.803:=2))", "active-directory"), ("(objectClass=person)", "generic"),
        ("(objectClass=userAccount)", "generic"),
    ]) func theFilterTellsTheDirectory(_ filter: String, _ preset: String) throws {
        let text = "backend: { ldap: { addr: ldaps://a, base_dn: dc=a, sync: { filter: \"\(filter)\" } } }\n"
        #expect(try Self.source(Self.load(text + Self.provider)).schema.name == preset)
    }

    @Test("where the filter does not tell, the one for signing in does") func theSecondFilter() throws {
        let text = """
            backend:
              ldap:
                addr: ldaps://a
                base_dn: dc=a
                sync: { filter: (mail=*) }
                authentication: { username_attribute: uid, username_filter_template: (sAMAccountName=%s) }
            """
        let configuration = try Self.load("\(text)\n" + Self.provider)
        #expect(try Self.source(configuration).schema.name == "active-directory")
        #expect(configuration.authentication?.timeout == .seconds(5))
    }

    /// The text to put in place of another one in the example, and what is said of it.
    static let mistakes: [(old: String, new: String, message: String)] = [
        ("base_dn", "base_nd", "15: backend.ldap.base_nd: there is no such key. Did you mean \"base_dn\"?"),
        ("dry-run", "dryrun", "2: settings.dryrun: there is no such key. Did you mean \"dry-run\"?"),
        ("dry-run: true", "dry-run: 7", "2: settings.dry-run: expected true or false."),
        (
            "page_size", "page-size",
            "19: backend.ldap.sync.page-size: there is no such key. Did you mean \"page_size\"?"
        ),
        (
            "page_size: 20", "page_size: 0",
            "19: backend.ldap.sync.page_size: a page has 1 to 100000 entries; servers mostly allow 1000."
        ),
        ("scope: sub", "scope: tree", "16: backend.ldap.scope: \"tree\" is not one of sub, one, base."),
        (
            "addr: ldap://your", "addr: your",
            "12: backend.ldap.addr: \"your-ldap-server.local\" is no URL of a directory server: write "
                + "\"ldaps://your-ldap-server.local\"."
        ),
        ("    addr: ldap://your-ldap-server.local\n", "", "11: backend.ldap: \"addr\" is missing."),
        ("    base_dn: dc=lg,dc=local\n", "", "11: backend.ldap: \"base_dn\" is missing."),
        ("    bind_password: readonly\n", "", "11: backend.ldap: \"bind_password\" is missing."),
        ("    bind_dn: cn=readonly,dc=lg,dc=local\n", "", "11: backend.ldap: \"bind_dn\" is missing."),
        (
            "base_dn: dc=lg", "base_dn: lg",
            "15: backend.ldap.base_dn: \"lg,dc=local\" is no distinguished name: there is no = after the attribute type "
                + "(a comma in a value is written \\,) (at byte 2)"
        ),
        (
            "(mail=%s))", "(mail=*))",
            "24: backend.ldap.authentication.username_filter_template: %s stands where the user's name goes, exactly once, "
                + "as in \"(mail=%s)\"."
        ),
        (
            "(mail=%s))", "(|(mail=%s)(uid=%s)))",
            "24: backend.ldap.authentication.username_filter_template: %s stands where the user's name goes, exactly once, "
                + "as in \"(mail=%s)\"."
        ),
        (
            "timeout: 5", "timeout: 0",
            "25: backend.ldap.authentication.timeout: the time is 1 to 3600 seconds, without a unit."
        ),
        ("timeout: 5", "timeout: 5 s", "25: backend.ldap.authentication.timeout: expected a whole number."),
        (
            "username_attribute", "username_atribute",
            "23: backend.ldap.authentication.username_atribute: there is no such key. Did you mean \"username_attribute\"?"
        ),
        (
            "settings:", "source: { ldif: { path: a } }\nsettings:",
            "11: backend: this is ad-connect's word for `source`: keep one of them."
        ),
        ("  ldap:", "  ladp:", "11: backend.ladp: there is no such key. Did you mean \"ldap\"?"),
        ("settings:", "setings:", "1: setings: there is no such key. Did you mean \"settings\"?"),
    ]

    @Test(arguments: mistakes) func mistakesAreToldWithTheirPlace(old: String, new: String, message: String) throws {
        try #require(Self.example.contains(old))
        let text = Self.example.replacingOccurrences(of: old, with: new) + Self.provider
        let error = #expect(throws: ConfigurationError.self) { try Self.load(text) }
        #expect(error?.description.hasSuffix("/adc.yaml:" + message) == true, "\(error?.description ?? "")")
    }

    @Test func whereTheAccountsAreHasToBeAdded() throws {
        let error = #expect(throws: ConfigurationError.self) { try Self.load(Self.example) }
        #expect(
            error?.description.hasSuffix(
                "/adc.yaml:1: \"provider\" is missing. ad-connect's file does not say where the accounts are. "
                    + "Add a line such as `provider: { mailbox-database: { path: mail.db } }`.") == true,
            "\(error?.description ?? "")")
    }

    @Test func thePasswordIsASecret() throws {
        let text = Self.example + Self.provider
        let error = #expect(throws: ConfigurationError.self) { try Self.load(text, mode: 0o640) }
        let message = try #require(error?.description)
        #expect(message.contains("adc.yaml:14: backend.ldap.bind_password: there is a secret in this file"))
        #expect(message.hasSuffix("or keep the secret elsewhere: `bind_password: ${NAME}`."))
        #expect(!message.contains("readonly"))
        let elsewhere = text.replacingOccurrences(of: "bind_password: readonly", with: "bind_password: ${ADC}")
        let configuration = try Self.load(elsewhere, mode: 0o644, environment: ["ADC": "s"])
        #expect(try Self.source(configuration).bind?.password?.revealed == "s")
    }
}
