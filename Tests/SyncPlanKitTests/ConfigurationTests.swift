import DirectoryModel
import Foundation
import LDAPSource
import PlanExecution
import ProviderClient
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// What configurations that make sense mean.
@Suite struct ConfigurationTests {
    private static func load(_ text: String, environment: [String: String] = [:]) throws -> Configuration {
        let folder = try ConfigurationFolder()
        return try ConfigurationFile(path: folder.write(text, mode: 0o600), environment: environment).load()
    }

    @Test(arguments: ConfigurationTemplate.Directory.allCases) func everyTemplateLoads(
        _ kind: ConfigurationTemplate.Directory
    ) throws {
        let template = ConfigurationTemplate(kind)
        let folder = try ConfigurationFolder()
        // Anybody may read it: there is no secret in it.
        let configuration = try ConfigurationFile(path: folder.write(template.text), environment: [:]).load()
        _ = try folder.write("hunter2", named: "ldap.secret", mode: 0o600)
        #expect(throws: Never.self) { try Profile(configuration: configuration) }
        #expect(configuration.reconciler.entitlements.count == 2)
        #expect(template.text.split(separator: "\n").allSatisfy { $0.count <= 120 })
        try expectGolden(template.text, "template-\(kind.rawValue).yaml")
    }

    /// What a template shows in comments is what holds without it.
    @Test(arguments: ConfigurationTemplate.Directory.allCases) func theTemplateShowsTheDefaults(
        _ kind: ConfigurationTemplate.Directory
    )
        throws
    {
        let template = ConfigurationTemplate(kind)
        let usual = try Self.load(template.text).reconciler
        var lines = template.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("  # account:") })
        let end = try #require(lines[start...].firstIndex { $0.contains("organizational-unit") })
        for index in start..<end { lines[index] = "  " + lines[index].dropFirst(4) }
        let spelled = try Self.load(lines.joined(separator: "\n")).reconciler
        let person = Made.person(
            "ana", mail: "other@corp.example", groups: ["Sooma_5GB"],
            more: ["cn": ["Ana B"], "givenName": ["Ana"], "sn": ["B"], "mobile": ["+49 1"]])
        let plans = [usual, spelled].map { Plans.plan([person], [], rules: $0) }
        #expect(plans[0].operations.count == 1 && plans[0] == plans[1])
        let bare = try #require(lines.firstIndex { $0.hasPrefix("# What becomes of the account") })
        let withoutRules = lines[..<bare].joined(separator: "\n")
        let defaults = try Self.load(withoutRules)
        #expect(defaults.lifecycle == usual.lifecycle)
        #expect(defaults.limits.actions == (try Self.load(template.text).limits.actions))
    }

    @Test func waysToTheDirectory() throws {
        func source(_ lines: String) throws -> LDAPSourceConfiguration {
            let text = "source:\n  ldap:\n" + lines.split(separator: "\n").map { "    \($0)\n" }.joined()
            let configuration = try Self.load(text + "provider: { mailbox-database: { path: mail.db } }\n")
            guard case .ldap(let ldap) = configuration.source else { throw CancellationError() }
            _ = try Profile(configuration: configuration)
            return ldap
        }
        let many = try source(
            "url: [ldaps://dc1, ldaps://dc2]\nbase: [\"OU=a,DC=b\", \"OU=c,DC=b\"]\nbind: { method: gssapi }")
        #expect(many.urls == ["ldaps://dc1", "ldaps://dc2"])
        #expect(many.bases.map(\.text) == ["OU=a,DC=b", "OU=c,DC=b"])
        #expect(many.bind?.method == .gssapi)
        let domain = try source(
            "domain: corp.example\nbase: DC=b\nca-folder: ca\nclient-certificate: c.pem\nclient-key: c.key\ntls-minimum: \"1.3\""
        )
        #expect(domain.domain == "corp.example" && domain.urls.isEmpty && domain.caFolder == "ca")
        #expect(domain.clientCertificate == ClientCertificate(certificate: "c.pem", key: "c.key"))
        #expect(domain.minimumTLS == .tls13)
    }

    @Test func theLeastThatMakesSense() throws {
        let configuration = try Self.load(
            "source: { ldif: { path: a.ldif } }\nprovider: { mailbox-database: { path: m.db } }\n")
        #expect(configuration.people.scope.include.isEmpty && configuration.people.scope.exclude.isEmpty)
        #expect(configuration.domains.isEmpty && configuration.entitlements.isEmpty && configuration.protected.isEmpty)
        #expect(configuration.lifecycle == .suspendMissing)
        #expect(configuration.source.schema.name == "active-directory")
        #expect(configuration.resolve("/abs/olute") == "/abs/olute")
        #expect(configuration.statePath == configuration.folder + "/sync-plan.state")
        #expect(configuration.digest.count == 64)
    }

    @Test(arguments: [
        ("${A}", "one"), ("x${A}y", "xoney"), ("${A}${B}", "onetwo words"), ("$A", "$A"), ("$", "$"), ("{A}", "{A}"),
        ("$${A}", "$one"), ("${E}z", "z"), ("${N}", "007"),
    ])
    func environment(_ text: String, _ expected: String) throws {
        let configuration = try Self.load(
            "source: { ldif: { path: \"\(text)\" } }\nprovider: { mailbox-database: { path: m.db } }\n",
            environment: ["A": "one", "B": "two words", "E": "", "N": "007"])
        guard case .ldif(let ldif) = configuration.source else { throw ConfigurationError("no LDIF") }
        #expect(ldif.path == expected)
    }

    /// What comes from the environment is a value, whatever is in it.
    @Test(arguments: ["}", "a: b", "# no comment", "- x", "\n", "\"", "${A}", "null", "~"])
    func theEnvironmentIsNoYAML(_ value: String) throws {
        let configuration = try Self.load(
            "source: { ldif: { path: \"${A}\" } }\nprovider: { mailbox-database: { path: m.db } }\n",
            environment: ["A": value])
        guard case .ldif(let ldif) = configuration.source else { throw ConfigurationError("no LDIF") }
        #expect(ldif.path == value)
    }

    @Test(arguments: [
        ("10 s", Duration.seconds(10)), ("10s", .seconds(10)), ("500 ms", .milliseconds(500)), ("5 min", .seconds(300)),
        ("2 h", .seconds(7200)),
    ])
    func times(_ text: String, _ expected: Duration) throws {
        let configuration = try Self.load(
            """
            source: { ldap: { url: ldaps://a, base: dc=a, timeouts: { read: \(text) } } }
            provider: { mailbox-database: { path: m.db } }
            """)
        guard case .ldap(let ldap) = configuration.source else { throw ConfigurationError("no LDAP") }
        #expect(ldap.readTimeout == expected)
        #expect(ldap.connectTimeout == .seconds(10) && ldap.operationTimeout == .seconds(60))
    }

    private static let least = "source: { ldif: { path: a.ldif } }\nprovider: { mailbox-database: { path: m.db } }\n"

    /// A SCIM service, in as many words as it can be said.
    @Test(arguments: [
        "url: https://a.example/v2/, token: t", "url: http://127.0.0.1:1/v2, token: t, profile: entra-legacy",
        "url: https://a, token: t, profile: zivver, without: [mobile, attributes], timeout: 5 s",
        "url: https://a, token: t, groups: functional",
        "url: https://a, oauth: { token-url: https://b/token, client-id: c, client-secret: d, scope: e }",
        "url: http://a.example/v2, token: t, allow-plain-text: true",
    ])
    func services(_ keys: String) throws {
        let configuration = try Self.load(
            "source: { ldif: { path: a.ldif } }\nprovider: { scim: { \(keys) } }\n")
        let name = try Profile(configuration: configuration).provider.name
        #expect(name.hasPrefix("http") && !name.hasSuffix("/"))
    }

    @Test("KO1: ad-connect's settings", arguments: Switches.named.indices) func settings(_ index: Int) throws {
        let (name, named) = Switches.named[index]
        #expect(try Self.load(Self.least + "settings: { \(name): true }").reconciler.switches == named)
        #expect(try Self.load(Self.least + "settings: { \(name): false }").reconciler.switches == [])
        #expect(try Self.load(Self.least).switches == [])
    }

    @Test func limits() throws {
        let limits = try Self.load(
            Self.least
                + """
                limits:
                  minimum-base: 7
                  create: { count: 5, per: quota }
                  adopt: { count: 6 }
                  suspend: [{ count: 20, percent: 5 }, { percent: 10, per: domain }]
                  members: { count: 3 }
                  shrink: { percent: 12.5 }
                  privileged: { admin-count: false, groups: [Domain Admins] }
                """
        ).limits
        #expect(
            limits.actions == [
                ActionLimit(.create, count: 5, per: .quota, minimumBase: 7),
                ActionLimit(.adopt, count: 6, minimumBase: 7),
                ActionLimit(.suspend, count: 20, percent: 5, minimumBase: 7),
                ActionLimit(.suspend, percent: 10, per: .domain, minimumBase: 7),
                ActionLimit(.delete, count: 10, percent: 2, minimumBase: 7),
            ])
        #expect(limits.members == MemberLimit(count: 3, minimumBase: 7))
        #expect(limits.shrink == SuddenShrink(percent: 12.5, minimumBase: 7))
        #expect(
            limits.privileged
                == PrivilegedAccounts(byAdminCount: false, groups: [MemberOf("Domain Admins", nested: true)]))
    }

    /// What a file without limits is held to is what a program is that embeds the engine.
    @Test func usualLimitsAreTheStandardOnes() throws {
        func names(_ rails: [any Rail]) -> [String] {
            rails.map { "\($0)" }.filter { !$0.contains("Protected") }.sorted()
        }
        for text in ["", "limits: {}"] {
            #expect(names(try Self.load(Self.least + text).reconciler.rails) == names(.standard))
        }
    }

    @Test func protectedAddresses() throws {
        let configuration = try Self.load(
            Self.least + "protected: [Boss@corp.example, '*@admin.example', postmaster@*]")
        #expect(
            configuration.protected.map(\.description) == ["boss@corp.example", "*@admin.example", "postmaster@*"])
    }

    @Test func anotherConfigurationHasAnotherDigest() throws {
        let text = "source: { ldif: { path: a.ldif } }\nprovider: { mailbox-database: { path: m.db } }\n"
        #expect(try Self.load(text).digest == Self.load(text).digest)
        #expect(try Self.load(text).digest != Self.load(text + "\n").digest)
    }
}
