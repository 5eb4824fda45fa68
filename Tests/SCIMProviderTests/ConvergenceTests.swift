import DirectoryModel
import Foundation
import PlanExecution
import ProviderClient
import ReconcileEngine
import SCIMProvider
import TestSupport
import Testing

/// The law of the whole way: plan, apply, plan, and nothing is left to do, though the wire fails again and again.
@Suite("SCIM convergence", .serialized, .enabled(if: SCIMServer.isInstalled))
struct SCIMConvergenceTests {
    /// Faults that strike one after the other while the plan is applied.
    private static let faults = ["POST", "PATCH", "PUT", "DELETE"].flatMap { method in
        [
            #""what": "close-after""#, #""what": "answer", \#(FaultTests.page)"#, #""what": "close""#,
            #""what": "answer", "status": 429, "headers": {"Retry-After": "0"}"#,
            #""what": "answer-after", "status": 500"#, #""what": "answer-after", \#(FaultTests.page)"#,
        ].map { "{\"method\": \"\(method)\", \"path\": \"\", \($0)}" }
    }

    @Test func aFullServer() async throws { try await expectConvergence(.full) }
    @Test func aServerWithoutPatch() async throws { try await expectConvergence(.configured("poor.json")) }
    @Test func zivver() async throws { try await expectConvergence(.zivver(budget: 0, seconds: 1), .zivver) }

    private func expectConvergence(_ kind: SCIMServer.Kind, _ profile: SCIMProfile = .rfc) async throws {
        let faulty = try await Faulty(kind)
        let provider = try faulty.provider(profile, pageSize: 7)
        let rules = Reconciler(
            mapping: AccountMapping(
                addresses: .proxyAddresses("proxyAddresses", fallback: nil), name: .attribute("displayName")),
            groups: [GroupRule(profile.groupKind)], lifecycle: Lifecycle(missing: .delete), rails: [])
        func directory(_ numbers: Range<Int>, inDesk: (Int) -> Bool) -> DirectorySnapshot {
            DirectorySnapshot(
                users: numbers.map { Made.person("user\($0)", groups: inDesk($0) ? ["desk"] : []) },
                groups: [Made.group("desk", proxy: ["SMTP:desk@corp.example"])])
        }
        let folder = try temporaryFolder("scim-state")
        defer { try? FileManager.default.removeItem(at: folder) }
        let state = try StateDatabase(path: folder.appendingPathComponent("state").path)
        let executor = PlanExecutor(
            provider: provider, state: state, options: .init(attempts: 12, firstPause: .milliseconds(1)))
        // Everybody comes; then some go, some come, and the group has others in it.
        let steps = [directory(1..<16) { $0.isMultiple(of: 2) }, directory(6..<21) { $0.isMultiple(of: 3) }]
        for (number, snapshot) in steps.enumerated() {
            let plan = rules.plan(directory: snapshot, provider: try await provider.observe())
            #expect(plan.operations.count > 10 && plan.held.isEmpty, "\(plan.findings)")
            try await faulty.proxy.fail("[\(Self.faults.joined(separator: ", "))]")
            let report = try await executor.apply(plan, digest: "plan \(number)", madeAt: .earliest)
            for entry in report.entries where !entry.result.isSuccess {
                Issue.record("\(entry.operation.kind) \(entry.operation.address): \(entry.result)")
            }
            try await faulty.proxy.fail("[]")
            let observed = try await provider.observe()
            #expect(observed.incomplete.isEmpty && observed.accounts.count == 16)
            let left = rules.plan(directory: snapshot, provider: observed)
            #expect(left.isEmpty, "\(left.operations.map { "\($0.kind) \($0.address) \($0.changes)" })")
        }
    }
}
