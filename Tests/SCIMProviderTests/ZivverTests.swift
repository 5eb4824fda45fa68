import DirectoryModel
import Foundation
import ProviderClient
import ReconcileEngine
import SCIMProvider
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What is particular to Zivver, against a stand-in with what is known of the service.
@Suite("Zivver", .enabled(if: SCIMServer.isInstalled))
struct ZivverTests {
    private static let userSchema = "urn:ietf:params:scim:schemas:zivver:0.1:User"

    /// An extension that is sent in part would lose the key to single sign-on, which is never shown.
    @Test func theSignOnKeyIsKept() async throws {
        let faulty = try await Faulty(.zivver(budget: 0, seconds: 1))
        let provider = try faulty.provider(.zivver)
        var ana = person(1)
        ana.organizationalUnit = "Sales"
        let id = try await provider.apply(creation(of: ana)).id
        let key = try #require(ana.key?.text)
        #expect(try await signOnKeys(faulty) == [key])
        let changes: [FieldChange] = [
            FieldChange(.aliases, from: .unset, to: .list(["ana@corp.example"])),
            FieldChange(.active, from: .flag(true), to: .flag(false)),
            FieldChange(.organizationalUnit, from: .text("Sales"), to: .unset),
            FieldChange(.name, from: .text("Person 1"), to: .text("Ana")),
        ]
        for change in changes {
            let current = try #require(try await provider.observe().accounts.first)
            let fields = try await provider.capabilities().fields
            _ = try await provider.apply(.change(current, [change], because: [Reason(.differs)], fields: fields))
            #expect(try await signOnKeys(faulty) == [key], "after \(change.field)")
        }
        let changed = try #require(try await provider.observe().accounts.first)
        #expect(changed.id == id && changed.account.name == "Ana" && !changed.account.isActive)
        #expect(
            changed.account.organizationalUnit == nil && changed.account.aliases.map(\.text) == ["ana@corp.example"])
    }

    /// Nobody knows the key of an account that was made by hand, so nothing is done that would lose it.
    @Test func whatWouldLoseTheSignOnKeyIsRefused() async throws {
        let faulty = try await Faulty(.zivver(budget: 0, seconds: 1))
        let provider = try faulty.provider(.zivver)
        var ana = person(1)
        ana.key = nil
        _ = try await provider.apply(creation(of: ana))
        let current = try #require(try await provider.observe().accounts.first)
        let fields = try await provider.capabilities().fields
        let alias = FieldChange(.aliases, from: .unset, to: .list(["ana@corp.example"]))
        let error = await failure {
            _ = try await provider.apply(.change(current, [alias], because: [Reason(.differs)], fields: fields))
        }
        #expect(
            error?.code == .refused && error?.message.contains("SsoAccountKey would be lost") == true, "\(error as Any)"
        )
        let name = FieldChange(.name, from: .text("Person 1"), to: .text("Ana"))
        _ = try await provider.apply(.change(current, [name], because: [Reason(.differs)], fields: fields))
    }

    @Test func aGroupCanBeEmptied() async throws {
        let faulty = try await Faulty(.zivver(budget: 0, seconds: 1))
        let provider = try faulty.provider(.zivver)
        _ = try await provider.apply(creation(of: person(1)))
        var desk = Account(kind: .functional, key: Made.id("desk"), address: Made.address("desk@corp.example"))
        desk.setDelegates([person(1).address])
        _ = try await provider.apply(creation(of: desk))
        let state = try await provider.observe()
        let current = try #require(state.accounts.first { $0.account.kind == .functional })
        #expect(current.account.delegates == [person(1).address])
        let change = FieldChange(.delegates, from: .list([person(1).address.text]), to: .unset)
        let fields = state.capabilities.fields(for: .functional)
        _ = try await provider.apply(.change(current, [change], because: [Reason(.members)], fields: fields))
        let emptied = try await provider.observe().accounts.first { $0.account.kind == .functional }
        #expect(emptied?.account.delegates == [])
    }

    /// After so many calls no more are answered for some time, and the answer says for how long.
    @Test func theBucket() async throws {
        let faulty = try await Faulty(.zivver(budget: 12, seconds: 3))
        let provider = try faulty.provider(.zivver)
        var throttled: ProviderError?
        for number in 1...12 where throttled == nil {
            throttled = await failure { _ = try await provider.apply(creation(of: person(number))) }
        }
        #expect(throttled?.code == .throttled && throttled?.retryAfter == .seconds(3), "\(throttled as Any)")
    }

    private func signOnKeys(_ faulty: Faulty) async throws -> [String] {
        let state = faulty.direct.replacingOccurrences(of: "/api/scim/v2", with: "/state")
        let data = try await fetch(URLRequest(url: try #require(URL(string: state))))
        let values = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: [String: Any]]])
        return (values["Users"] ?? [:]).values.compactMap {
            ($0[Self.userSchema] as? [String: Any])?["SsoAccountKey"] as? String
        }
    }
}
