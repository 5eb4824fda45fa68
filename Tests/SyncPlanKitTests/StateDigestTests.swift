import DirectoryModel
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// What a plan was made from, in a few digits.
@Suite struct StateDigestTests {
    private static let users = ["ana", "bo", "cy"].map { name in
        DirectoryUser(
            id: Made.id(name), dn: try! DistinguishedName("CN=\(name),DC=corp,DC=example"),
            attributes: AttributeValues(["mail": ["\(name)@corp.example"], "otherMailbox": ["b", "a"]]))
    }

    private static func digest(_ users: [DirectoryUser], incomplete: [Incompleteness] = []) -> PlanDigest {
        PlanDigest(of: DirectorySnapshot(users: users, incomplete: incomplete))
    }

    @Test func theOrderOfReadingMakesNoDifference() throws {
        let digest = Self.digest(Self.users)
        #expect(digest.text.count == 64 && digest == Self.digest(Self.users.reversed()))
        let otherwise = DirectoryUser(
            id: Self.users[0].id, dn: Self.users[0].dn,
            attributes: AttributeValues(["OtherMailbox": ["a", "b"], "Mail": ["ana@corp.example"]]))
        #expect(digest == Self.digest([otherwise, Self.users[2], Self.users[1]]))
    }

    @Test func whateverIsDifferentMakesADifference() throws {
        let ana = Self.users[0]
        func changed(_ values: KeyValuePairs<AttributeName, [String]>) -> DirectoryUser {
            DirectoryUser(id: ana.id, dn: ana.dn, attributes: AttributeValues(values))
        }
        let digests = [
            Self.digest(Self.users), Self.digest([]), Self.digest(Array(Self.users.prefix(2))),
            Self.digest(Self.users, incomplete: [Incompleteness(.connectionLost, "It broke off.")]),
            Self.digest([ana]), Self.digest([changed(["mail": ["ana@corp.example"]])]),
            Self.digest([changed(["mail": ["ana@corp.example"], "otherMailbox": ["ab"]])]),
            Self.digest([changed(["mail": ["ana@corp.example", "a"], "otherMailbox": ["b"]])]),
            PlanDigest(
                of: DirectorySnapshot(
                    users: [], groups: [DirectoryGroup(id: ana.id, dn: ana.dn, attributes: ana.attributes)])),
        ]
        #expect(Set(digests).count == digests.count)
    }

    @Test func accountsInAnyOrder() {
        let accounts = ["ana", "bo"].map { Made.account($0) }
        let digest = PlanDigest(of: ObservedState(accounts: accounts))
        #expect(digest == PlanDigest(of: ObservedState(accounts: accounts.reversed())))
        var other = accounts[1].account
        other.quota = ByteCount(bytes: 5)
        let changed = [accounts[0], ObservedAccount(id: accounts[1].id, account: other)]
        #expect(digest != PlanDigest(of: ObservedState(accounts: changed)))
        #expect(digest != PlanDigest(of: ObservedState(accounts: [accounts[0]])))
        let partial = ObservedState(accounts: accounts, incomplete: [Incompleteness(.connectionLost, "It broke off.")])
        #expect(digest != PlanDigest(of: partial))
    }
}
