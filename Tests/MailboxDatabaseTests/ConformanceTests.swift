import Foundation
import MailboxDatabase
import ProviderClient
import ProviderTesting
import ReconcileEngine
import Testing

@Suite("Provider conformance")
struct ConformanceTests {
    @Test func theMailboxDatabaseConforms() async throws {
        let folder = try TemporaryFolder()
        let report = await ProviderConformance {
            MailboxProvider(path: folder.path("\(UUID().uuidString).db"))
        }.run()
        #expect(report.isConforming, "\(report)")
        #expect(report.checks.allSatisfy { $0.outcome == .passed }, "\(report)")
    }

    @Test func theModelConforms() async throws {
        let report = await ProviderConformance(accountCount: 250) { ModelProvider() }.run()
        #expect(report.checks.allSatisfy { $0.outcome == .passed }, "\(report)")
    }

    @Test func aPoorProviderConformsInWhatItCanDo() async throws {
        let capabilities = ProviderCapabilities(
            fields: [.key, .address, .givenName, .familyName, .active],
            operations: [.create, .update, .suspend, .reactivate])
        let report = await ProviderConformance(accountCount: 250) { ModelProvider(capabilities: capabilities) }.run()
        #expect(report.isConforming, "\(report)")
        #expect(report.checks.contains { $0.outcome == .skipped("cannot hold quota") }, "\(report)")
        #expect(report.checks.contains { $0.outcome == .skipped("cannot delete accounts") }, "\(report)")
    }
}
