import DirectoryModel
import Foundation
import ProviderClient
import ProviderTesting
import ReconcileEngine
import SCIMProvider
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What we send, as others see it: a library of SCIM's models, and clients that others wrote.
@Suite("SCIM peers", .serialized, .enabled(if: SCIMServer.isInstalled))
struct PeerTests {
    private struct Verdict: Decodable {
        let counts: [String: Int]
        let mistakes: [String]
    }

    /// Every body that the conformance suite makes us send is valid in the context that it is sent in.
    @Test(arguments: [
        (SCIMServer.Kind.full, SCIMProfile.rfc, ["POST Users", "PATCH Users", "POST Groups", "PATCH Groups"]),
        (.configured("poor.json"), .rfc, ["POST Users", "PUT Users", "POST Groups", "PUT Groups"]),
    ])
    func whatWeSendIsValid(_ kind: SCIMServer.Kind, _ profile: SCIMProfile, _ kinds: [String]) async throws {
        let faulty = try await Faulty(kind)
        _ = try await faulty.proxy.record()
        let report = await ProviderConformance(
            accountCount: 5, attributes: ["title", "preferredLanguage", "nickName"]
        ) {
            let url = try await faulty.server.emptyService()
            return try SCIMAccountProvider(
                SCIMConfiguration(
                    url: url.replacingOccurrences(of: ":\(faulty.server.port)/", with: ":\(faulty.proxy.port)/"),
                    credentials: .bearer(Secret(SCIMServer.token)), profile: profile))
        }.run()
        #expect(report.isConforming, "\(report)")
        let record = String(decoding: try await faulty.proxy.record(), as: UTF8.self)
        let output = try run(SCIMServer.python, [SCIMServer.fixture("validate.py")], input: record)
        let verdict = try JSONDecoder().decode(Verdict.self, from: Data(output.utf8))
        for kind in kinds { #expect(verdict.counts[kind, default: 0] > 1, "\(kind): \(verdict.counts)") }
        #expect(verdict.mistakes == [])
    }

    /// Three people come, one changes, one is suspended and one goes: by us, and by another client.
    @Test func scim2ClientDoesTheSame() async throws {
        let server = try await Servers.shared.server(.full)
        let (ours, theirs) = try await job(on: server, .rfc, peer: "scim2-client")
        func users(_ url: String) async throws -> [NSDictionary] {
            let list = try await object("\(url)/Users")
            return try sorted(list["Resources"]).map { user in
                // Ids and times are the server's.
                user.filter { !["id", "meta"].contains($0.key) } as NSDictionary
            }
        }
        let (left, right) = (try await users(ours), try await users(theirs))
        #expect(left.count == 2 && left == right, "\(left)\n\(right)")
    }

    @Test func zivverscimDoesTheSame() async throws {
        let server = try await Servers.shared.server(.zivver(budget: 0, seconds: 1))
        let (ours, theirs) = try await job(on: server, .zivver, peer: "zivverscim")
        let schema = "urn:ietf:params:scim:schemas:zivver:0.1:User"
        func users(_ url: String) async throws -> [NSDictionary] {
            let state = try await object(url.replacingOccurrences(of: "/api/scim/v2", with: "/state"))
            let users = try #require(state["Users"] as? [String: Any])
            return try sorted(Array(users.values)).map { user in
                var shown = user.filter { ["userName", "active", "name"].contains($0.key) }
                // It knows nothing of the external account id.
                let more = user[schema] as? [String: Any] ?? [:]
                for name in ["SsoAccountKey", "aliases"] { shown[name] = more[name] }
                return shown as NSDictionary
            }
        }
        let (left, right) = (try await users(ours), try await users(theirs))
        #expect(left.count == 2 && left == right, "\(left)\n\(right)")
        #expect(left.allSatisfy { $0.count == 5 })
    }

    /// Does the job on one service by ourselves and on another one by the peer; answers their addresses.
    private func job(
        on server: SCIMServer, _ profile: SCIMProfile, peer: String
    ) async throws -> (ours: String, theirs: String) {
        let people = ["ana", "bo", "cy"].map { name in
            Account(
                key: Made.id(name), address: Made.address("\(name)@corp.example"),
                aliases: [Made.address("\(name).a@corp.example")], name: "\(name.capitalized) Archer")
        }
        let ours = try await server.emptyService()
        let provider = try SCIMAccountProvider(
            SCIMConfiguration(url: ours, credentials: .bearer(Secret(SCIMServer.token)), profile: profile))
        var made: [ObservedAccount] = []
        for account in people {
            made.append(ObservedAccount(id: try await provider.apply(creation(of: account)).id, account: account))
        }
        let fields = try await provider.capabilities().fields
        func change(_ index: Int, _ change: FieldChange) async throws {
            let operation = Operation.change(made[index], [change], because: [Reason(.differs)], fields: fields)
            _ = try await provider.apply(operation)
        }
        try await change(0, FieldChange(.name, from: .text("Ana Archer"), to: .text("Ana Ash")))
        try await change(1, FieldChange(.active, from: .flag(true), to: .flag(false)))
        let rules = Reconciler(
            mapping: AccountMapping(addresses: .proxyAddresses("proxyAddresses", fallback: nil)),
            lifecycle: Lifecycle(missing: .delete), rails: [])
        let rest = DirectorySnapshot(users: ["ana", "bo"].map { Made.person($0, proxy: nil) }, groups: [])
        let gone = rules.plan(directory: rest, provider: try await provider.observe()).operations.filter {
            $0.kind == .delete
        }
        #expect(gone.map(\.address.text) == ["cy@corp.example"])
        for operation in gone { _ = try await provider.apply(operation) }

        let theirs = try await server.emptyService()
        let list = people.map { [$0.key?.text ?? "", $0.address.text, $0.name ?? "", $0.aliases[0].text] }
        let json = String(decoding: try JSONEncoder().encode(list), as: UTF8.self)
        try run(SCIMServer.python, [SCIMServer.fixture("peer.py"), peer, theirs, SCIMServer.token, json])
        return (ours, theirs)
    }

    private func object(_ url: String) async throws -> [String: Any] {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.setValue("Bearer \(SCIMServer.token)", forHTTPHeaderField: "Authorization")
        return try #require(try JSONSerialization.jsonObject(with: try await fetch(request)) as? [String: Any])
    }

    private func sorted(_ users: Any?) throws -> [[String: Any]] {
        func name(_ user: [String: Any]) -> String { user["userName"] as? String ?? "" }
        return try #require(users as? [[String: Any]]).sorted { name($0) < name($1) }
    }
}
