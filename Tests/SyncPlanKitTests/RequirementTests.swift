import Foundation
import SyncPlanKit
import Testing

/// Which test shows which requirement of the field: the table in `Documentation/Rules.md` is made of what there is.
@Suite struct RequirementTests {
    /// The requirements that rules have to meet.
    static let required = [
        "SO1", "SO2", "SO3", "SO4", "SO5", "SO6", "SO8", "ZI4", "ZI5", "ZI6", "ZI7", "ZI8", "ZI9", "ZI10", "ZI11",
        "ZI12",
        "ZI14", "ZI15",
        "KO1", "KO2", "KO3", "KO6", "KO8", "MS3", "MS4", "MS5", "MS8", "MS9", "MS10", "MS11", "CL1", "CL2", "CL3",
        "CL4",
        "CL6", "CL7",
        "BE1", "BE2", "BE3", "BE4", "BE5", "BE6", "BE7", "BE8", "BE9", "BE10", "BE11",
    ]

    /// What a case of rules cannot show, with the file under `Tests` and the test in it that does.
    static let elsewhere: [(id: String, shows: String, file: String, test: String)] = [
        (
            "SO5", "a plan changes nothing, and names what would go", "CommandTests/FileJourneyTests.swift",
            "planApplyPlan"
        ),
        (
            "SO8", "silent where nothing is to be done, and a line for each change and each problem",
            "CommandTests/UnattendedTests.swift", "aTimersDay"
        ),
        (
            "SO8", "never twice at once", "CommandTests/UnattendedTests.swift", "neverTwiceAtOnce"
        ),
        (
            "SO8", "stopped where it takes longer than a set time, reading included",
            "CommandTests/UnattendedTests.swift", "theTimeLimitIsForReadingToo"
        ),
        (
            "ZI14", "two profiles run side by side", "CommandTests/UnattendedTests.swift", "profilesRunSideBySide"
        ),
        (
            "KO6", "a service that stays, reads its configuration anew, and ends cleanly",
            "CommandTests/UnattendedServiceTests.swift", "itStays"
        ),
        (
            "MS11", "units with a timer for each profile, as systemd takes them",
            "CommandTests/UnattendedExampleTests.swift", "systemdTakesTheUnits"
        ),
        (
            "CL6", "people are told once per incident, and once when it is over", "CommandTests/UnattendedTests.swift",
            "anOutageIsToldOnce"
        ),
        (
            "CL6", "what is told, and what is not told again", "SyncPlanKitTests/Unattended/IncidentRecordTests.swift",
            "static let sequences"
        ),
        (
            "ZI12", "what fails fails alone, with the provider's own words",
            "PlanExecutionTests/PlanExecutorTests.swift", "whatFailsFailsAlone"
        ),
        (
            "ZI11", "members of a functional account at Zivver's stand-in, and none of them any more",
            "SCIMProviderTests/ZivverTests.swift", "aGroupCanBeEmptied"
        ),
        (
            "ZI12", "each failed account is listed with the words of the service, and the rest goes on",
            "CommandTests/SCIMJourneyTests.swift", "eachFailedAccountIsListed"
        ),
        (
            "ZI15", "a first password is handed over once, in a file of its owner's",
            "PlanExecutionTests/FirstPasswordTests.swift", "everyNewPersonGetsOneBeforeTheAccountIsMade"
        ),
        (
            "BE1", "no removal from a partial read, whatever the rules", "ReconcileEngineTests/WorldLaws.swift",
            "partialRemovesNobody"
        ),
        (
            "BE3", "a saved plan that was changed, or is another's, is refused",
            "SyncPlanKitTests/PlanFileTests.swift", "looksLikeThis"
        ),
        (
            "BE4", "approval lifts nothing else", "ReconcileEngineTests/WorldLaws.swift",
            "BE4: approval lifts nothing else"
        ),
        (
            "BE5", "what two configurations lead to, and where they differ",
            "SyncPlanKitTests/ExplanationTextTests.swift", "func review"
        ),
        (
            "BE6", "after every operation each address belongs to one account",
            "ReconcileEngineTests/WorldLaws.swift", "addressesAreUnique"
        ),
        (
            "CL1", "a SCIM service and a token: check, plan, apply, and nothing is left",
            "CommandTests/SCIMJourneyTests.swift", "everyChangeAndNothingElse"
        ),
        (
            "CL1", "the check says what is wrong with the address, the token or the rights",
            "CommandTests/SCIMRefusalTests.swift", "everyCauseIsNamed"
        ),
        (
            "CL7", "a provider that most calls fail with is left alone, longer each time, and tried again",
            "PlanExecutionTests/EndingTests.swift", "aProviderInTroubleIsLeftAlone"
        ),
        (
            "BE9", "what a killed run had begun is tried again", "PlanExecutionTests/JournalTests.swift",
            "whatWasIntendedWhenTheProcessDiedIsTriedAgain"
        ),
        (
            "BE9", "nobody is made twice, whatever becomes of the answer", "SCIMProviderTests/FaultTests.swift",
            "nobodyIsMadeTwice"
        ),
        (
            "BE9", "undoing a run leads back to what was before it", "ReconcileEngineTests/WorldLaws+Undo.swift",
            "undoingLeadsBack"
        ),
        (
            "BE9", "byte for byte in a mailbox database, where nothing is lost for good",
            "MailboxDatabaseTests/RevertTests.swift", "aRunIsUndoneByteForByte"
        ),
        (
            "BE9", "past runs are listed with what became of each operation",
            "PlanExecutionTests/HistoryTests.swift", "runsAreListedWithWhatBecameOfThem"
        ),
        (
            "BE10", "explanations agree with the plan for every object and account",
            "ReconcileEngineTests/WorldLaws+Explanation.swift", "explanationsAgree"
        ),
        (
            "BE11", "plan, apply, plan: nothing is left", "ReconcileEngineTests/WorldLaws.swift", "converges"
        ),
    ]

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The table's rows.
    static func rows() throws -> [(id: String, shows: String, place: String)] {
        var rows: [(id: String, shows: String, place: String)] = []
        for name in RuleTestTests.files {
            for result in try RuleTestFile(path: "\(RuleTestTests.folder)/\(name)").run().results {
                let words = result.name.split(separator: " ", maxSplits: 1).map(String.init)
                guard words.count == 2, required.contains(words[0]) else { continue }
                rows.append((words[0], words[1], "`rule-tests/\(name)`"))
            }
        }
        rows += elsewhere.map { ($0.id, $0.shows, "`\($0.file)`") }
        let order = Dictionary(uniqueKeysWithValues: required.enumerated().map { ($1, $0) })
        return rows.sorted { (order[$0.id] ?? 0, $0.place, $0.shows) < (order[$1.id] ?? 0, $1.place, $1.shows) }
    }

    @Test func everyRequirementIsShown() throws {
        let shown = Set(try Self.rows().map(\.id))
        #expect(Self.required.filter { !shown.contains($0) } == [])
    }

    @Test(arguments: elsewhere.map(\.test)) func theTestsAreThere(_ test: String) throws {
        let row = try #require(Self.elsewhere.first { $0.test == test })
        let text = try String(contentsOf: Self.root.appendingPathComponent("Tests/\(row.file)"), encoding: .utf8)
        #expect(text.contains(test))
    }

    @Test func theTableIsUpToDate() throws {
        let (begin, end) = ("<!-- requirements -->\n", "<!-- end of requirements -->")
        let url = Self.root.appendingPathComponent("Documentation/Rules.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        let start = try #require(text.range(of: begin)).upperBound
        let stop = try #require(text.range(of: end)).lowerBound
        var table = "| requirement | what is shown | where |\n|---|---|---|\n"
        for row in try Self.rows() { table += "| \(row.id) | \(row.shows) | \(row.place) |\n" }
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try text.replacingCharacters(in: start..<stop, with: table).write(
                to: url, atomically: true, encoding: .utf8)
            return
        }
        #expect(text[start..<stop] == table, "UPDATE_GOLDEN=1 writes the table anew.")
    }
}
