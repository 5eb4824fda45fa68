import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// Each rail by itself: what keeps it, what breaks it, and what is held then.
@Suite struct RailTests {
    /// What rails make of a plan: `RAIL HOLD` for each violation.
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        var rails: [any Rail]
        var lifecycle = Lifecycle(missing: .delete)
        var users: [DirectoryUser] = []
        var groups: [String] = []
        var accounts: [ObservedAccount] = []
        var memory: Memory?
        var expect: [String] = []
        var testDescription: String { name }
    }

    static func accounts(_ count: Int, domain: String = "corp.example", quota: ByteCount? = nil) -> [ObservedAccount] {
        (0..<count).map { Made.account("\(domain)\($0)", address: "u\($0)@\(domain)", quota: quota) }
    }

    static func people(_ count: Int, more: KeyValuePairs<AttributeName, [String]> = [:]) -> [DirectoryUser] {
        (0..<count).map { Made.person("p\($0)", groups: ["Sooma_5GB"], more: more) }
    }

    static let lastRun = Memory(
        links: Dictionary(
            uniqueKeysWithValues: accounts(2).map { (Made.id($0.id.rawValue.dropFirst(3).description), $0.id) }),
        lastRun: RunSummary(at: Timestamp(secondsSince1970: 1_700_000_000), users: 50, usersInScope: 40))

    /// Somebody whose account is to be suspended.
    static let disabled = Made.person(
        "corp.example0", proxy: ["SMTP:u0@corp.example"], groups: ["Sooma_5GB"], control: "514")

    static let limits: [Case] = [
        Case(
            name: "a limit per domain holds only the domain that passes it",
            rails: [ActionLimit(.delete, count: 2, per: .domain)],
            accounts: accounts(3) + accounts(2, domain: "brand.example"),
            expect: ["limits.delete domain:delete:corp.example"]),
        Case(
            name: "a percentage per domain is of the managed accounts of that domain",
            rails: [ActionLimit(.suspend, percent: 50, per: .domain, minimumBase: 4)], lifecycle: Lifecycle(),
            users: (0..<2).map {
                Made.person("a.example\($0)", proxy: ["SMTP:u\($0)@a.example"], groups: ["Sooma_5GB"])
            },
            accounts: accounts(4, domain: "a.example") + accounts(5, domain: "b.example")
                + accounts(3, domain: "c.example"),
            expect: ["limits.suspend domain:suspend:b.example"]),
        Case(
            name: "a limit per quota holds the accounts that have it",
            rails: [ActionLimit(.delete, count: 1, per: .quota)],
            accounts: accounts(2, domain: "a.example", quota: .gigabytes(5)) + accounts(1, domain: "b.example"),
            expect: ["limits.delete operations:delete:u0@a.example\nu1@a.example"]),
        Case(
            name: "a limit of creations per quota goes by the quota that they get",
            rails: [ActionLimit(.create, count: 1, per: .quota)],
            users: people(2) + [Made.person("big", groups: ["Sooma_50GB"])],
            expect: ["limits.create operations:create:p0@corp.example\np1@corp.example"]),
        Case(
            name: "a cap on creations", rails: [ActionLimit(.create, count: 2)], users: people(3),
            expect: ["limits.create kind:create"]),
        Case(
            name: "several limits of one kind are each for itself",
            rails: [ActionLimit(.delete, count: 4), ActionLimit(.delete, count: 1, per: .domain)],
            accounts: accounts(3) + accounts(2, domain: "brand.example"),
            expect: [
                "limits.delete kind:delete", "limits.delete domain:delete:brand.example",
                "limits.delete domain:delete:corp.example",
            ]),
        Case(
            name: "a number that is allowed is allowed",
            rails: ActionLimit.Partition.allCases.map {
                ActionLimit(.delete, count: 3, percent: 100, per: $0)
            }, accounts: accounts(3)),
        Case(
            name: "a percentage does not count below its base",
            rails: ActionLimit.Partition.allCases.map { ActionLimit(.delete, percent: 1, per: $0, minimumBase: 4) },
            accounts: accounts(3)),
    ]

    static let history: [Case] = [
        Case(
            name: "shrunk by more than a fifth", rails: [SuddenShrink()], users: people(39), accounts: accounts(1),
            memory: lastRun, expect: ["limits.shrink destructive"]),
        Case(
            name: "as many users, but fewer in scope", rails: [SuddenShrink()],
            users: people(31) + (0..<19).map { Made.person("out\($0)") }, accounts: accounts(1), memory: lastRun,
            expect: ["limits.shrink destructive"]),
        Case(
            name: "shrunk by a fifth exactly", rails: [SuddenShrink()], users: people(40), accounts: accounts(1),
            memory: lastRun),
        Case(
            name: "shrunk, and nothing destructive planned", rails: [SuddenShrink()], users: people(1), memory: lastRun),
        Case(
            name: "shrunk below the base", rails: [SuddenShrink(minimumBase: 51)], users: people(1),
            accounts: accounts(1),
            memory: lastRun),
        Case(name: "nothing is remembered", rails: [SuddenShrink(), FirstRun()], accounts: accounts(1)),
        Case(
            name: "first run against a populated provider", rails: [SuddenShrink(), FirstRun()], users: [disabled],
            accounts: accounts(2), memory: Memory(), expect: ["first-run destructive"]),
        Case(name: "first run that removes nothing", rails: [FirstRun()], users: people(1), memory: Memory()),
        Case(
            name: "not the first run", rails: [FirstRun()], users: [disabled], accounts: accounts(2), memory: lastRun),
        Case(
            name: "a first run that was cut short made all there is", rails: [FirstRun()], users: [disabled],
            accounts: accounts(1),
            memory: Memory(links: [Made.id("corp.example0"): AccountID("id-corp.example0")])),
    ]

    static let accountRails: [Case] = [
        Case(
            name: "protected accounts are not touched", rails: [ProtectedAccounts([Made.address("u0@corp.example")])],
            accounts: accounts(2), expect: ["protected operations:delete:u0@corp.example"]),
        Case(
            name: "patterns protect, creations too",
            rails: [ProtectedAccounts(["*@b.example", "p1@*"].compactMap { AddressPattern($0) })], users: people(2),
            accounts: accounts(1) + accounts(1, domain: "b.example"),
            expect: ["protected operations:delete:u0@b.example", "protected operations:create:p1@corp.example"]),
        Case(
            name: "nobody is renamed onto a protected address",
            rails: [ProtectedAccounts([Made.address("p0@corp.example")])], users: people(1),
            accounts: [Made.account("p0", address: "old@corp.example")],
            expect: ["protected operations:rename:old@corp.example"]),
        Case(
            name: "administrators by adminCount", rails: [PrivilegedAccounts()],
            users: [Made.person("corp.example0", proxy: ["SMTP:u0@corp.example"], more: ["adminCount": ["1"]])],
            accounts: accounts(2), expect: ["limits.privileged operations:suspend:u0@corp.example"]),
        Case(
            name: "administrators whose account only the memory knows", rails: [PrivilegedAccounts()],
            users: [Made.person("ana", groups: ["Sooma_5GB"], control: "514", more: ["adminCount": ["1"]])],
            accounts: [Made.account("ana", isBound: false)],
            memory: Memory(links: [Made.id("ana"): AccountID("id-ana")]),
            expect: ["limits.privileged operations:suspend:ana@corp.example"]),
        Case(
            name: "adminCount that is not asked about", rails: [PrivilegedAccounts(byAdminCount: false)],
            users: [Made.person("corp.example0", proxy: ["SMTP:u0@corp.example"], more: ["adminCount": ["1"]])],
            accounts: accounts(1)),
        Case(
            name: "administrators by their group", rails: [PrivilegedAccounts(groups: [MemberOf("Admins")])],
            users: [
                Made.person("corp.example0", proxy: ["SMTP:u0@corp.example"], groups: ["Admins"]),
                Made.person("corp.example1", proxy: ["SMTP:u1@corp.example"], more: ["adminCount": ["0"]]),
            ], groups: ["Admins"], accounts: accounts(2),
            expect: ["limits.privileged operations:suspend:u0@corp.example"]),
        Case(
            name: "administrators are not renamed, and may be updated", rails: [PrivilegedAccounts()],
            users: people(2, more: ["adminCount": ["1"]]),
            accounts: [Made.account("p0", address: "old@corp.example"), Made.account("p1")],
            expect: ["limits.privileged operations:rename:old@corp.example"]),
    ]

    @Test(arguments: limits + history + accountRails) func violations(_ row: Case) {
        let rules = PlanningTests.rules {
            $0.rails = row.rails
            $0.lifecycle = row.lifecycle
        }
        let groups = PlanningTests.groups + row.groups.map(Made.group)
        let plan = rules.plan(
            directory: DirectorySnapshot(users: row.users, groups: groups),
            provider: ObservedState(accounts: row.accounts), remembering: row.memory)
        #expect(plan.violations.map { "\($0.rail) \($0.hold)" } == row.expect)
        for violation in plan.violations {
            #expect(violation.isApprovable && violation.text.hasSuffix("."))
            #expect(!plan.operations.contains { violation.hold.includes($0) })
        }
    }

    @Test func whatRailsLookAtIsRead() {
        let rules = PlanningTests.rules {
            $0.scope = .everyone
            $0.entitlements = []
            $0.rails = [PrivilegedAccounts(groups: [MemberOf("Admins")])]
        }
        #expect(rules.readRequest.kinds == [.user, .group])
        guard case .only(let names) = rules.readRequest.attributes else {
            Issue.record("everything is read")
            return
        }
        #expect(names.contains("adminCount"))
    }

    // MARK: Sentences

    static let sentences: [(rail: any Rail, text: String)] = [
        (
            ActionLimit(.delete, count: 1, percent: 40, per: .domain, minimumBase: 2),
            "2 operations of the kind delete in corp.example: more than the 1 that limits.delete allows; "
                + "100% of 2 accounts, more than the 40% that limits.delete allows."
        ),
        (
            ActionLimit(.delete, count: 0, per: .quota),
            "2 operations of the kind delete on accounts without a quota: more than the 0 that limits.delete allows."
        ),
        (
            SuddenShrink(),
            "There are 0 users, and at the last run, on 2023-11-14T22:13:20Z, there were 50. Missing are 100% of 50 users, "
                + "more than the 20% that limits.shrink allows. Check the search base, the filter and what the account may read."
        ),
        (
            ProtectedAccounts([Made.address("u0@corp.example")]),
            "u0@corp.example is protected: its delete is held back."
        ),
    ]

    @Test(arguments: sentences.indices) func whatIsSaid(_ index: Int) {
        let (rail, text) = Self.sentences[index]
        let rules = PlanningTests.rules {
            $0.rails = [rail]
            $0.lifecycle.missing = .delete
        }
        let plan = rules.plan(
            directory: DirectorySnapshot(users: [], groups: PlanningTests.groups),
            provider: ObservedState(accounts: Self.accounts(2)), remembering: Self.lastRun)
        #expect(plan.violations.map(\.text) == [text])
    }

    @Test func theFirstRunTellsWhatItHasMade() {
        let rules = PlanningTests.rules { $0.rails = [FirstRun()] }
        func text(_ links: [ObjectID: AccountID]) -> String? {
            rules.plan(
                directory: DirectorySnapshot(users: [Self.disabled], groups: PlanningTests.groups),
                provider: ObservedState(provider: "mail.db", accounts: Self.accounts(3)),
                remembering: Memory(links: links)
            ).violations.first?.text
        }
        #expect(
            text([:])
                == "This is the first run of this profile, and mail.db has 3 accounts: the profile has made none of them."
        )
        #expect(
            text([Made.id("corp.example1"): AccountID("id-corp.example1")])?.hasSuffix("has made 1 of them.") == true)
    }

    // MARK: Members

    /// A draft in which the group `all@corp.example` of `members` loses the first `lost` of them.
    private static func draft(members: Int, lost: Int) throws -> PlanDraft {
        let names = (0..<members).map { "\"m\($0)@corp.example\"" }
        let lines = [
            #"{"overview":{"directory":"","directoryIncomplete":[],"users":0,"usersInScope":0,"provider":"","#
                + #""providerIncomplete":[],"accounts":0,"managedAccounts":0}}"#,
            #"{"operation":{"kind":"update","id":"1","address":"all@corp.example","changes":[{"field":"delegates","old":["#
                + names.joined(separator: ",") + #"],"new":["# + names.dropFirst(lost).joined(separator: ",")
                + #"]}],"reasons":[{"code":"differs"}],"precondition":"0123456789abcdef","stage":0}}"#,
        ]
        let plan = try Plan(lines: lines.map { Array($0.utf8) })
        return PlanDraft(
            overview: plan.overview, directory: DirectorySnapshot(users: []), provider: ObservedState(accounts: []),
            operations: plan.operations)
    }

    @Test(arguments: [
        (MemberLimit(percent: 50), 20, 11, true), (MemberLimit(percent: 50), 20, 10, false),
        (MemberLimit(percent: 50), 19, 19, false), (MemberLimit(percent: 50, minimumBase: 4), 4, 3, true),
        (MemberLimit(count: 3), 100, 4, true), (MemberLimit(count: 3), 100, 3, false),
        (MemberLimit(count: 0), 3, 0, false), (MemberLimit(percent: 100), 50, 50, false),
    ])
    func members(_ limit: MemberLimit, members: Int, lost: Int, isHeld: Bool) throws {
        let draft = try Self.draft(members: members, lost: lost)
        let violations = limit.violations(in: draft)
        #expect(violations.map(\.rail) == (isHeld ? ["limits.members"] : []))
        #expect(violations.allSatisfy { $0.hold.includes(draft.operations[0]) })
        #expect(violations.allSatisfy { $0.text.hasPrefix("all@corp.example would lose \(lost) members: ") })
    }

    // MARK: Values

    @Test(arguments: [
        ("*@admin.example", "ana@admin.example", true), ("*@admin.example", "ana@sub.admin.example", false),
        ("postmaster@*", "postmaster@any.example", true), ("postmaster@*", "a.postmaster@any.example", false),
        ("svc-*@corp.example", "svc-@corp.example", true), ("svc-*@corp.example", "svc@corp.example", false),
        ("*@*.example", "ana@corp.example", nil), ("ana@corp.example", "ana@corp.example", true),
        ("Ana@Corp.example", "ana@corp.example", true), ("*@BÜCHER.example", "a@xn--bcher-kva.example", true),
        ("*", "a@b.example", nil), ("@*", "a@b.example", nil), ("a*", "a@b.example", nil), ("a@", "a@b.example", nil),
        ("*@", "a@b.example", nil), ("", "a@b.example", nil), ("*@-x-", "a@b.example", nil),
        ("a@*a", "a@a", true), ("aa@*a", "aa@a", true), ("a@a*a", "a@a", false),
    ])
    func patterns(_ text: String, _ address: String, _ matches: Bool?) {
        let pattern = AddressPattern(text)
        #expect(pattern?.matches(Made.address(address)) == matches)
        #expect(pattern.map { AddressPattern($0.description) == $0 } != false)
    }

    @Test(arguments: [
        Hold.everything, .destructive, .kind(.suspend), .kinds(Set(Operation.Kind.allCases)), .kinds([]),
        .kindInDomain(.delete, Made.address("a@corp.example").domain), .account(Made.address("a@corp.example")),
        .operations(.create, of: []), .operations(.create, of: [Made.address("a@corp.example")]),
        .operations(.rename, of: Set([#""a b,c:d"@corp.example"#, "b@corp.example"].map(Made.address))),
    ])
    func holdsRoundTrip(_ hold: Hold) { #expect(Hold(hold.description) == hold) }

    @Test(arguments: [
        "", "all", "everything:", "kind", "kind:remove", "kind:suspend,x", "domain:suspend", "domain:x:corp.example",
        "domain:suspend:-", "operations:suspend", "operations:suspend:ana", "account:", "account:ana",
    ])
    func whatIsNoHold(_ text: String) { #expect(Hold(text) == nil) }
}
