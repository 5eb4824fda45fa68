import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// A part of a plan: what is left out, and what is left out with it; the law of it is among ``WorldLaws``.
@Suite struct SelectionTests {
    private static func plan(_ users: [DirectoryUser], _ accounts: [ObservedAccount], _ rules: Reconciler) -> Plan {
        rules.plan(
            directory: DirectorySnapshot(users: users, groups: PlanningTests.groups),
            provider: ObservedState(accounts: accounts))
    }

    private static let swap = plan(
        [
            Made.person("ana", proxy: ["SMTP:bo@corp.example"], groups: ["Sooma_5GB"]),
            Made.person("bo", proxy: ["SMTP:ana@corp.example"], groups: ["Sooma_5GB"]),
            Made.person("new", groups: ["Sooma_50GB"]),
        ], ["ana", "bo"].map { Made.account($0, quota: .gigabytes(5)) }, PlanningTests.rules())

    private static func selected(_ plan: Plan, only: [String] = [], except: [String] = []) throws -> [String] {
        let selection = PlanSelection(
            only: only.compactMap { PlanSelection.Criterion($0) },
            except: except.compactMap { PlanSelection.Criterion($0) })
        try #require(selection.only.count == only.count && selection.except.count == except.count)
        return try plan.selecting(selection).operations.map { "\($0.kind) \($0.address)" }
    }

    @Test func theWorldsAreVaried() throws {
        let parts = try PlanPropertyTests.seeds.flatMap { seed in
            let world = World(seed: seed)
            let plan = world.plan()
            return try world.selections(of: plan).map { try plan.selecting($0) }
        }
        let dependents = parts.filter { $0.findings.contains { $0.code == .leftOut && !$0.subject.isEmpty } }
        #expect(dependents.count > 10 && dependents.contains { !$0.operations.isEmpty }, "\(dependents.count)")
    }

    @Test func halfASwapIsNotDone() throws {
        #expect(Self.swap.operations.count == 4)
        // Each address is that of one account before and of the other after.
        #expect(try Self.selected(Self.swap, only: ["address:ana@corp.example"]).count == 3)
        #expect(try Self.selected(Self.swap, only: ["kind:rename"]).count == 3)
        #expect(try Self.selected(Self.swap, except: ["address:ana@corp.example"]) == ["create new@corp.example"])
        #expect(try Self.selected(Self.swap, except: ["kind:rename"]) == ["create new@corp.example"])
    }

    /// Whoever waits for somebody else's address is named with what is left out.
    @Test func whoWaitsIsLeftOutToo() throws {
        let plan = Self.plan(
            [
                Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"]),
                Made.person("bo", groups: ["Sooma_5GB"]),
            ],
            [
                Made.account("ana", quota: .gigabytes(5)),
                Made.account("bo", aliases: ["ops@corp.example"], quota: .gigabytes(5)),
            ], PlanningTests.rules())
        #expect(plan.operations.map(\.address.text) == ["bo@corp.example", "ana@corp.example"])
        let part = try plan.selecting(PlanSelection(only: [.address(Made.address("ana@corp.example"))]))
        #expect(part.operations.isEmpty)
        #expect(part.findings.last?.text.contains("without the update of bo@corp.example") == true)
        #expect(
            try plan.selecting(PlanSelection(only: [.address(Made.address("bo@corp.example"))])).operations.count == 1)
    }

    @Test func criteriaOfOneSortAreAlternatives() throws {
        let plan = Self.plan(
            [
                Made.person("ana", groups: ["Sooma_50GB"]), Made.person("new", groups: ["Sooma_5GB"]),
                Made.person("far", proxy: ["SMTP:far@brand.example"], groups: ["Sooma_50GB"]),
            ], [Made.account("ana", quota: .gigabytes(5)), Made.account("old")], PlanningTests.rules())
        let all = [
            "suspend old@corp.example", "update ana@corp.example", "create far@brand.example",
            "create new@corp.example",
        ]
        #expect(plan.operations.map { "\($0.kind) \($0.address)" } == all)
        for (only, except, expected) in [
            (["kind:create"], [], [2, 3]), (["kind:create", "kind:update"], [], [1, 2, 3]),
            (["kind:create", "domain:corp.example"], [], [3]), (["domain:corp.example"], ["kind:suspend"], [1, 3]),
            (["group:sooma_50gb"], [], [1, 2]), ([], ["group:Sooma_50GB", "kind:suspend"], [3]),
            (["address:NEW@corp.example"], [], [3]), (["kind:suspend", "domain:brand.example"], [], []),
            ([], [], [0, 1, 2, 3]),
        ] as [([String], [String], [Int])] {
            #expect(
                try Self.selected(plan, only: only, except: except) == expected.map { all[$0] }, "\(only) \(except)")
        }
    }

    @Test(arguments: ["kind:delete", "domain:other.example", "address:nobody@corp.example", "group:Guests"])
    func whatMeetsNothingIsAMistake(_ text: String) throws {
        let criterion = try #require(PlanSelection.Criterion(text))
        #expect(criterion.description == text)
        let error = #expect(throws: SelectionError.self) { try Self.swap.selecting(PlanSelection(only: [criterion])) }
        #expect(error?.criterion == criterion && "\(error as Any)".contains(text))
        #expect(throws: SelectionError.self) { try Self.swap.selecting(PlanSelection(except: [criterion])) }
    }

    @Test(arguments: ["", "kind:", "kind:destroy", "kind", "address:nobody", "domain:", "colour:red", ":x"])
    func nonsenseIsNoCriterion(_ text: String) { #expect(PlanSelection.Criterion(text) == nil) }

    @Test func anAliasOfADeletedAccountIsNotTakenWithoutTheDeletion() throws {
        let rules = PlanningTests.rules { $0.lifecycle.missing = .delete }
        let plan = Self.plan(
            [Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:ops@corp.example"], groups: ["Sooma_5GB"])],
            [Made.account("ana", quota: .gigabytes(5)), Made.account("old", aliases: ["ops@corp.example"])], rules)
        #expect(plan.operations.map(\.kind) == [.delete, .update])
        let part = try plan.selecting(PlanSelection(only: [.kind(.update)]))
        #expect(part.operations.isEmpty)
        #expect(
            part.findings.map(\.text) == [
                "1 of 2 operations are left out by the selection.",
                "The update of ana@corp.example is left out too: it cannot be done without the delete of old@corp.example.",
            ])
    }

    @Test func whoeverIsNotSuspendedIsNotDeletedLater() throws {
        let rules = PlanningTests.rules { $0.lifecycle.missing = .suspendThenDelete(days: 30) }
        let now = Timestamp(secondsSince1970: 1_800_000_000)
        let plan = rules.plan(
            directory: DirectorySnapshot(
                users: [Made.person("new", groups: ["Sooma_5GB"])], groups: PlanningTests.groups),
            provider: ObservedState(accounts: [Made.account("old"), Made.account("gone", isActive: false)]),
            remembering: Memory(links: [Made.id("old"): AccountID("id-old"), Made.id("gone"): AccountID("id-gone")]),
            at: now)
        #expect(plan.pending.map(\.address.text) == ["gone@corp.example", "old@corp.example"])
        let part = try plan.selecting(PlanSelection(except: [.kind(.suspend)]))
        #expect(part.pending.map(\.address.text) == ["gone@corp.example"])
    }
}
