import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

@Suite struct ValueTests {
    @Test(
        arguments: [
            ("5 GB", 5_000_000_000, "5 GB"), ("5GB", 5_000_000_000, "5 GB"), ("5 GiB", 5_368_709_120, "5 GiB"),
            ("512 MiB", 536_870_912, "512 MiB"), ("1.5 TB", 1_500_000_000_000, "1500 GB"), ("0", 0, "0"),
            ("17 bytes", 17, "17 bytes"), ("1 kb", 1000, "1 kB"), ("1024 KiB", 1_048_576, "1 MiB"),
            ("0.5 GiB", 536_870_912, "512 MiB"),
        ] as [(String, Int64, String)]) func amounts(text: String, bytes: Int64, shown: String)
    {
        #expect(ByteCount(text)?.bytes == bytes)
        #expect(ByteCount(text)?.description == shown)
        #expect(ByteCount(shown)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "5", "GB", "-5 GB", "5 XB", "1.2.3 GB", "99999999999999999999 GB", "9999999999 TB", "1. GB", "0.3 bytes",
        "٥ GB", "5 GB extra",
    ]) func noAmounts(text: String) { #expect(ByteCount(text) == nil) }

    @Test(
        arguments: [
            ("mail", ["mail"]), ("{givenName} {sn}", ["givenName", "sn"]), ("{cn}", ["cn"]), ("Dr. {sn}!", ["sn"]),
        ] as [(String, [AttributeName])]) func textRules(text: String, attributes: [AttributeName]) throws
    {
        #expect(try TextRule(text).attributes == attributes)
    }

    @Test(arguments: ["", "{", "}", "{}", "{a", "a}", "{a{b}}"]) func noTextRules(text: String) {
        #expect(throws: TextRuleError.self) { try TextRule(text) }
    }

    @Test func templatesLeaveOutWhatIsMissing() throws {
        var rules = Reconciler()
        rules.mapping.name = try TextRule("{title} {givenName} {sn}")
        let named = { (more: KeyValuePairs<AttributeName, [String]>) in
            rules.desiredState(directory: DirectorySnapshot(users: [Made.person("ana", more: more)])).accounts.first?
                .account.name
        }
        #expect(named(["givenName": ["Ana"], "sn": ["Archer"]]) == "Ana Archer")
        #expect(named(["title": ["Dr."], "sn": ["Archer"]]) == "Dr. Archer")
        #expect(named([:]) == nil)
    }

    @Test func everyFieldCanBeReadAndSet() throws {
        let full = Account(
            kind: .functional, key: Made.id("a"), userName: "u", address: Made.address("a@x.example"),
            aliases: [Made.address("b@x.example")], name: "n", givenName: "g", familyName: "f", mobile: "m",
            organizationalUnit: "o", quota: .gigabytes(1), delegates: [Made.address("c@x.example")],
            passwordHash: PasswordHash("{X}y"), requiresMFA: true, isActive: false, attributes: ["plan": "gold"])
        var copy = Account(address: Made.address("z@x.example"))
        let every = AccountField.allCases + [.attribute("plan")]
        for field in every { try copy.set(field, to: full[field]) }
        #expect(copy == full)
        #expect(Fingerprint(of: copy) == Fingerprint(of: full))
        // Delegates are changed one by one, a second factor is set at creation only, and people change passwords.
        for field in every where ![.delegates, .requiresMFA, .passwordHash].contains(field) {
            var other = full
            try other.set(field, to: Account(address: Made.address("q@x.example"))[field])
            #expect(Fingerprint(of: other) != Fingerprint(of: full), "\(field)")
            // What the rules do not speak of is no difference.
            #expect(
                Difference.changes(from: full, to: other, fields: .all).map(\.field)
                    == (field == .attribute("plan") ? [] : [field]))
            var rest = AccountFields.all
            rest.remove(field)
            #expect(Fingerprint(of: other, fields: rest) == Fingerprint(of: full, fields: rest))
        }
        #expect(throws: FieldTypeError.self) { try copy.set(.quota, to: .text("5 GB")) }
        #expect(throws: FieldTypeError.self) { try copy.set(.address, to: .unset) }
        #expect(throws: FieldTypeError.self) { try copy.set(.aliases, to: .list(["no address"])) }
    }

    @Test("texts differ where their bytes differ, though Swift calls them equal")
    func composition() {
        let composed = Account(address: Made.address("a@x.example"), name: "\u{E9}")
        let decomposed = Account(address: Made.address("a@x.example"), name: "e\u{301}")
        #expect(composed.name == decomposed.name)
        #expect(Difference.changes(from: composed, to: decomposed, fields: .all).map(\.field) == [.name])
    }

    @Test func groupsAreFoundByNameAndDistinguishedNameAndIdentity() {
        let users = [Made.person("ana", groups: ["Sooma_5GB"])]
        let directory = DirectorySnapshot(users: users, groups: PlanningTests.groups)
        for text in [
            "Sooma_5GB", "sooma_5gb", "cn=Sooma_5GB, ou=groups, dc=CORP, dc=example", Made.id("group Sooma_5GB").text,
        ] {
            let rules = Reconciler(scope: .members([GroupSelector(text)]))
            #expect(rules.desiredState(directory: directory).accounts.count == 1, "\(text)")
        }
    }

    @Test func membersListedByTheGroupCount() throws {
        let ana = DirectoryUser(
            id: try #require(ObjectID(text: "ana")), dn: try DistinguishedName("uid=ana,ou=people,dc=corp,dc=example"),
            attributes: AttributeValues(["uid": ["ana"], "mail": ["ana@corp.example"]]))
        for (attribute, value) in [
            ("member", "UID=Ana, OU=People, DC=Corp, DC=Example"),
            ("uniqueMember", "uid=ana,ou=people,dc=corp,dc=example"),
            ("memberUid", "ana"),
        ] as [(AttributeName, String)] {
            let group = DirectoryGroup(
                id: try #require(ObjectID(text: "g")),
                dn: try DistinguishedName("cn=mail,ou=groups,dc=corp,dc=example"),
                attributes: AttributeValues(["cn": ["mail"], attribute: [value]]))
            let directory = DirectorySnapshot(schema: .inetOrgPerson, users: [ana], groups: [group])
            let rules = Reconciler(scope: .members(of: "mail"), mapping: .standard(for: .inetOrgPerson))
            #expect(rules.desiredState(directory: directory).accounts.count == 1, "\(attribute)")
        }
    }
}
