public import DirectoryModel
import Foundation
public import ReconcileEngine

/// Everything a run needs to know, as read from a configuration file.
///
/// `Documentation/Configuration.md` describes every key.
public struct Configuration: Sendable, Decodable {
    /// Where users and groups are read from.
    public var source: SourceConfiguration
    /// How names and passwords are checked against the directory; nil where they are not.
    public var authentication: AuthenticationConfiguration?
    /// Where the accounts are.
    public var provider: ProviderConfiguration
    /// The mail domains that accounts may have addresses in; empty accepts all.
    public var domains: [MailDomain]
    /// Who should have an account, and how its fields come from the directory.
    public var people: PeopleConfiguration
    /// What the membership of groups grants.
    public var entitlements: [Entitlement]
    /// Which of several entitlements counts.
    public var entitlementChoice: EntitlementChoice
    /// Which groups become accounts of their own.
    public var groups: [GroupRule]
    /// What becomes of accounts whose person should not have one any more.
    public var lifecycle: Lifecycle
    /// Which accounts may be taken away at all.
    public var management: Management
    /// Whether an account of another kind than it should be is turned into one of that kind.
    public var convertsKinds: Bool
    /// What a run may do at all.
    public var switches: Switches
    /// What a run may not do, besides, with functional accounts and groups.
    public var groupSwitches: Switches
    /// The safety rules.
    public var limits: LimitsConfiguration
    /// Primary addresses of accounts that are never touched, and that nobody is given.
    public var protected: [AddressPattern]
    /// How plans are carried out.
    public var apply: ApplyConfiguration
    /// How long a run that nobody watches may take, reading included; nil for no limit.
    public var runTimeLimit: Duration?
    /// Whom to tell when such a run does not end well.
    public var notify: NotifyConfiguration
    /// The file in which such runs write their metrics, as written; nil for none.
    public var metrics: String?
    /// The path of the state database as written; nil for ``name`` with `.state` in ``folder``.
    public var state: String?
    /// The folder that relative paths are relative to.
    public var folder = "."
    /// What the profile is called: the name of its file without the ending.
    public var name = "sync-plan"
    /// The SHA-256 of the file that the configuration was read from, in hexadecimal; empty where it was not.
    public var digest = ""

    private enum Keys: String, SectionKey {
        case source, backend, authentication, provider, domains, people, groups, entitlements, lifecycle, settings,
            limits, protected
        case apply, run, notify, metrics, state
    }

    private enum LifecycleKeys: String, SectionKey {
        case disabled, missing, manage, convert
        case outOfScope = "out-of-scope"
    }

    /// Reads the configuration.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        if let backend = try section.optional(.backend, ADConnectBackend.self) {
            if section.contains(.source) {
                throw section.mistake(at: .backend, "this is ad-connect's word for `source`: keep one of them.")
            }
            if !section.contains(.provider) {
                throw section.missing(
                    .provider,
                    advice: "ad-connect's file does not say where the accounts are. "
                        + "Add a line such as `provider: { mailbox-database: { path: mail.db } }`.")
            }
            source = .ldap(backend.source)
            authentication = backend.authentication
            // ad-connect deletes whoever is gone, unless its setting `delete-disables` says otherwise.
            lifecycle = Lifecycle(missing: .delete)
        } else {
            source = try section.required(.source)
            lifecycle = Lifecycle()
        }
        authentication = try section.optional(.authentication) ?? authentication
        provider = try section.required(.provider)
        domains = try section.parsedList(.domains, as: "a mail domain") { try MailDomain($0) } ?? []
        people = try section.optional(.people) ?? PeopleConfiguration()
        let entitlements = try section.optional(.entitlements, EntitlementsConfiguration.self)
        self.entitlements = entitlements?.entitlements ?? []
        entitlementChoice = entitlements?.choice ?? .largest
        let schema = source.schema
        groups = try section.optional(.groups, [GroupRuleConfiguration].self)?.map { $0.rule(for: schema) } ?? []
        let removals = try section.optional(.lifecycle, LifecycleSection.self)
        lifecycle = removals?.lifecycle ?? lifecycle
        management = removals?.management ?? .owned
        convertsKinds = removals?.convertsKinds ?? false
        let settings = try section.optional(.settings, SwitchesConfiguration.self)
        switches = settings?.switches ?? []
        groupSwitches = settings?.groupSwitches ?? []
        limits = try section.optional(.limits) ?? LimitsConfiguration()
        protected =
            try section.parsedList(.protected, as: "a pattern such as *@admin.example or postmaster@*") { text in
                text.contains("*") ? AddressPattern(text) : AddressPattern(try MailAddress(text))
            } ?? []
        apply = try section.optional(.apply) ?? ApplyConfiguration()
        runTimeLimit = try section.optional(.run, RunSection.self)?.timeLimit
        notify = try section.optional(.notify) ?? NotifyConfiguration()
        metrics = try section.optional(.metrics, MetricsSection.self)?.file
        state = try section.optional(.state)
    }

    /// A path from the configuration, made absolute by ``folder``.
    public func resolve(_ path: String) -> String {
        path.hasPrefix("/")
            ? path
            : URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).standardized.path
    }

    private struct RunSection: Decodable {
        let timeLimit: Duration?

        private enum Keys: String, SectionKey { case timeLimit = "time-limit" }

        init(from decoder: any Decoder) throws {
            timeLimit = try Section(decoder, Keys.self).parsed(.timeLimit, as: "a time such as 25 min") {
                Duration(text: $0)
            }
        }
    }

    private struct MetricsSection: Decodable {
        let file: String

        private enum Keys: String, SectionKey { case file }

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            file = try section.required(.file)
            // The collector reads no other files.
            if !file.hasSuffix(".prom") { throw section.mistake(at: .file, "the file's name should end in .prom.") }
        }
    }

    private struct LifecycleSection: Decodable {
        let lifecycle: Lifecycle
        let management: Management
        let convertsKinds: Bool

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, LifecycleKeys.self)
            func removal(_ key: LifecycleKeys) throws -> Lifecycle.Removal {
                try section.optional(key, RemovalConfiguration.self)?.removal ?? .suspend
            }
            lifecycle = Lifecycle(
                disabled: try removal(.disabled), outOfScope: try removal(.outOfScope), missing: try removal(.missing))
            management =
                try section.parsed(.manage, as: "owned, domains or everything") { Management(rawValue: $0) } ?? .owned
            convertsKinds = try section.optional(.convert) ?? false
        }
    }
}
