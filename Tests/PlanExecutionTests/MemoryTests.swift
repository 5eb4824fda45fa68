import DirectoryModel
import Foundation
import PlanExecution
import ProviderClient
import ReconcileEngine
import TestSupport
import Testing

/// What runs leave behind for the next one.
@Suite struct MemoryTests {
    private let folder: StateFolder
    private let state: StateDatabase
    private static let today = Timestamp(secondsSince1970: 1_790_000_000)

    init() throws {
        folder = try StateFolder()
        state = try folder.open()
    }

    @discardableResult
    private func apply(
        _ plan: Plan, _ provider: ScriptedProvider = ScriptedProvider(), at time: Timestamp = today
    ) async throws -> ApplyReport {
        try await PlanExecutor(provider: provider, state: state, options: .init(attempts: 1))
            .apply(plan, digest: UUID().uuidString, madeAt: time)
    }

    private func apply(_ operations: Operation...) async throws {
        // One after the other: those of one plan run side by side.
        for operation in operations { try await apply(try Plan.of([operation])) }
    }

    private var memory: Memory { get throws { try state.memory(of: "scripted") } }

    // MARK: What operations leave behind

    private static let ana = Made.account("ana")

    @Test func aCreationLinksTheObjectAndItsDelegates() async throws {
        var account = Self.ana.account
        account.setDelegates([Made.address("bo@corp.example"), Made.address("cy@corp.example")])
        let unbound = Account(address: Made.address("free@corp.example"))
        try await apply(
            .create(account, because: [Reason(.everyone)]), .create(unbound, because: [Reason(.everyone)]))
        let memory = try memory
        #expect(memory.links == [Made.id("ana"): AccountID("id of ana@corp.example")])
        #expect(memory.delegations == [AccountID("id of ana@corp.example"): Set(account.delegates)])
        #expect(memory.suspensions.isEmpty)
    }

    @Test func anAdoptionLinksTheObjectInPlaceOfAnother() async throws {
        let account = Self.ana
        let id = AccountID("id of ana@corp.example")
        try await apply(.adoption(of: account, by: Made.id("first")))
        #expect(try memory.links == [Made.id("first"): id])
        try await apply(.adoption(of: account, by: Made.id("second")))
        #expect(try memory.links == [Made.id("second"): id])
    }

    @Test func delegatesComeGoAndAreRenamed() async throws {
        let id = AccountID("id of ana@corp.example")
        func delegates() throws -> [String] { try memory.delegations[id, default: []].map(\.text).sorted() }
        try await apply(.delegates(of: Self.ana, from: [], to: ["bo", "cy"]))
        #expect(try delegates() == ["bo@corp.example", "cy@corp.example"])
        try await apply(.delegates(of: Self.ana, from: ["bo", "hand"], to: ["dan", "hand"]))
        #expect(try delegates() == ["cy@corp.example", "dan@corp.example"])
        try await apply(.rename(of: Made.account("cy"), to: "cyan@corp.example"))
        #expect(try delegates() == ["cyan@corp.example", "dan@corp.example"])
        // Where the new address is there already, it stays once.
        try await apply(.rename(of: Made.account("cyan"), to: "dan@corp.example"))
        #expect(try delegates() == ["dan@corp.example"])
    }

    @Test func aDeletionForgetsTheAccount() async throws {
        let (ana, bo) = (Made.account("ana"), Made.account("bo"))
        try await apply(
            .create(ana.account, because: [Reason(.everyone)]), .create(bo.account, because: [Reason(.everyone)]),
            .delegates(of: ana, from: [], to: ["bo", "cy"]), .delegates(of: bo, from: [], to: ["ana", "cy"]))
        let pending = PendingDeletion.of("ana@corp.example")
        try await apply(try Plan.of([], pending: [pending]))
        #expect(try memory.suspensions.keys.map(\.rawValue) == ["id of ana@corp.example"])
        let deletion = try #require(
            Reconciler(lifecycle: Lifecycle(missing: .delete), rails: []).plan(
                directory: DirectorySnapshot(users: []), provider: ObservedState(accounts: [ana])
            ).operations.first)
        // The run has a directory that was not complete, so that only the operation itself can have forgotten.
        try await apply(try Plan.of([deletion], directoryIncomplete: ["size limit"]))
        #expect(try memory.links == [Made.id("bo"): AccountID("id of bo@corp.example")])
        #expect(try memory.delegations == [AccountID("id of bo@corp.example"): [Made.address("cy@corp.example")]])
        #expect(try memory.suspensions.isEmpty)
    }

    @Test func onlyWhatIsSoLeavesSomethingBehind() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            switch operation.address.text.prefix(3) {
            case "bo@": throw ProviderError(.stale, "It has changed.")
            case "cy@": throw ProviderError(.refused, "No.")
            case "dan": return AppliedOperation(id: AccountID("already"), wasAlreadyApplied: true)
            default: return done(operation)
            }
        }
        let plan = try Plan.of(
            ["ana", "bo", "cy", "dan"].map { .create(Made.account($0).account, because: [Reason(.everyone)]) })
        try await apply(plan, provider)
        #expect(
            try memory.links == [
                Made.id("ana"): AccountID("id of ana@corp.example"), Made.id("dan"): AccountID("already"),
            ])
    }

    @Test func providersAreKeptApart() async throws {
        let plan = try Plan.of([.create(Self.ana.account, because: [Reason(.everyone)])])
        try await apply(plan, ScriptedProvider(name: "other"))
        #expect(try memory == Memory())
        #expect(try state.memory(of: "other").links.count == 1)
    }

    @Test func theJournalAndTheMemoryAreWrittenTogether() async throws {
        let folder = folder
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            try? folder.execute("DROP TABLE link")
            return done(operation)
        }
        let plan = try Plan.of([.create(Self.ana.account, because: [Reason(.everyone)])])
        await #expect(throws: StateDatabaseError.self) { try await apply(plan, provider) }
        #expect(try folder.rows("SELECT state FROM entry") == ["intended"])
    }

    // MARK: What runs leave behind

    @Test func aRunThatEndedIsRemembered() async throws {
        let first = [PendingDeletion.of("ana@corp.example"), .of("bo@corp.example")]
        // There is nothing to do, which is something to know too.
        try await apply(try Plan.of([], pending: first))
        #expect(
            try memory
                == Memory(
                    suspensions: Dictionary(uniqueKeysWithValues: first.map { ($0.id, $0.since) }),
                    lastRun: RunSummary(at: Self.today, users: 12, usersInScope: 7)))
        let tomorrow = Self.today.adding(days: 1)
        try await apply(try Plan.of([], pending: [first[1]]), at: tomorrow)
        #expect(try memory.suspensions == [first[1].id: first[1].since])
        #expect(try memory.lastRun?.at == tomorrow)
        // A plan that was saved before then has nothing new to tell.
        try await apply(try Plan.of([], pending: first))
        #expect(try memory.suspensions == [first[1].id: first[1].since])
        #expect(try memory.lastRun?.at == tomorrow)
    }

    @Test func aRunWithAPartOfTheDirectoryIsNot() async throws {
        let plan = try Plan.of([], pending: [.of("ana@corp.example")], directoryIncomplete: ["size limit"])
        #expect(try await apply(plan).isComplete)
        #expect(try memory == Memory())
        #expect(try folder.rows("SELECT * FROM run") == [], "there was nothing to write down")
    }

    /// Else the rail would have nothing to say any more at the second try.
    @Test(arguments: [(Hold.everything, false), (.destructive, false), (.kind(.delete), true)])
    func aRunThatARailDoubtsIsNot(_ hold: Hold, isRemembered: Bool) async throws {
        let plan = try Plan.of(
            [.create(Self.ana.account, because: [Reason(.everyone)])], pending: [.of("ana@corp.example")],
            recognized: [RecognizedLink(key: Made.id("bo"), id: AccountID("bo"))],
            violations: [Violation(rail: "rail", "Why.", hold: hold)])
        #expect(try await apply(plan).isComplete)
        let memory = try memory
        #expect((memory.lastRun != nil) == isRemembered)
        #expect(memory.suspensions.isEmpty == !isRemembered)
        #expect(memory.links[Made.id("bo")] == (isRemembered ? AccountID("bo") : nil))
        // Somebody who approves it has no doubts.
        _ = try await PlanExecutor(provider: ScriptedProvider(), state: state)
            .apply(plan, approving: [0], digest: "d", madeAt: Self.today)
        #expect(try self.memory.lastRun?.at == Self.today)
        #expect(memory.links[Made.id("ana")] == AccountID("id of ana@corp.example"), "what was done is so all the same")
    }

    @Test func aDoubtThatIsApprovedIsNoneAnyMore() async throws {
        let folder = try StateFolder()
        let all = try Plan.creations(1)
        let plan = Plan(
            overview: all.overview, operations: all.operations, held: [],
            violations: [Violation(rail: "first-run", "Look.", hold: .destructive)], findings: [])
        for (approved, isRemembered) in [(Set<Int>(), false), ([0], true)] {
            let executor = PlanExecutor(provider: ScriptedProvider(), state: try folder.open())
            _ = try await executor.apply(plan, approving: approved, digest: "one", madeAt: Self.today)
            let memory = try StateDatabase.memory(at: folder.path, of: "scripted")
            #expect((memory.lastRun != nil) == isRemembered)
        }
    }

    @Test func aRunThatWasRefusedIsNot() async throws {
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            throw ProviderError(.unauthorized, "The token has expired.")
        }
        let plan = try Plan.of([.create(Self.ana.account, because: [Reason(.everyone)])])
        #expect(try await apply(plan, provider).ending == .refused("The token has expired."))
        #expect(try memory == Memory())
    }

    @Test func aRunThatWasStoppedIsNot() async throws {
        let plan = try Plan.of([], pending: [.of("ana@corp.example")])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await apply(plan)
        }
        #expect(try await task.value.ending == .stopped)
        #expect(try memory == Memory())
    }

    // MARK: Files

    @Test func aPreviewMakesNoFile() throws {
        let path = folder.folder.path + "/none/other.state"
        #expect(try StateDatabase.memory(at: path, of: "scripted") == Memory())
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func lookingLeavesTheFolderAsItIs() async throws {
        let other = try StateFolder()
        do {
            let state = try other.open()
            _ = try await PlanExecutor(provider: ScriptedProvider(), state: state)
                .apply(try Plan.creations(3), digest: "d", madeAt: Self.today)
        }
        func contents() throws -> [String: Data?] {
            let names = try FileManager.default.contentsOfDirectory(atPath: other.folder.path)
            return Dictionary(
                uniqueKeysWithValues: names.map { name in
                    (name, FileManager.default.contents(atPath: other.folder.path + "/" + name))
                })
        }
        let before = try contents()
        #expect(before.keys.sorted() == ["state.db"])
        #expect(try StateDatabase.memory(at: other.path, of: "scripted").lastRun?.at == Self.today)
        #expect(try contents() == before)
    }

    @Test func aFileThatCannotBeReadIsNoEmptyMemory() throws {
        let garbage = folder.folder.appendingPathComponent("garbage").path
        try String(repeating: "no database ", count: 500).write(toFile: garbage, atomically: true, encoding: .utf8)
        for path in [garbage, folder.folder.path] {
            let error = #expect(throws: StateDatabaseError.self) {
                try StateDatabase.memory(at: path, of: "scripted")
            }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test(arguments: [
        "INSERT INTO link VALUES (1, '', '7')", "INSERT INTO delegation VALUES (1, '7', 'nonsense')",
        "DROP TABLE last_run",
    ])
    func aMemoryThatMakesNoSenseIsAnError(_ sql: String) async throws {
        try await apply(try Plan.of([]))
        try folder.execute(sql)
        #expect(throws: StateDatabaseError.self) { try StateDatabase.memory(at: folder.path, of: "scripted") }
    }

    @Test func anOlderFileIsReadAsItIsAndRenewedByARun() async throws {
        let old = try StateFolder()
        try old.execute(Self.version1)
        #expect(try StateDatabase.memory(at: old.path, of: "scripted") == Memory())
        #expect(try old.rows("SELECT count(*) FROM sqlite_schema WHERE name = 'link'") == ["0"])
        let report = try await PlanExecutor(provider: ScriptedProvider(), state: old.open())
            .apply(try Plan.creations(2), digest: "one", madeAt: Self.today)
        #expect(report.entries.map(\.result) == [.doneEarlier, .done(AccountID("id of u1@corp.example"))])
        #expect(try StateDatabase.memory(at: old.path, of: "scripted").lastRun?.at == Self.today)
    }

    /// What the first version made, with a run that was killed.
    private static let version1 = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1');
        CREATE TABLE run (
            id INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL, provider TEXT NOT NULL,
            operations INTEGER NOT NULL, started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
            ended_at TEXT
        ) STRICT;
        CREATE INDEX run_by_plan ON run (plan);
        CREATE TABLE entry (
            run INTEGER NOT NULL REFERENCES run (id), position INTEGER NOT NULL, kind TEXT NOT NULL,
            address TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('intended', 'done', 'already', 'stale', 'failed')), detail TEXT,
            at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), PRIMARY KEY (run, position)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO run (plan, provider, operations) VALUES ('one', 'scripted', 2);
        INSERT INTO entry (run, position, kind, address, state) VALUES (1, 0, 'create', 'u0@corp.example', 'done');
        """
}

// MARK: Made

extension Plan {
    /// A plan of these operations from a directory of twelve users, seven of them in scope.
    fileprivate static func of(
        _ operations: [Operation], pending: [PendingDeletion] = [], directoryIncomplete: [String] = [],
        recognized: [RecognizedLink] = [], violations: [Violation] = []
    ) throws -> Plan {
        var overview = try Plan.creations(0).overview
        (overview.users, overview.usersInScope, overview.directoryIncomplete) = (12, 7, directoryIncomplete)
        return Plan(
            overview: overview, operations: operations, held: [], pending: pending, recognized: recognized,
            violations: violations, findings: [])
    }
}

extension PendingDeletion {
    fileprivate static func of(_ address: String) -> PendingDeletion {
        let since = Timestamp(secondsSince1970: Int64(1_780_000_000 + address.utf8.count))
        return PendingDeletion(
            id: AccountID("id of \(address)"), address: Made.address(address), since: since,
            due: since.adding(days: 30), reason: Reason(.gone))
    }
}

extension ReconcileEngine.Operation {
    fileprivate static func change(_ account: ObservedAccount, _ change: FieldChange, isAdoption: Bool = false) -> Self
    {
        .change(account, [change], isAdoption: isAdoption, because: [Reason(.differs)], fields: .all)
    }

    fileprivate static func adoption(of account: ObservedAccount, by key: ObjectID) -> Self {
        change(account, FieldChange(.key, from: .unset, to: .text(key.text)), isAdoption: true)
    }

    fileprivate static func rename(of account: ObservedAccount, to address: String) -> Self {
        change(account, FieldChange(.address, from: .text(account.account.address.text), to: .text(address)))
    }

    fileprivate static func delegates(of account: ObservedAccount, from old: [String], to new: [String]) -> Self {
        func list(_ names: [String]) -> FieldValue {
            names.isEmpty ? .unset : .list(names.map { "\($0)@corp.example" })
        }
        return change(account, FieldChange(.delegates, from: list(old), to: list(new)))
    }
}
