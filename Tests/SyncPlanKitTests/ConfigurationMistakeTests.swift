import DirectoryModel
import Foundation
import SyncPlanKit
import TestSupport
import Testing

/// Every mistake in a configuration is told with its line, its place, and what to do.
@Suite struct ConfigurationMistakeTests {
    /// A configuration, and the message without the file's path in front.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let message: String

        init(_ description: String, _ text: String, _ message: String) {
            testDescription = description
            self.text = text
            self.message = message
        }

        /// A mistake in the section `source.ldap`, which otherwise has what it needs.
        ///
        /// The lines begin with line 6.
        static func ldap(_ description: String, _ lines: String, _ message: String) -> Case {
            let text = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
            return Case(
                description,
                "provider: { mailbox-database: { path: mail.db } }\nsource:\n  ldap:\n    url: ldaps://dc1\n"
                    + "    preset: generic\n\(text)", message)
        }

        /// A mistake in the section `provider.scim`, which is on line 2.
        static func scim(_ description: String, _ keys: String, _ message: String) -> Case {
            Case(description, "source: { ldif: { path: a } }\nprovider: { scim: { \(keys) } }\n", message)
        }

        /// A mistake after the source and the provider.
        ///
        /// The lines begin with line 3.
        static func rules(_ description: String, _ lines: String, _ message: String) -> Case {
            Case(
                description,
                "source: { ldif: { path: directory.ldif } }\nprovider: { mailbox-database: { path: mail.db } }\n\(lines)\n",
                message)
        }
    }

    static let cases: [Case] = [
        // The file as a whole.
        Case("empty", "", " The file is empty. `sync-plan init` writes one to begin with."),
        Case("only comments", "# nothing\n\n", " The file is empty. `sync-plan init` writes one to begin with."),
        Case("a list", "- a\n- b\n", "1: expected keys with values (`key: value`)."),
        Case("a text", "hello\n", "1: expected keys with values (`key: value`)."),
        Case(
            "no YAML: tab", "source:\n\tldif: x\n", "2: this is not YAML: found character that cannot start any token."),
        Case("no YAML: bracket", "domains: [a\nsource: b\n", "2: this is not YAML: did not find expected ',' or ']'."),
        .rules(
            "a time limit without a unit", "run: { time-limit: 25 }",
            "3: run.time-limit: \"25\" is not a time such as 25 min."),
        .rules("nobody to mail to", "notify: { mail: { from: a@b.example } }", "3: notify.mail: \"to\" is missing."),
        .rules(
            "an address that would be a header",
            "notify: { mail: { to: \"a@b.example\\nBcc: c@d.example\", from: a@b.example } }",
            "3: notify.mail.to: \"a@b.example\nBcc: c@d.example\" is not a mail address in ASCII."),
        .rules(
            "a webhook without an address", "notify: { webhook: {} }",
            "3: notify.webhook: \"url-file\" or \"url\" is missing."),
        .rules(
            "metrics that nobody collects", "metrics: { file: staff.txt }",
            "3: metrics.file: the file's name should end in .prom."),
        Case(
            "duplicate key", "domains: []\nsource: {}\ndomains: []\n",
            "1: the key \"domains\" is there more than once. Keep one of them."),
        Case(
            "duplicate key further in", "source:\n  ldif:\n    path: a\n    path: b\n",
            "3: the key \"path\" is there more than once. Keep one of them."),

        // Sections.
        Case("no source", "provider: { mailbox-database: { path: mail.db } }\n", "1: \"source\" is missing."),
        Case("no provider", "source: { ldif: { path: a.ldif } }\n", "1: \"provider\" is missing."),
        Case(
            "empty source", "source:\nprovider: { mailbox-database: { path: mail.db } }\n",
            "1: source: expected keys with values (`key: value`)."),
        .rules("unknown section", "limit: {}", "3: limit: there is no such key. Did you mean \"limits\"?"),
        .rules(
            "unknown section far from any", "frobnicate: 1",
            "3: frobnicate: there is no such key. Known here: apply, authentication, backend, domains, entitlements, "
                + "groups, lifecycle, limits, metrics, notify, people, protected, provider, run, settings, source, state."
        ),
        Case(
            "two sources", "source:\n  ldif: { path: a }\n  ldap: { url: ldaps://a, base: dc=a }\nprovider: {}\n",
            "2: source.ldif: there is one source: either `ldap` or `ldif`."),
        Case("no kind of source", "source: {}\nprovider: {}\n", "1: source: \"ldap\" or \"ldif\" is missing."),
        Case(
            "unknown source", "source: { ldpa: {} }\nprovider: {}\n",
            "1: source.ldpa: there is no such key. Did you mean \"ldap\"?"),
        Case(
            "no kind of provider", "source: { ldif: { path: a } }\nprovider: {}\n",
            "2: provider: \"mailbox-database\" or \"scim\" is missing."),
        .scim("no url", "token-file: t", "2: provider.scim: \"url\" is missing."),
        .scim("no token", "url: https://a", "2: provider.scim: \"token-file\" or \"token\" or \"oauth\" is missing."),
        .scim(
            "two tokens", "url: https://a, token: '', token-file: f",
            "2: provider.scim.token: there is a `token-file` too: keep one of them."),
        .scim(
            "a token and a client",
            "url: https://a, token-file: t, oauth: { token-url: b, client-id: c, client-secret-file: d }",
            "2: provider.scim.oauth: there is a token too: keep one of them."),
        .scim(
            "no such profile", "url: https://a, token-file: t, profile: okta",
            "2: provider.scim.profile: \"okta\" is not one of rfc, entra-legacy, cleanmail, zivver."),
        .scim(
            "groups where there are none", "url: https://a, token-file: t, profile: cleanmail, groups: group",
            "2: provider.scim.groups: the profile cleanmail has no groups."),
        .scim(
            "no such field", "url: https://a, token-file: t, without: [alias]",
            "2: provider.scim.without.0: \"alias\" is not a field such as aliases, name or mobile."),
        Case("no path", "source: { ldif: {} }\nprovider: {}\n", "1: source.ldif: \"path\" is missing."),

        // The server.
        .ldap("no base", "start-tls: false", "3: source.ldap: \"base\" is missing."),
        .ldap(
            "malformed base", "base: corp.example",
            "6: source.ldap.base: \"corp.example\" is no distinguished name: there is no = after the attribute type "
                + "(a comma in a value is written \\,) (at byte 4)"),
        .ldap(
            "unknown preset", "base: dc=a\npresset: generic",
            "7: source.ldap.presset: there is no such key. Did you mean \"preset\"?"),
        .ldap("list for a text", "base: dc=a\nca-file: [a]", "7: source.ldap.ca-file: expected a single value."),
        .ldap(
            "mapping for a list", "base: { a: b }",
            "6: source.ldap.base: expected a list (lines that begin with `- `, or [a, b])."),
        .ldap(
            "malformed second base", "base: [dc=a, b]",
            "6: source.ldap.base.1: \"b\" is no distinguished name: there is no = after the attribute type "
                + "(a comma in a value is written \\,) (at byte 1)"),
        .ldap(
            "two ways to the server", "base: dc=a\ndomain: a.example",
            "7: source.ldap.domain: there is a `url` too: keep one of them."),
        .ldap("text for a flag", "base: dc=a\nstart-tls: maybe", "7: source.ldap.start-tls: expected true or false."),
        .ldap("text for a number", "base: dc=a\npage-size: many", "7: source.ldap.page-size: expected a whole number."),
        .ldap(
            "page of nothing", "base: dc=a\npage-size: 0",
            "7: source.ldap.page-size: a page has 1 to 100000 entries; servers mostly allow 1000."),
        .ldap(
            "page too large", "base: dc=a\npage-size: 100001",
            "7: source.ldap.page-size: a page has 1 to 100000 entries; servers mostly allow 1000."),
        .ldap(
            "fraction of a page", "base: dc=a\npage-size: 10.5", "7: source.ldap.page-size: expected a whole number."),
        .ldap(
            "scope that is none", "base: dc=a\nscope: subtree",
            "7: source.ldap.scope: \"subtree\" is not one of sub, one, base."),
        .ldap(
            "bad word", "base: dc=a\ntls-verify: sometimes",
            "7: source.ldap.tls-verify: \"sometimes\" is not `always` or `never`."),
        .ldap(
            "time without unit", "base: dc=a\ntimeouts: { read: 10 }",
            "7: source.ldap.timeouts.read: \"10\" is not a time such as 10 s or 5 min."),
        .ldap(
            "time that never passes", "base: dc=a\ntimeouts:\n  connect: 0 s",
            "8: source.ldap.timeouts.connect: \"0 s\" is not a time such as 10 s or 5 min."),
        .ldap(
            "time in weeks", "base: dc=a\ntimeouts:\n  operation: 2 weeks",
            "8: source.ldap.timeouts.operation: \"2 weeks\" is not a time such as 10 s or 5 min."),
        .ldap(
            "unknown time", "base: dc=a\ntimeouts:\n  total: 2 s",
            "8: source.ldap.timeouts.total: there is no such key. Known here: connect, operation, read."),
        .ldap(
            "no password", "base: dc=a\nbind: { name: svc }",
            "7: source.ldap.bind: \"password-file\" or \"password\" is missing."),
        .ldap(
            "two passwords", "base: dc=a\nbind:\n  name: svc\n  password: ${SECRET}\n  password-file: x",
            "9: source.ldap.bind.password: there is a `password-file` too: keep one of them."),
        .ldap("no name", "base: dc=a\nbind: { password: \"${SECRET}\" }", "7: source.ldap.bind: \"name\" is missing."),
        .ldap(
            "variable not set", "base: dc=a\nbind:\n  name: svc\n  password: ${NOT_SET}",
            "9: source.ldap.bind.password: the environment variable NOT_SET is not set."),
        .ldap(
            "variable without quotation marks", "base: dc=a\nbind: { name: svc, password: ${SECRET} }",
            "7: this is not YAML: did not find expected ',' or '}'. Between { and }, write \"${NAME}\" with its quotation "
                + "marks."),
        .ldap("variable not closed", "base: \"dc=${SECRET\"", "6: source.ldap.base: there is a ${ without its }."),

        // The rules.
        .rules(
            "domain with an address", "domains:\n  - corp.example\n  - ana@corp.example",
            "5: domains.1: ana@corp.example: @ in the domain (at byte 3)"),
        .rules(
            "one domain for a list", "domains: corp.example",
            "3: domains: expected a list (lines that begin with `- `, or [a, b])."),
        .rules(
            "too much at once", "apply: { concurrency: 1000 }",
            "3: apply.concurrency: 1 to 256 operations are under way at once."),
        .rules(
            "time without a unit", "apply: { time-limit: \"30\" }",
            "3: apply.time-limit: \"30\" is not a time such as 30 min."),
        .rules(
            "negative number of failures", "apply: { max-failures: -1 }",
            "3: apply.max-failures: a number of operations is 0 or more."),
        .rules(
            "no time to keep runs for", "apply: { history: ever }",
            "3: apply.history: \"ever\" is not a time such as 400 d."),
        .rules("age of a plan", "apply: { max-age: a day }", "3: apply.max-age: \"a day\" is not a time such as 24 h."),
        .rules("protected domain", "protected: [corp.example]", "3: protected.0: corp.example: no @ (at byte 12)"),
        .rules(
            "protected pattern", "protected: [a@corp.example, '*']",
            "3: protected.1: \"*\" is not a pattern such as *@admin.example or postmaster@*."),
        .rules(
            "unknown setting", "settings:\n  dry-runs: true",
            "4: settings.dry-runs: there is no such key. Did you mean \"dry-run\"?"),
        .rules(
            "setting that is no switch", "settings:\n  no-create: 2", "4: settings.no-create: expected true or false."),
        .rules(
            "group without its key", "people:\n  include:\n    - Staff",
            "5: people.include.0: expected keys with values (`key: value`)."),
        .rules(
            "misspelled group", "people:\n  include:\n    - gruop: Staff",
            "5: people.include.0.gruop: there is no such key. Did you mean \"group\"?"),
        .rules(
            "rule without a condition", "people:\n  include:\n    - {}",
            "5: people.include.0: \"group\" or \"ou\" or \"where\" is missing."),
        .rules(
            "nested without a group", "people:\n  include:\n    - nested: true",
            "5: people.include.0.nested: this says how `group` is meant, which is missing."),
        .rules(
            "a first password that is no way of having one", "people:\n  account:\n    first-password: secret",
            "5: people.account.first-password: \"secret\" is not none or generate."),
        .rules(
            "enabled: false", "people:\n  exclude:\n    - enabled: false",
            "5: people.exclude.0.enabled: only `true` makes sense here; use `exclude` for the opposite."),
        .rules(
            "test that is none", "people:\n  include:\n    - where: { title: {} }",
            "5: people.include.0.where.title: \"matches\" or \"begins-with\" or \"present\" is missing."),
        .rules(
            "two tests in one", "people:\n  include:\n    - where:\n        title: { present: true, begins-with: a }",
            "6: people.include.0.where.title.present: there is another test beside it: keep one of them."),
        .rules(
            "misspelled test", "people:\n  include:\n    - where: { title: { match: a } }",
            "5: people.include.0.where.title.match: there is no such key. Did you mean \"matches\"?"),
        .rules(
            "unit that is no name", "people:\n  include:\n    - ou: Staff",
            "5: people.include.0.ou: \"Staff\" is no distinguished name: there is no = after the attribute type "
                + "(a comma in a value is written \\,) (at byte 5)"),
        .rules(
            "misspelled field", "people:\n  account: { naem: cn }",
            "4: people.account.naem: there is no such key. Did you mean \"name\"?"),
        .rules(
            "template not closed", "people:\n  account: { name: \"{givenName\" }",
            "4: people.account.name: \"{givenName\" is neither an attribute nor a template such as \"{givenName} {sn}\": there is a { without its }."
        ),
        .rules(
            "function that is none", "people:\n  account: { mobile: { from: mobile, formt: e164 } }",
            "4: people.account.mobile.formt: there is no such key. Did you mean \"format\"?"),
        .rules(
            "function without a source", "people:\n  account: { mobile: { format: e164 } }",
            "4: people.account.mobile: \"from\" is missing."),
        .rules(
            "format that is none", "people:\n  account: { mobile: { from: mobile, format: e163 } }",
            "4: people.account.mobile.format: \"e163\" is not e164."),
        .rules(
            "country without a format", "people:\n  account: { mobile: { from: mobile, country: \"49\" } }",
            "4: people.account.mobile.country: this says how `format: e164` is meant, which is missing."),
        .rules(
            "joining several attributes", "people:\n  account: { name: { from: [cn, sn], join: \" \" } }",
            "4: people.account.name.join: the values of one attribute can be joined, not those of several."),
        .rules(
            "template in from", "people:\n  account: { name: { from: \"{sn\" } }",
            "4: people.account.name.from: \"{sn\" is neither an attribute nor a template such as \"{givenName} {sn}\": there is a { without its }."
        ),
        .rules(
            "size without unit", "entitlements:\n  quota:\n    - { group: Staff, value: 5 }",
            "5: entitlements.quota.0.value: \"5\" is not an amount such as 5 GB or 512 MiB."),
        .rules(
            "negative size", "entitlements:\n  quota:\n    - { group: Staff, value: -5 GB }",
            "5: entitlements.quota.0.value: \"-5 GB\" is not an amount such as 5 GB or 512 MiB."),
        .rules(
            "size beyond all", "entitlements:\n  quota:\n    - { group: Staff, value: 99999999 TB }",
            "5: entitlements.quota.0.value: \"99999999 TB\" is not an amount such as 5 GB or 512 MiB."),
        .rules(
            "no size", "entitlements:\n  quota:\n    - group: Staff", "5: entitlements.quota.0: \"value\" is missing."),
        .rules(
            "bad action", "lifecycle: { missing: remove }",
            "3: lifecycle.missing: \"remove\" is not suspend, delete or leave, nor `{ suspend: now, delete: after 30 days }`."
        ),
        .rules(
            "bad percentage", "limits:\n  suspend: { percent: 120 }",
            "4: limits.suspend.percent: a percentage is 0 to 100."),
        .rules(
            "bad percentage in a list", "limits:\n  suspend:\n    - { count: 1 }\n    - { percent: 120 }",
            "6: limits.suspend.1.percent: a percentage is 0 to 100."),
        .rules(
            "bad part", "limits:\n  suspend: { count: 1, per: company }",
            "4: limits.suspend.per: \"company\" is not plan, domain or quota."),
        .rules(
            "members per domain", "limits:\n  members: { count: 1, per: domain }",
            "4: limits.members.per: there is no such key. Did you mean \"percent\"?"),
        .rules("shrink without a percentage", "limits:\n  shrink: {}", "4: limits.shrink: \"percent\" is missing."),
        .rules(
            "shrink beyond all", "limits:\n  shrink: { percent: 200 }",
            "4: limits.shrink.percent: a percentage is 0 to 100."),
        .rules(
            "groups that are no list", "limits:\n  privileged: { groups: Admins }",
            "4: limits.privileged.groups: expected a list (lines that begin with `- `, or [a, b])."),
        .rules("negative limit", "limits:\n  delete: { count: -1 }", "4: limits.delete.count: a count is 0 or more."),
        .rules("empty limit", "limits:\n  delete: {}", "4: limits.delete: \"count\" or \"percent\" is missing."),
        .rules(
            "negative base", "limits:\n  minimum-base: -1",
            "4: limits.minimum-base: the number of accounts is 0 or more."),
        .rules(
            "bad hold", "limits:\n  incomplete: nothing",
            "4: limits.incomplete: \"nothing\" is not everything or destructive."),
        .rules(
            "a percentage that is none", "limits:\n  delete: { percent: .nan }",
            "4: limits.delete.percent: a percentage is 0 to 100."),
    ]

    @Test(arguments: cases) func isToldWithItsPlace(_ mistake: Case) throws {
        let folder = try ConfigurationFolder()
        let path = try folder.write(mistake.text)
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationFile(path: path, environment: ["SECRET": "x"]).load()
        }
        let message = try #require(error).description
        #expect(message == path + ":" + mistake.message, "\(message)")
        #expect(error?.file == path)
    }

    @Test func theFileItself() throws {
        let folder = try ConfigurationFolder()
        let missing = #expect(throws: ConfigurationError.self) {
            try ConfigurationFile(path: folder.path("none")).load()
        }
        #expect(
            missing?.description.hasPrefix("\(folder.path("none")): The configuration cannot be read: ") == true
                && missing?.description.hasSuffix(". `sync-plan init` writes one to begin with.") == true)
        try Data([0x61, 0x3A, 0x20, 0xFF]).write(to: URL(fileURLWithPath: folder.path("latin1")))
        let latin = #expect(throws: ConfigurationError.self) {
            try ConfigurationFile(path: folder.path("latin1")).load()
        }
        #expect(latin?.description == "\(folder.path("latin1")): The configuration is not UTF-8 text.")
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644]) func aSecretThatOthersCanReadIsRefused(_ mode: Int) throws {
        let folder = try ConfigurationFolder()
        let text = """
            source:
              ldap:
                url: ldaps://dc1
                base: dc=a
                bind: { name: svc, password: in-the-open }
            provider: { mailbox-database: { path: mail.db } }
            """
        let path = try folder.write(text, mode: mode)
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile(path: path).load() }
        #expect(
            error?.description
                == "\(path):5: source.ldap.bind.password: there is a secret in this file, and others can read it. "
                + "Run `chmod 600 \(path)`, or keep the secret elsewhere: `password-file: …` or `password: ${NAME}`.")
        #expect(error?.description.contains("in-the-open") == false)
        #expect(throws: Never.self) { try ConfigurationFile(path: folder.write(text, mode: 0o600)).load() }
        // Without a secret in it, anybody may read the file.
        let harmless = try folder.write(text.replacingOccurrences(of: "in-the-open", with: "\"${SECRET}\""), mode: mode)
        #expect(throws: Never.self) { try ConfigurationFile(path: harmless, environment: ["SECRET": "x"]).load() }
    }

    @Test func filesWithSecrets() throws {
        let folder = try ConfigurationFolder()
        let path = try folder.write("hunter2\n", named: "ldap.secret", mode: 0o600)
        #expect(try SecretFile.read(path).revealed == "hunter2")
        _ = try folder.write(" with spaces \r\n\n", named: "ldap.secret", mode: 0o400)
        #expect(try SecretFile.read(path).revealed == " with spaces ")
        let cases: [(text: String, mode: Int, message: String)] = [
            ("hunter2\n", 0o640, "Others can read this secret. Run `chmod 600 \(path)`."),
            ("hunter2\n", 0o604, "Others can read this secret. Run `chmod 600 \(path)`."),
            ("", 0o600, "The file with the secret is empty."), ("\n\n", 0o600, "The file with the secret is empty."),
        ]
        for (text, mode, message) in cases {
            _ = try folder.write(text, named: "ldap.secret", mode: mode)
            let error = #expect(throws: ConfigurationError.self) { try SecretFile.read(path) }
            #expect(error?.description == "\(path): \(message)")
        }
        let missing = #expect(throws: ConfigurationError.self) { try SecretFile.read(folder.path("none")) }
        #expect(
            missing?.description
                == "\(folder.path("none")): The file with the secret cannot be read. Check the path and its rights.")
    }
}

/// A private folder for configurations.
final class ConfigurationFolder: Sendable {
    let folder: URL

    init() throws { folder = try temporaryFolder("configuration") }
    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Writes a file and answers its path.
    func write(_ text: String, named name: String = "sync-plan.yaml", mode: Int = 0o644) throws -> String {
        try? FileManager.default.removeItem(atPath: path(name))
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
        return path(name)
    }
}
