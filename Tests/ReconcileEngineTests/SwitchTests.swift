import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// What switches forbid stays in the plan, and nobody can approve it.
@Suite struct SwitchTests {
    private static func plan(_ profile: Switches, _ provider: Switches = []) -> Plan {
        let rules = PlanningTests.rules {
            $0.rails = []
            $0.switches = profile
            $0.lifecycle.missing = .delete
        }
        let users =
            ["new", "change", "back", "adopted"].map { Made.person($0, groups: ["Sooma_5GB"]) }
            + [
                Made.person("renamed", proxy: ["SMTP:other@corp.example"], groups: ["Sooma_5GB"]), Made.person("left"),
            ]
        let five = ByteCount.gigabytes(5)
        let accounts = [
            Made.account("change"), Made.account("back", quota: five, isActive: false),
            Made.account("adopted", quota: five, isBound: false), Made.account("renamed", quota: five),
            Made.account("left", quota: five), Made.account("gone", quota: five),
        ]
        return rules.plan(
            directory: DirectorySnapshot(users: users, groups: PlanningTests.groups),
            provider: ObservedState(
                provider: "mail.db", accounts: accounts, capabilities: ProviderCapabilities(switches: provider)))
    }

    static let all: Set<ReconcileEngine.Operation.Kind> = Set(ReconcileEngine.Operation.Kind.allCases)

    static let forbidden: [(switch: Switches, kinds: Set<ReconcileEngine.Operation.Kind>)] = [
        (.dryRun, all), (.noCreate, [.create]), (.noDelete, [.delete]), (.noUpdateProviderMismatch, [.adopt]),
        (.noUpdate, [.update, .rename, .suspend, .reactivate, .adopt]), ([], []),
    ]

    @Test("KO1, KO2: a switch holds the operations it forbids, whoever sets it", arguments: forbidden.indices)
    func holds(_ index: Int) {
        let (forbidding, kinds) = Self.forbidden[index]
        for plan in [
            Self.plan(forbidding), Self.plan([], forbidding), Self.plan(forbidding, forbidding),
            Self.plan(forbidding).approving(Set(0..<10)),
        ] {
            #expect(Set(plan.held.map(\.operation.kind)) == kinds)
            #expect(Set(plan.operations.map(\.kind)) == Self.all.subtracting(kinds))
            #expect(plan.violations.map(\.rail) == forbidding.names.map { "settings.\($0)" })
            #expect(plan.violations.allSatisfy { !$0.isApprovable })
            #expect(plan.held.allSatisfy { !plan.canBeApproved($0) })
        }
    }

    @Test func whoForbidsItIsSaid() {
        func text(_ plan: Plan) -> [String] { plan.violations.map(\.text) }
        #expect(text(Self.plan(.noCreate)) == ["settings.no-create is set by the configuration: no account is made."])
        #expect(text(Self.plan([], .dryRun)) == ["settings.dry-run is set by mail.db: nothing is done."])
        #expect(
            text(Self.plan(.noDelete, .noDelete))
                == ["settings.no-delete is set by the configuration and mail.db: no account is deleted."])
    }

    @Test("KO2: no setting of a profile takes back what a provider forbids", arguments: Switches.named.indices)
    func theProviderPrevails(_ index: Int) {
        let plan = Self.plan(Switches.named[index].switch, .dryRun)
        #expect(plan.operations.isEmpty && !plan.held.isEmpty)
        #expect(plan.approving(Set(plan.violations.indices)).operations.isEmpty)
    }

    @Test func nothingToForbidIsNoViolation() {
        let rules = PlanningTests.rules { $0.switches = [.dryRun, .noUpdate, .noCreate, .noDelete] }
        let plan = rules.plan(
            directory: DirectorySnapshot(users: [], groups: PlanningTests.groups), provider: ObservedState(accounts: [])
        )
        #expect(plan.isEmpty && plan.violations.isEmpty)
    }
}
