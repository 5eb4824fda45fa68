import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// What a read of an Active Directory brings that a directory in its layout only does not have.
@Suite(.enabled(if: SambaDomain.isInstalled)) struct SambaReadingTests {
    private func read(_ request: ReadRequest) async throws -> DirectorySnapshot {
        try await LDAPDirectory(try Company.domain().configuration()).read(request)
    }

    @Test func everybodyIsRead() async throws {
        let snapshot = try await read(
            ReadRequest(attributes: .only(["sAMAccountName", "mailNickname", "isCriticalSystemObject"])))
        #expect(snapshot.completeness.reasons == [])
        let logins = Set(snapshot.users.flatMap { $0.attributes["sAMAccountName"] })
        // Disabled, expired and hidden people are people; what the directory has for itself is told by its attributes.
        #expect(
            logins == [
                "Administrator", "Guest", "krbtgt", "alice", "bob", "carol", "erin", "frank", "greg", "hank", "hal",
                "jane", "tina", "wendy", "svc",
            ])
        let own = snapshot.users.filter { $0.attributes.first("isCriticalSystemObject") == "TRUE" }
        #expect(Set(own.flatMap { $0.attributes["sAMAccountName"] }) == ["Administrator", "Guest", "krbtgt"])
        #expect(snapshot.users.first { $0.attributes.first("mailNickname") == "alice" } != nil)
        #expect(snapshot.contacts.count == SambaDomain.crowd + 1)
        #expect(snapshot.users.allSatisfy { $0.attributes.bytes("objectGUID").map(\.count) == [16] })
    }

    @Test func primaryGroupsAreTold() async throws {
        let snapshot = try await read(ReadRequest(attributes: .only(["sAMAccountName"])))
        let guests = try #require(snapshot.groups.first { $0.attributes.first("cn") == "Domain Guests" })
        let tina = try #require(snapshot.users.first { $0.attributes.first("sAMAccountName") == "tina" })
        #expect(!tina.attributes["memberOf"].contains(guests.dn.text))
        let number = try #require(snapshot.schema.primaryGroup?.relativeID(of: guests))
        #expect(tina.attributes.first("primaryGroupID") == number)
    }

    @Test(arguments: ["member", "member;range=0-499", "member;range=0-6", "member;range=0-5000"])
    func longListsOfMembersAreReadInFull(_ attribute: AttributeName) async throws {
        let snapshot = try await read(ReadRequest(attributes: .only([attribute]), kinds: [.group]))
        #expect(snapshot.completeness.reasons == [])
        #expect(snapshot.partialGroups == [])
        func members(_ name: String) throws -> [String] {
            try #require(snapshot.groups.first { $0.attributes.first("cn") == name }).attributes["member"]
        }
        #expect(Set(try members("Everyone")).count == SambaDomain.crowd + 1)
        #expect(try members("Everyone").count == SambaDomain.crowd + 1)
        let others = try members("Payroll").map { String($0.prefix { $0 != "," }) }
        #expect(Set(others) == ["CN=Finance", "CN=Bob Baker", "CN=S-1-5-11"])
    }
}
