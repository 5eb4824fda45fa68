import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// What the rules make of small directories: one row a rule, each naming the requirement it is about.
@Suite struct PlanningTests {
    static let small: GroupSelector = "Sooma_5GB"
    static let large: GroupSelector = "Sooma_50GB"
    static let groups = [Made.group("Sooma_5GB"), Made.group("Sooma_50GB"), Made.group("Other")]

    static func rules(_ change: (inout Reconciler) -> Void = { _ in }) -> Reconciler {
        var rules = Reconciler(
            scope: .members(of: small, large),
            entitlements: [.quota(.gigabytes(5), group: small), .quota(.gigabytes(50), group: large)])
        change(&rules)
        return rules
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        var rules = PlanningTests.rules()
        var users: [DirectoryUser] = []
        var accounts: [ObservedAccount] = []
        var incomplete: [Incompleteness] = []
        /// `kind address field=new…` for each operation; `held …` for held ones.
        var expect: [String]
        var findings: [Finding.Code] = []
        var rails: [String] = []
        var testDescription: String { name }
    }

    static func parking(_ name: String) -> String {
        "parked-\(Fingerprint(of: Made.account(name, quota: five).account))@corp.example"
    }

    static let five = ByteCount.gigabytes(5)

    static let cases: [Case] = [
        Case(
            name: "SO1 a member of the small group gets the small quota",
            users: [Made.person("ana", groups: ["Sooma_5GB"])], expect: ["create ana@corp.example quota=5 GB"]),
        Case(
            name: "SO1 a member of both gets the larger quota, and a finding says so",
            users: [Made.person("ana", groups: ["Sooma_5GB", "Sooma_50GB"])],
            expect: ["create ana@corp.example quota=50 GB"], findings: [.entitlementConflict]),
        Case(
            name: "SO1 a change of group changes the quota in place",
            users: [Made.person("ana", groups: ["Sooma_50GB"])], accounts: [Made.account("ana", quota: five)],
            expect: ["update ana@corp.example quota=50 GB"]),
        Case(
            name: "SO1 somebody in neither group is out of scope",
            users: [Made.person("ana", groups: ["Other"])], expect: []),
        Case(
            name: "SO2 SMTP: is the primary, smtp: are aliases, other schemes are no mail addresses",
            users: [
                Made.person(
                    "ana",
                    proxy: [
                        "smtp:b@corp.example", "X500:/o=Corp/cn=ana", "SIP:ana@corp.example", "SMTP:Ana@corp.example",
                        "smtp:a@corp.example",
                    ], groups: ["Sooma_5GB"])
            ], expect: ["create ana@corp.example aliases=a@corp.example, b@corp.example quota=5 GB"]),
        Case(
            name: "SO2 nobody without a primary address gets an account; two primaries are not guessed between",
            users: [
                Made.person("ana", proxy: ["smtp:a@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:b@corp.example", "SMTP:c@corp.example"], groups: ["Sooma_5GB"]),
            ], expect: [], findings: [.noAddress, .noAddress]),
        Case(
            name: "SO2 an account stays as it is when its person's addresses are broken",
            users: [Made.person("ana", proxy: [], groups: ["Sooma_5GB"])], accounts: [Made.account("ana", quota: five)],
            expect: [], findings: [.noAddress]),
        Case(
            name: "SO3 no difference, no operation", users: [Made.person("ana", groups: ["Sooma_5GB"])],
            accounts: [Made.account("ana", quota: five)], expect: []),
        Case(
            name: "SO4 gone from the directory: suspended",
            users: [Made.person("ana", groups: ["Sooma_5GB"])],
            accounts: [Made.account("ana", quota: five), Made.account("old", quota: five)],
            expect: ["suspend old@corp.example active=no"]),
        Case(
            name: "SO4 already suspended: nothing", users: [Made.person("ana", groups: ["Sooma_5GB"])],
            accounts: [Made.account("ana", quota: five), Made.account("old", isActive: false)], expect: []),
        Case(
            name: "ZI10 deleted where so configured", rules: rules { $0.lifecycle.missing = .delete },
            users: [Made.person("ana", groups: ["Sooma_5GB"])],
            accounts: [Made.account("ana", quota: five), Made.account("old")], expect: ["delete old@corp.example"]),
        Case(
            name: "ZI10 left where so configured",
            rules: rules { $0.lifecycle = Lifecycle(outOfScope: .leave, missing: .leave) },
            users: [Made.person("ana", groups: ["Sooma_5GB"])],
            accounts: [Made.account("ana", quota: five), Made.account("old")], expect: []),
        Case(
            name: "ZI5 disabled in the directory: suspended; not made in the first place",
            users: [
                Made.person("ana", groups: ["Sooma_5GB"], control: "514"),
                Made.person("bo", groups: ["Sooma_5GB"], control: "66050"),
            ], accounts: [Made.account("ana", quota: five)], expect: ["suspend ana@corp.example active=no"]),
        Case(
            name: "ZI5 enabled again: reactivated, with what has changed meanwhile",
            users: [Made.person("ana", groups: ["Sooma_50GB"])],
            accounts: [Made.account("ana", quota: five, isActive: false)],
            expect: ["reactivate ana@corp.example quota=50 GB active=yes"]),
        Case(
            name: "ZI6 aliases outside the claimed domains are left out and listed; so is a person",
            rules: rules { $0.domains = ClaimedDomains([try! MailDomain("corp.example")]) },
            users: [
                Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:ana@old.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:bo@elsewhere.example"], groups: ["Sooma_5GB"]),
            ], expect: ["create ana@corp.example quota=5 GB"], findings: [.foreignDomain, .foreignDomain]),
        Case(
            name: "BE1 a partial directory removes nobody and holds everything",
            users: [Made.person("ana", groups: ["Sooma_5GB"])], accounts: [Made.account("old", quota: five)],
            incomplete: [Incompleteness(.sizeLimit, "size limit exceeded")],
            expect: ["held create ana@corp.example quota=5 GB"], rails: ["complete-directory"]),
        Case(
            name: "BE4 an empty directory removes nobody",
            accounts: [Made.account("old", quota: five)], expect: ["held suspend old@corp.example active=no"],
            rails: ["empty-scope"]),
        Case(
            name: "BE4 a group that is not there holds what is destructive",
            rules: rules { $0.scope = .members(of: "Sooma_5GB", "Nowhere") },
            users: [Made.person("ana", groups: ["Sooma_5GB"])], accounts: [Made.account("old", quota: five)],
            expect: ["create ana@corp.example quota=5 GB", "held suspend old@corp.example active=no"],
            rails: ["resolved-groups"]),
        Case(
            name: "BE4 more removals than a count allows are all held",
            rules: rules { $0.rails = [ActionLimit(.suspend, count: 1)] },
            users: [Made.person("ana", groups: ["Sooma_5GB"])], accounts: [Made.account("x"), Made.account("y")],
            expect: [
                "create ana@corp.example quota=5 GB", "held suspend x@corp.example active=no",
                "held suspend y@corp.example active=no",
            ], rails: ["limits.suspend"]),
        Case(
            name: "BE4 protected accounts are not touched",
            rules: rules { $0.rails = [ProtectedAccounts([Made.address("boss@corp.example")])] },
            users: [Made.person("ana", groups: ["Sooma_5GB"])], accounts: [Made.account("boss"), Made.account("x")],
            expect: [
                "suspend x@corp.example active=no", "create ana@corp.example quota=5 GB",
                "held suspend boss@corp.example active=no",
            ], rails: ["protected"]),
        Case(
            name: "BE6 two people share an address: neither gets it, both are named",
            users: [
                Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:bo@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"]),
            ], expect: ["create ana@corp.example quota=5 GB", "create bo@corp.example quota=5 GB"],
            findings: [.addressCollision]),
        Case(
            name: "BE6 whoever has an address keeps it",
            users: [
                Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:bo@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"]),
            ], accounts: [Made.account("ana", aliases: ["ops@corp.example"], quota: five)],
            expect: ["create bo@corp.example quota=5 GB"], findings: [.addressCollision]),
        Case(
            name: "BE6 an address of an account that nobody manages is not taken away",
            users: [
                Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:info@corp.example"], groups: ["Sooma_5GB"])
            ],
            accounts: [Made.account("desk", aliases: ["info@corp.example"], isBound: false)],
            expect: ["create ana@corp.example quota=5 GB"], findings: [.addressCollision]),
        Case(
            name: "BE6 release comes before claim",
            users: [
                Made.person("ana", proxy: ["SMTP:ana@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:bo@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"]),
            ],
            accounts: [
                Made.account("ana", aliases: ["ops@corp.example"], quota: five), Made.account("bo", quota: five),
            ],
            expect: ["update ana@corp.example aliases=(none)", "update bo@corp.example aliases=ops@corp.example"]),
        Case(
            name: "BE6 two people swap their aliases",
            users: [
                Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:y@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:bo@corp.example", "smtp:x@corp.example"], groups: ["Sooma_5GB"]),
            ],
            accounts: [
                Made.account("ana", aliases: ["x@corp.example"], quota: five),
                Made.account("bo", aliases: ["y@corp.example"], quota: five),
            ],
            expect: [
                "update ana@corp.example aliases=(none)", "update bo@corp.example aliases=x@corp.example",
                "update ana@corp.example aliases=y@corp.example",
            ]),
        Case(
            name: "BE6 two people swap their primary addresses, by way of a parking address",
            users: [
                Made.person("ana", proxy: ["SMTP:bo@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:ana@corp.example"], groups: ["Sooma_5GB"]),
            ], accounts: [Made.account("ana", quota: five), Made.account("bo", quota: five)],
            expect: [
                "rename ana@corp.example address=\(parking("ana"))", "rename bo@corp.example address=ana@corp.example",
                "rename \(parking("ana")) address=bo@corp.example",
            ]),
        Case(
            name: "BE6 what waits for a held release is held too",
            rules: rules {
                $0.lifecycle.missing = .delete; $0.rails = [ActionLimit(.delete, count: 0)]
            },
            users: [Made.person("ana", proxy: ["SMTP:old@corp.example"], groups: ["Sooma_5GB"])],
            accounts: [Made.account("old", quota: five)],
            expect: ["held delete old@corp.example", "held create old@corp.example quota=5 GB"],
            rails: ["limits.delete"]),
        Case(
            name: "BE8 a new primary address is a rename of the same account",
            users: [Made.person("ana", proxy: ["SMTP:ana.jones@corp.example"], groups: ["Sooma_5GB"])],
            accounts: [Made.account("ana", quota: five)],
            expect: ["rename ana@corp.example address=ana.jones@corp.example"]),
        Case(
            name: "BE8 a move to another unit is an update of the same account",
            rules: rules { $0.mapping.organizationalUnit = .distinguishedName },
            users: [Made.person("ana", groups: ["Sooma_5GB"], in: "Berlin,OU=Staff")],
            accounts: [Made.account("ana", quota: five)],
            expect: ["update ana@corp.example organizational-unit=Staff/Berlin"]),
        Case(
            name: "matching: an account bound to nobody is adopted by its primary address",
            users: [Made.person("ana", groups: ["Sooma_5GB"])],
            accounts: [Made.account("ana", quota: five, isBound: false)],
            expect: ["adopt ana@corp.example key=\(Made.id("ana"))"]),
        Case(
            name: "matching: two people for one unbound account: neither, and both are named",
            users: [
                Made.person("ana", proxy: ["SMTP:ops@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", proxy: ["SMTP:ops@corp.example"], groups: ["Sooma_5GB"]),
            ], accounts: [Made.account("ops", isBound: false)], expect: [], findings: [.ambiguousMatch]),
        Case(
            name: "matching: an account that nobody manages is never removed",
            users: [Made.person("ana", groups: ["Sooma_5GB"])], accounts: [Made.account("postmaster", isBound: false)],
            expect: ["create ana@corp.example quota=5 GB"]),
    ]

    @Test(arguments: cases) func plans(_ row: Case) throws {
        let snapshot = DirectorySnapshot(users: row.users, groups: Self.groups, incomplete: row.incomplete)
        let plan = row.rules.plan(directory: snapshot, provider: ObservedState(accounts: row.accounts))
        let described = plan.operations.map { describe($0) } + plan.held.map { "held " + describe($0.operation) }
        #expect(described == row.expect)
        #expect(plan.findings.map(\.code.rawValue).sorted() == row.findings.map(\.rawValue).sorted())
        #expect(plan.violations.map(\.rail) == row.rails)
    }

    @Test func findingsNameBothOwners() throws {
        let users = ["ann", "bob"].map {
            Made.person($0, proxy: ["SMTP:\($0)@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"])
        }
        let plan = Self.rules().plan(
            directory: DirectorySnapshot(users: users, groups: Self.groups), provider: ObservedState(accounts: []))
        let text = try #require(plan.findings.first).text
        #expect(text == "2 people share ops@corp.example: Ann, Bob. None of them gets it.")
    }

    /// What an embedding program writes for a rail of its own.
    struct NoFridays: Rail {
        let isFriday: Bool
        func violations(in draft: PlanDraft) -> [Violation] {
            isFriday ? [Violation(rail: "no-fridays", "Nothing is removed on a Friday.", hold: .destructive)] : []
        }
    }

    @Test(arguments: [true, false]) func aRailOfOnesOwn(isFriday: Bool) {
        let rules = Self.rules { $0.rails = [NoFridays(isFriday: isFriday)] }
        let plan = rules.plan(
            directory: DirectorySnapshot(users: [Made.person("ana", groups: ["Sooma_5GB"])], groups: Self.groups),
            provider: ObservedState(accounts: [Made.account("old")]))
        #expect(plan.held.map { describe($0.operation) } == (isFriday ? ["suspend old@corp.example active=no"] : []))
        #expect(plan.operations.contains { $0.kind == .create })
    }

    private func describe(_ operation: ReconcileEngine.Operation) -> String {
        var parts = [operation.kind.rawValue, operation.address.text]
        if let account = operation.account {
            if !account.aliases.isEmpty { parts.append("aliases=\(account[.aliases])") }
            if account.quota != nil { parts.append("quota=\(account[.quota])") }
        }
        parts += operation.changes.map { "\($0.field.rawValue)=\($0.new)" }
        return parts.joined(separator: " ")
    }
}
