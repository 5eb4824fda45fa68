import DirectoryModel
import LDAPSource
import ReconcileEngine
import TestSupport
import Testing

/// Parts of a directory that other servers have, several search bases, and values that need care.
@Suite struct ReferralTests {
    private static let id = (name: "objectGUID", values: [[UInt8](repeating: 7, count: 16)])

    private func read(
        _ answers: [FakeDirectory.Answer], _ names: [AttributeName] = ["displayName"]
    ) async throws -> DirectorySnapshot {
        let server = try FakeDirectory { _ in answers }
        defer { withExtendedLifetime(server) {} }
        let configuration = LDAPConfiguration(
            .url(try LDAPURL(server.url)), bases: [try DistinguishedName("DC=corp,DC=example")])
        return try await LDAPDirectory(configuration).read(ReadRequest(attributes: .only(names), kinds: [.user]))
    }

    @Test func referencesAreCountedAndTold() async throws {
        let child = "ldap://child.corp.example/DC=child,DC=corp,DC=example"
        let zones = "ldap://corp.example/DC=DomainDnsZones,DC=corp,DC=example"
        let snapshot = try await read([
            .reference([child]), .entry("CN=Ana,DC=corp,DC=example", [Self.id]),
            .reference([child, "ldap://other"]), .reference([zones]), .done(),
        ])
        let search = try #require(snapshot.completeness.proof?.searches.first)
        #expect(search.referrals == [child, zones])
        #expect(search.entries == 1)
        let plan = Reconciler().plan(
            directory: snapshot, provider: ObservedState(provider: "test", accounts: []))
        let findings = plan.findings.filter { $0.code == .partElsewhere }
        #expect(findings.map(\.subject) == [child])
    }

    @Test func aReferralInsteadOfAnAnswerIsNotFollowed() async throws {
        let error = await #expect(throws: LDAPError.self) {
            try await read([.done(10, referral: ["ldap://other.example/DC=corp"])])
        }
        #expect(error?.code == .noSuchObject)
        #expect(
            error?.message.contains("It refers to ldap://other.example/DC=corp.") ?? false,
            "\(String(describing: error))")
    }

    @Test func attributesWithOptionsAreAttributesOfTheirOwn() async throws {
        let entry: [(name: String, values: [[UInt8]])] = [
            Self.id, ("displayName;lang-de", [Array("Änne".utf8)]), ("displayName", [Array("Anne".utf8)]),
            ("userCertificate;binary", [[0x30, 0xFF]]),
        ]
        let snapshot = try await read(
            [.entry("CN=Anne,DC=corp,DC=example", entry), .done()],
            ["displayName", "displayName;LANG-DE", "userCertificate;binary"])
        #expect(snapshot.completeness.reasons == [])
        let user = try #require(snapshot.users.first)
        #expect(user.attributes["displayName"] == ["Anne"])
        #expect(user.attributes["displayName;lang-de"] == ["Änne"])
        #expect(user.attributes.bytes("userCertificate;binary") == [[0x30, 0xFF]])
    }

    @Test func aValueThatIsNotUTF8MakesItPartial() async throws {
        let latin = (name: "displayName", values: [[UInt8]]([[0x4A, 0xF6, 0x72, 0x67]]))
        let snapshot = try await read([.entry("CN=J,DC=corp,DC=example", [Self.id, latin]), .done()])
        #expect(snapshot.users.isEmpty)
        let reason = try #require(snapshot.completeness.reasons.first)
        #expect(
            reason.description
                == "displayName of CN=J,DC=corp,DC=example is not UTF-8 text. Correct the value in the directory.")
    }

    @Test(.enabled(if: SambaDomain.isInstalled)) func severalBasesAreReadOneAfterTheOther() async throws {
        var configuration = try Company.domain().configuration()
        configuration.bases = try ["OU=Outside", "OU=Service,OU=Corp"].map {
            try DistinguishedName("\($0),\(SambaDomain.base)")
        }
        let snapshot = try await LDAPDirectory(configuration).read(
            ReadRequest(attributes: .only(["sAMAccountName"]), kinds: [.user]))
        #expect(snapshot.users.flatMap { $0.attributes["sAMAccountName"] } == ["wendy", "svc"])
        #expect(snapshot.completeness.proof?.searches.map(\.entries) == [1, 1])
        // With an organisational unit as base, a domain controller refers to nobody.
        #expect(snapshot.completeness.proof?.searches.flatMap(\.referrals) == [])
    }

    @Test(arguments: [
        ([], "No search base"), (["DC=corp", "dc=CORP"], "named twice"), (["OU=a,DC=corp", "DC=corp"], "lies below"),
    ]) func basesThatWouldGiveEntriesTwiceAreRefused(_ bases: [String], why: String) async throws {
        let configuration = LDAPConfiguration(
            .url(try LDAPURL("ldap://127.0.0.1")), bases: try bases.map { try DistinguishedName($0) })
        #expect(try await readingError(configuration)?.message.contains(why) == true)
    }
}
