import DirectoryModel
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// Tokens: each means one violation of one plan.
@Suite struct ApprovalTests {
    private static func file(at seconds: Int64 = 0, _ plan: Plan = plan) -> PlanFile {
        PlanFile(
            plan: plan,
            header: PlanHeader(
                configuration: "c0ffee", provider: "mail.db", madeAt: Timestamp(secondsSince1970: seconds), tool: "1"))
    }

    /// A plan with two violations that can be approved, and one that cannot.
    private static let plan = Plans.plan(
        [Made.person("new", groups: ["Sooma_5GB"])], ["boss", "old", "older"].map { Made.account($0) },
        rules: Plans.rules {
            $0.rails = [ActionLimit(.delete, count: 1), ProtectedAccounts([Made.address("boss@corp.example")])]
            $0.switches = .noCreate
        })

    @Test func eachMeansOneViolationOfOnePlan() throws {
        let tokens = Self.file().approvalTokens
        #expect(Self.plan.violations.map(\.isApprovable) == [false, true, true])
        #expect(tokens.map { $0 == nil } == [true, false, false])
        #expect(tokens.allSatisfy { $0?.wholeMatch(of: /[0-9a-f]{8}/) != nil || $0 == nil })
        #expect(Set(tokens + Self.file(at: 1).approvalTokens).count == 5)
        #expect(Self.file().approvalTokens == tokens)
        for (index, token) in tokens.enumerated() {
            guard let token else { continue }
            #expect(try Self.file().violations(approvedBy: [token]) == [index])
        }
        #expect(try Self.file().violations(approvedBy: tokens.compactMap(\.self)) == [1, 2])
        #expect(try Self.file().violations(approvedBy: []) == [])
    }

    @Test func anythingElseApprovesNothing() throws {
        let token = try #require(Self.file().approvalTokens[1])
        let other = try #require(Self.file(at: 1).approvalTokens[1])
        for wrong in [other, String(token.dropLast()), token + "0", "", "\u{1B}[2J"] {
            let error = #expect(throws: ApprovalError.self) {
                try Self.file().violations(approvedBy: [token, wrong])
            }
            #expect(error?.token == wrong)
            #expect(error?.description.contains("\u{1B}") == false)
            #expect(error?.description.contains("sync-plan plan --out FILE") == true)
        }
    }
}
