import DirectoryModel
import Foundation
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// What is seen when looking around; the golden files show it.
@Suite struct OverviewTests {
    /// A directory with everything that previews tell apart.
    static let snapshot: DirectorySnapshot = {
        let small = ["Sooma_5GB"]
        let users = [
            Made.person("bo", groups: ["Sooma_50GB"]), Made.person("ana", groups: small),
            Made.person(
                "cy", groups: small,
                more: ["title": ["Temp, \"for\" now"], "userPassword": ["{SSHA}xbaSZ3T/2ech5bIeXeqI3lvotPWNXU/x"]]),
            Made.person("dan", more: ["title": ["Boss"], "thumbnailPhoto": ["GIF89a"], "secondHash": [hash]]),
            Made.person("none", proxy: [], groups: small),
            Made.person("krbtgt", groups: small, more: ["isCriticalSystemObject": ["TRUE"]]),
            DirectoryUser(
                id: Made.id("nasty"), dn: Made.dn("nasty"),
                attributes: AttributeValues([
                    "displayName": ["Red \u{1B}[2J \u{202E}evil\r\n=1+1"], "title": ["Line\r\nbreak"],
                    "userPassword": ["hunter2"], "description": [String(repeating: "long ", count: 30)],
                ])),
        ]
        let groups = [
            Made.group("Sooma_5GB"), Made.group("Sooma_50GB"), Made.group("Sales", proxy: ["SMTP:sales@corp.example"]),
            Made.group("Everybody", proxy: []), Made.group("Inner", proxy: [], groups: ["Everybody"]),
        ]
        let partner = DirectoryContact(
            id: Made.id("partner"), dn: Made.dn("partner", in: "Contacts"),
            attributes: AttributeValues(["cn": ["Partner"], "mail": ["p@partner.example"]]))
        return DirectorySnapshot(source: "corp.example", users: users, groups: groups, contacts: [partner])
    }()

    private static let hash = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="

    static let rules = Plans.rules {
        $0.scope.include.append(ScopeRule(MemberOf("Vanished")))
        $0.scope.exclude = [ScopeRule(AttributeCondition("title", .matches(try! Pattern("^Temp"))))]
        $0.groups = [GroupRule(.functional)]
    }

    static var preview: Overview<[ObjectVerdict]> {
        Overview(
            of: snapshot, notes: rules.unresolvedGroups(in: snapshot), rules.verdicts(directory: snapshot))
    }

    @Test("ZI8: who is in scope and why") func previewText() throws {
        try expectGolden(OverviewText().render(Self.preview), "preview.txt")
    }

    @Test("ZI8: folded") func foldedPreview() throws {
        let text = OverviewText(limit: 2).render(Self.preview)
        #expect(text.contains("       … and 2 more users; --all shows them.\n"), "\(text)")
        #expect(text.hasSuffix("3 users, 1 group in scope; 4 users, 4 groups, 1 contact not.\n"), "\(text)")
        #expect(!OverviewText(limit: nil).render(Self.preview).contains("--all"))
    }

    @Test("ZI8: every object as comma-separated values") func previewCSV() throws {
        let csv = OverviewText().csv(Self.preview)
        try expectGolden(csv, "preview.csv")
        #expect(csv.hasSuffix("\r\n"))
        // A reader of RFC 4180 gets the names back as they are.
        let records = Self.records(csv)
        #expect(records.allSatisfy { $0.count == 6 })
        #expect(records.count == 1 + 7 + 5 + 1)
        #expect(records.contains { $0[2] == "Red \u{1B}[2J \u{202E}evil\r\n=1+1" })
        #expect(records.contains { $0[5].contains("title") && $0[4] == "excluded" })
    }

    @Test("ZI4: the attributes that have values") func attributes() throws {
        let survey = AttributeSurvey(
            of: .user, in: Self.snapshot, used: ["proxyAddresses", "displayName", "memberOf"],
            secrets: ["userPassword"])
        let text = OverviewText().render(Overview(of: Self.snapshot, survey))
        try expectGolden(text, "attributes.txt")
        #expect(!text.contains("hunter2") && !text.contains("{SHA}") && !text.contains("{SSHA}"))
    }

    @Test(
        "ZI4: a search looks at names and values, and at no secret",
        arguments: [
            ("PROXY", ["proxyAddresses"]), ("boss", ["title"]), ("hunter2", []), ("5en6G6", []), ("gif89", []),
            ("bo@corp", ["proxyAddresses"]),
        ]) func search(_ text: String, _ names: [String])
    {
        let survey = AttributeSurvey(of: .user, in: Self.snapshot, secrets: ["userPassword"], search: text)
        #expect(survey.entries.map(\.name.text) == names)
    }

    @Test func groups() throws {
        let groups = Self.rules.groupSummaries(in: Self.snapshot)
        try expectGolden(OverviewText().render(Overview(of: Self.snapshot, groups)), "groups.txt")
        #expect(groups.first { $0.name == "Everybody" }?.members == 1)
        let nested = Self.rules.groupSummaries(in: Self.snapshot, nested: true)
        #expect(nested.first { $0.name == "Everybody" }?.members == 0)
    }

    @Test func peopleInMemberGroupsAreCountedWhereThatIsAskedFor() {
        let users = [Made.person("ana", groups: ["Inner"]), Made.person("bo", groups: ["Outer"])]
        let groups = [Made.group("Outer"), Made.group("Inner", proxy: [], groups: ["Outer"])]
        let snapshot = DirectorySnapshot(users: users, groups: groups)
        func counts(nested: Bool) -> [Int] { Reconciler().groupSummaries(in: snapshot, nested: nested).map(\.members) }
        #expect(counts(nested: false) == [1, 2])
        #expect(counts(nested: true) == [1, 2])
        let deep = DirectorySnapshot(users: users + [Made.person("cy", groups: ["Inner"])], groups: groups)
        #expect(Reconciler().groupSummaries(in: deep, nested: true).map(\.members) == [2, 3])
        #expect(Reconciler().groupSummaries(in: deep).map(\.members) == [2, 2])
    }

    @Test("MS1, MS4: the profiles of a folder") func profiles() throws {
        let folder = try ConfigurationFolder()
        let ldap = """
            source: { ldap: { url: ldaps://dc1.corp.example, preset: generic, base: "DC=corp,DC=example" } }
            provider: { mailbox-database: { path: /var/mail.db } }

            """
        _ = try folder.write(ldap, named: "staff.yaml")
        let files = "source: { ldif: { path: students.ldif } }\nprovider: { mailbox-database: { path: /s.db } }\n"
        _ = try folder.write(
            files
                + "lifecycle: { missing: { suspend: now, delete: after 30 days } }\ngroups: [{ as: functional, missing: delete }]\n",
            named: "students.yml")
        _ = try folder.write(
            files + "lifecycle: { missing: delete }\nsettings: { no-delete: true }\n", named: "pupils.yaml")
        _ = try folder.write("sourc: 1\ncases: []\n", named: "rules.yaml")
        _ = try folder.write("source: { ldif: { paht: x } }\n", named: "wrong.yaml")
        _ = try folder.write("nothing", named: "notes.txt")
        let listing = try ProfileListing(folder: folder.folder.path)
        #expect(listing.entries.map(\.name) == ["pupils", "staff", "students"])
        #expect(listing.mistakes.count == 1)
        let text = OverviewText().render(listing).replacingOccurrences(of: "\(folder.folder.path)/", with: "")
        try expectGolden(text, "profiles.txt")
        #expect(try ProfileListing(folder: folder.folder.path, search: "STUD").entries.map(\.name) == ["students"])
        #expect(throws: ConfigurationError.self) { try ProfileListing(folder: "/nowhere") }
    }

    /// Reads comma-separated values as RFC 4180 says.
    static func records(_ text: String) -> [[String]] {
        var records: [[String]] = [[""]]
        var isQuoted = false
        for scalar in text.unicodeScalars {
            let field = records[records.count - 1].count - 1
            if scalar == "\"" {
                isQuoted.toggle()
                // The second of two quotation marks stands for one.
                records[records.count - 1][field].unicodeScalars.append(scalar)
            } else if scalar == ",", !isQuoted {
                records[records.count - 1].append("")
            } else if scalar == "\n", !isQuoted {
                records.append([""])
            } else {
                records[records.count - 1][field].unicodeScalars.append(scalar)
            }
        }
        return records.dropLast().map { record in
            record.map { field in
                var field =
                    field.hasSuffix("\r") && !field.hasPrefix("\"") ? String(field.unicodeScalars.dropLast()) : field
                if field.hasPrefix("\""), let end = field.lastIndex(of: "\"") {
                    field = String(field[field.index(after: field.startIndex)..<end])
                }
                return field.replacingOccurrences(of: "\"\"", with: "\"")
            }
        }
    }
}
