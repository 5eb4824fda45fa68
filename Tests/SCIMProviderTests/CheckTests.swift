import DirectoryModel
import Foundation
import ProviderClient
import ReconcileEngine
import SCIMProvider
import TestSupport
import Testing

/// What `sync-plan check` says of a service.
@Suite("SCIM check", .serialized, .enabled(if: SCIMServer.isInstalled))
struct CheckTests {
    @Test func aServiceThatDoesWhatItSays() async throws {
        let provider = try await provider(.full)
        _ = try await provider.apply(creation(of: person(1)))
        let steps = await provider.check()
        #expect(steps.map(\.title) == ["connect", "list", "does", "holds"] && steps.allSatisfy { $0.passed })
        #expect(steps[1].detail == "1 users and 0 groups with an address, all of them")
        #expect(
            steps[2].detail
                == "filter by userName works; filter by externalId works; pages of 200 by index; PATCH; versions; "
                + "Bulk, which is not used")
        #expect(steps[3].detail.hasSuffix("; not quota, delegates, password-hash, mfa"), "\(steps[3].detail)")
    }

    @Test func aServiceThatSaysSomethingElse() async throws {
        let provider = try await provider(.django, without: [.name])
        _ = try await provider.apply(
            creation(of: Account(key: Made.id("ana"), address: Made.address("ana@corp.example"), givenName: "Ana")))
        let steps = await provider.check()
        #expect(
            steps[2].detail
                == "filter by userName works, though it says the opposite; filter by externalId does not work; "
                + "pages of 50 by index; PATCH; no versions")
        #expect(steps[3].detail.contains("not name, quota,"), "\(steps[3].detail)")
    }

    @Test func aTokenThatIsWrong() async throws {
        let server = try await Servers.shared.server(.full)
        let provider = try SCIMAccountProvider(
            SCIMConfiguration(url: try await server.emptyService(), credentials: .bearer(Secret("wrong-token"))))
        let steps = await provider.check()
        #expect(steps.count == 1 && !steps[0].passed)
        #expect((steps[0].error as? ProviderError)?.code == .unauthorized, "\(steps[0].detail)")
        #expect(!steps[0].detail.contains("wrong-token"))
    }

    /// What openssl serves over TLS is no SCIM; what matters is who gets that far.
    @Test func onlyAServerThatIsKnownIsSpokenTo() async throws {
        let folder = try temporaryFolder("tls")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Certificates.write(in: folder, names: ["DNS:localhost"])
        let port = try freePort()
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        let server = try ServerProcess(
            try #require(findProgram("openssl")),
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", path("server.pem"), "-key", path("server.key"),
                "-www", "-quiet",
            ], log: folder.appendingPathComponent("log"))
        defer { server.stop() }
        func error(_ host: String, _ caFile: String?) async throws -> ProviderError? {
            let provider = try SCIMAccountProvider(
                SCIMConfiguration(
                    url: "https://\(host):\(port)/v2", credentials: .bearer(Secret(SCIMServer.token)), caFile: caFile))
            return await failure { _ = try await provider.capabilities() }
        }
        let unknown = try await error("localhost", nil)
        #expect(unknown?.code == .unavailable && unknown?.message.contains("TLS handshake failed") == true)
        let other = try await error("127.0.0.1", path("ca.pem"))
        #expect(
            other?.code == .unavailable && other?.message.contains("certificate is for another host") == true,
            "\(other as Any)")
        // It says nothing of itself that makes sense, and is reached.
        #expect(try await error("localhost", path("ca.pem")) == nil)
        #expect(throws: ProviderError.self) {
            try SCIMAccountProvider(
                SCIMConfiguration(url: "https://a", credentials: .bearer(Secret("x")), caFile: path("log")))
        }
    }

    private func provider(_ kind: SCIMServer.Kind, without: AccountFields = []) async throws -> SCIMAccountProvider {
        let server = try await Servers.shared.server(kind)
        return try SCIMAccountProvider(
            SCIMConfiguration(
                url: try await server.emptyService(), credentials: .bearer(Secret(SCIMServer.token)), without: without))
    }
}
