import DirectoryModel
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// What `explain` and `review` show.
@Suite struct ExplanationTextTests {
    private static let secret = "{SSHA}not-for-anybody"

    private static let rules = Plans.rules {
        $0.scope.include = [
            ScopeRule(MemberOf("Sooma_5GB", nested: true)),
            ScopeRule([AttributeCondition("department", .isOne(of: ["Sales", "IT"])), Enabled()]),
        ]
        $0.scope.exclude = [ScopeRule(Below(try! DistinguishedName("OU=Interns,DC=corp,DC=example")))]
        $0.mapping.name = TextRule(
            .template([.attribute("displayName"), .text(" ("), .attribute("department"), .text(")")]),
            [Trim(), LetterCase.upper])
        $0.mapping.passwordHash = "secretHash"
        $0.rails = [ProtectedAccounts([Made.address("boss@corp.example")])]
    }

    private static func makeExplainer() -> Explainer {
        let users = [
            Made.person(
                "ana", proxy: ["SMTP:ana@corp.example", "smtp:a\u{1B}[2J@corp.example", "smtp:ops@corp.example"],
                groups: ["Team"],
                more: [
                    "department": ["Sales"], "secretHash": [secret], "unicodePwd": ["hidden"], "mobile": ["\u{202E}1"],
                ]),
            Made.person("boss", groups: ["Sooma_5GB"]), Made.person("dan", groups: ["Sooma_5GB"], control: "514"),
            Made.person("eve", in: "Interns"), Made.person("two", groups: ["Sooma_5GB"]),
        ]
        let groups = Plans.groups + [Made.group("Team", proxy: [], groups: ["Sooma_5GB"])]
        let accounts = [
            Made.account("ana"), Made.account("boss", quota: .gigabytes(1)), Made.account("dan"), Made.account("eve"),
            Made.account("gone"), Made.account("hand", isBound: false),
            Made.account("twin1", address: "two@corp.example", isBound: false),
        ]
        return rules.explainer(
            directory: DirectorySnapshot(users: users, groups: groups), provider: ObservedState(accounts: accounts))
    }

    @Test func explanations() throws {
        let explainer = Self.makeExplainer()
        let names = [
            "ana@corp.example", "Boss", "dan@corp.example", "eve", "Team", "id-gone", "hand@corp.example", "two",
        ]
        let texts = try names.map { name in
            let subjects = explainer.subjects(named: name)
            #expect(subjects.count == 1, "\(name): \(subjects)")
            let explanation = try #require(explainer.explanation(of: subjects[0]))
            return ExplanationText().render(explanation)
        }
        try expectGolden(texts.joined(separator: "---\n"), "explanations.txt")
        for text in texts {
            #expect(!text.contains("not-for-anybody") && !text.contains("hidden") && !text.contains("\u{1B}"))
        }
    }

    @Test func colourIsAllThatDiffers() throws {
        let explanation = try #require(Self.makeExplainer().explanation(of: .object(Made.id("ana"))))
        let colored = ExplanationText(style: Style(usesColor: true)).render(explanation)
        #expect(colored.contains("\u{1B}"))
        #expect(
            colored.replacing(try Regex("\u{1B}\\[[0-9]+m"), with: "") == ExplanationText().render(explanation))
    }

    @Test func whatTextsName() {
        let explainer = Self.makeExplainer()
        #expect(explainer.subjects(named: "nobody").isEmpty)
        #expect(explainer.subjects(named: Made.id("ana").text.uppercased()) == [.object(Made.id("ana"))])
        #expect(explainer.subjects(named: "cn=ANA, ou=staff, dc=corp, dc=example") == [.object(Made.id("ana"))])
        #expect(explainer.subjects(named: "ops@corp.example") == [.object(Made.id("ana"))])
        #expect(explainer.subjects(named: "gone@corp.example") == [.account(AccountID("id-gone"))])
        #expect(explainer.subjects(named: "id-eve") == [.object(Made.id("eve"))])
        #expect(explainer.explanation(of: .account(AccountID("id-eve"))) == nil)
        #expect(explainer.explanation(of: .object(Made.id("nobody"))) == nil)
    }

    @Test func review() throws {
        let users =
            ["ana", "bo"].map { Made.person($0, groups: ["Sooma_5GB"]) } + [Made.person("cy", groups: ["Sooma_50GB"])]
        let accounts = [Made.account("ana", quota: .gigabytes(1)), Made.account("cy"), Made.account("old")]
        func plan(_ change: (inout Reconciler) -> Void = { _ in }) -> Plan {
            Plans.plan(users, accounts, rules: Plans.rules(change))
        }
        let changed = plan {
            $0.scope = .members(of: "Sooma_5GB")
            $0.entitlements[0] = .quota(.gigabytes(9), group: "Sooma_5GB")
            $0.domains = ClaimedDomains([try! MailDomain("corp.example")])
            $0.lifecycle.missing = .leave
            $0.rails = [ActionLimit(.create, count: 0), NonEmptyScope()]
        }
        let comparison = PlanComparison(from: plan(), to: changed)
        let text = ReviewText().render(comparison, from: "sync-plan.yaml", to: "new.yaml")
        try expectGolden(text, "review.txt")
        let none = PlanComparison(from: changed, to: changed)
        #expect(none.isEmpty && ExitStatus(of: none, detailed: true) == .success)
        #expect(ReviewText().render(none, from: "a", to: "b").hasSuffix("\nNo difference: 3 operations alike.\n"))
        #expect(ExitStatus(of: comparison) == .success && ExitStatus(of: comparison, detailed: true) == .changesPending)
    }
}
