import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// One-time approval lifts what was named, and nothing else (requirement BE4); the laws of it are among ``WorldLaws``.
@Suite struct ApprovalTests {
    @Test func theWorldsAreVaried() {
        let plans = PlanPropertyTests.seeds.map { World(seed: $0).restricted.plan() }
        #expect(plans.contains { $0.held.contains { $0.violations.count > 1 } })
        #expect(plans.contains { $0.held.contains { $0.operation.reasons.contains(Reason(.makesWay)) } })
        #expect(plans.contains { !$0.violations.allSatisfy(\.isApprovable) })
        #expect(plans.contains { !$0.operations.isEmpty && !$0.held.isEmpty })
    }

    @Test func aHeldSwapIsHeldAsAWhole() {
        let rules = PlanningTests.rules { $0.rails = [ProtectedAccounts([Made.address("bo@corp.example")])] }
        let plan = rules.plan(
            directory: DirectorySnapshot(
                users: [
                    Made.person("ana", proxy: ["SMTP:bo@corp.example"], groups: ["Sooma_5GB"]),
                    Made.person("bo", proxy: ["SMTP:ana@corp.example"], groups: ["Sooma_5GB"]),
                ], groups: PlanningTests.groups),
            provider: ObservedState(
                accounts: ["ana", "bo"].map { Made.account($0, quota: .gigabytes(5)) }))
        #expect(plan.operations.isEmpty && plan.held.count == 3)
        #expect(plan.held.allSatisfy { $0.violations == Array(plan.violations.indices) })
        let approved = plan.approving(Set(plan.violations.indices))
        #expect(approved.operations.map(\.stage) == [0, 1, 2] && approved.held.isEmpty)
    }
}
