import DirectoryModel
import PlanExecution
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// What people see: the golden files are the documentation of it.
@Suite struct PlanTextTests {
    @Test(arguments: [
        ("everything", Plans.everything), ("many", Plans.many), ("incomplete", Plans.incomplete),
        ("hostile", Plans.hostile), ("nothing", Plans.plan([], [])), ("shared", Plans.shared),
    ])
    func plan(_ name: String, _ plan: Plan) throws {
        try expectGolden(PlanText().render(plan, ending: "Nothing has been changed."), "\(name).txt")
    }

    /// What is held in a saved plan is shown with the command that approves it, and what nobody can approve without.
    @Test func approvals() throws {
        var rules = Plans.rules {
            $0.rails = [ActionLimit(.suspend, count: 1), ProtectedAccounts([Made.address("boss@corp.example")])]
            $0.switches = .noCreate
        }
        let users =
            ["new", "boss"].map { Made.person($0, groups: ["Sooma_5GB"]) } + ["a", "b"].map { Made.person($0) }
        let accounts = ["boss", "a", "b"].map { Made.account($0) }
        let header = PlanHeader(
            configuration: "c0ffee", provider: "mail.db", madeAt: Timestamp(secondsSince1970: 1_700_000_000),
            tool: "9.8.7")
        let file = PlanFile(plan: Plans.plan(users, accounts, rules: rules), header: header)
        let saved = PlanText().render(
            file.plan, approvals: file.approvalCommands(savedAs: "staff.plan"), ending: "Nothing has been changed.")
        let preview = PlanText().render(file.plan, ending: "Nothing has been changed.")
        try expectGolden(saved + "---\n" + preview, "approvals.txt")
        // What only a switch holds is no matter of approving.
        rules.rails = []
        let switched = PlanText().render(Plans.plan(users, [], rules: rules), ending: "")
        #expect(switched.contains("settings.no-create") && !switched.contains("approve"))
    }

    @Test func everyKindIsThere() {
        #expect(Set(Plans.everything.operations.map(\.kind)) == Set(ReconcileEngine.Operation.Kind.allCases))
        #expect(!Plans.everything.held.isEmpty && Plans.everything.findings.count > 3)
    }

    @Test func colored() throws {
        let text = PlanText(style: Style(usesColor: true)).render(Plans.everything, ending: "")
        try expectGolden(text, "everything-colored.txt")
        // Colour is all that differs.
        let plain = text.replacing(try Regex("\u{1B}\\[[0-9]+m"), with: "")
        #expect(plain == PlanText().render(Plans.everything, ending: ""))
    }

    @Test(arguments: [40, 60, 80, 200]) func linesFitATerminal(_ columns: Int) throws {
        for plan in Plans.all {
            for usesColor in [false, true] {
                let wide = PlanText(style: Style(usesColor: usesColor), limit: nil).render(plan, ending: "Done.")
                let text = PlanText(style: Style(usesColor: usesColor, columns: columns), limit: nil)
                    .render(plan, ending: "Done.")
                // The same words in the same order.
                let (words, all) = (text.split { " \n".contains($0) }, wide.split { " \n".contains($0) })
                #expect(words == all)
                for line in text.replacing(try Regex("\u{1B}\\[[0-9]+m"), with: "").split(separator: "\n") {
                    let isOneWord = line.split(separator: " ").count == 1
                    #expect(line.count <= columns || isOneWord || line.contains("   sync-plan "), "\(line)")
                }
            }
        }
        if columns == 80 {
            try expectGolden(
                PlanText(style: Style(columns: 80)).render(Plans.everything, ending: "Nothing has been changed."),
                "everything-80.txt")
        }
    }

    @Test func withoutALimitEverythingIsShown() {
        let text = PlanText(limit: nil).render(Plans.many, ending: "")
        for operation in Plans.many.operations + Plans.many.held.map(\.operation) {
            #expect(text.contains(operation.address.text))
        }
        #expect(!text.contains("--all"))
        #expect(PlanText(limit: 20).render(Plans.many, ending: "").contains("… and 10 more creates; --all shows them."))
    }

    @Test func nothingFromADirectoryReachesTheTerminalAsItIs() {
        for style in [Style(), Style(usesColor: true)] {
            let text = PlanText(style: style).render(Plans.hostile, ending: "")
                .replacing(try! Regex("\u{1B}\\[[0-9]+m"), with: "")
            let controls = text.unicodeScalars.filter {
                $0 != "\n"
                    && [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
            }
            #expect(controls.isEmpty, "\(controls.map { String($0.value, radix: 16) })")
        }
    }

    // MARK: Reports

    private static func report(
        _ results: [ApplyReport.Result], _ ending: ApplyReport.Ending = .finished
    ) -> ApplyReport {
        ApplyReport(
            entries: zip(Plans.everything.operations, results).enumerated().map {
                ApplyReport.Entry(position: $0, operation: $1.0, result: $1.1)
            }, ending: ending)
    }

    @Test func reports() throws {
        let id = AccountID("1")
        let mixed: [ApplyReport.Result] = [
            .done(id), .done(id), .alreadyApplied(id), .doneEarlier,
            .stale("It has changed\u{1B}[2J. Make a new plan."),
            .failed(code: "address-taken", message: "It belongs to somebody else."), .notStarted,
        ]
        let texts = [
            Self.report(mixed), Self.report([.done(id), .done(id)]), Self.report([]),
            Self.report([.done(id), .notStarted], .stopped),
            Self.report(
                [.failed(code: "unauthorized", message: "The token has expired."), .notStarted],
                .refused("The token has expired.")),
        ].map { ReportText().render($0) }
        try expectGolden(texts.joined(separator: "---\n"), "reports.txt")
    }

    @Test func checks() throws {
        let steps = [
            CheckStep("configuration", passed: true, detail: "sync-plan.yaml makes sense."),
            CheckStep("source bind", passed: false, detail: "The name or the password is wrong.\u{7}"),
        ]
        try expectGolden(ReportText().render(steps), "check.txt")
    }
}
