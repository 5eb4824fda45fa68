import Foundation
import TestSupport
import Testing

/// Looking around in a directory: nothing is changed, and the provider is asked for nothing.
@Suite struct LookingTests {
    @Test("ZI8: the preview agrees with the plan, and asks no provider") func preview() async throws {
        let site = try FileJourneyTests.site(users: 60)
        let expected = try await site.run("plan", "--format", "jsonl").operations()
        // A provider that cannot be used does not matter.
        try site.configure("path: mail.db", "path: none/mail.db")
        let before = try site.contents()
        let text = try await site.run("preview", "--all")
        #expect(text.status == 0, "\(text)")
        #expect(text.output.contains("member of Quota_5GB") && text.output.contains("meets no rule of include"))
        let csv = try await site.run("preview", "--format", "csv")
        #expect(csv.status == 0 && csv.errors == "", "\(csv)")
        let lines = csv.output.components(separatedBy: "\r\n")
        #expect(lines.first == "dn,kind,name,address,verdict,rule")
        let included = lines.filter { $0.contains(",included,") && $0.contains("@corp.example") }
        let disabled = try site.read("directory.ldif").components(separatedBy: "userAccountControl: 514").count - 1
        #expect(expected.count > 20 && included.count >= expected.count && included.count <= expected.count + disabled)
        for operation in expected {
            let address = operation.dropFirst("create ".count)
            #expect(included.contains { $0.contains(",\(address),included,") }, "\(address)")
        }
        let folded = try await site.run("preview")
        #expect(folded.output.contains("--all shows them."))
        #expect(try site.contents() == before)
    }

    @Test("ZI8: from a recorded snapshot, and from one that is not complete") func recorded() async throws {
        let site = try FileJourneyTests.site()
        try await site.run("snapshot", "today.ldif")
        let live = try await site.run("preview", "--format", "csv")
        let recorded = try await site.run("preview", "--format", "csv", "--from", "today.ldif")
        #expect(recorded.status == 0 && recorded.output == live.output)
        let lines = try site.read("today.ldif").split(separator: "\n", omittingEmptySubsequences: false)
        try site.write(lines.dropLast(2).joined(separator: "\n") + "\n", to: "cut.ldif")
        for arguments in [["preview"], ["preview", "--format", "csv"], ["attributes"], ["groups"]] {
            let cut = try await site.run(arguments + ["--from", "cut.ldif"])
            #expect(cut.status == 5, "\(cut)")
            #expect((cut.output + cut.errors).contains("cut off"), "\(cut)")
        }
    }

    @Test("a rule that names no group is told") func vanishedGroup() async throws {
        let site = try FileJourneyTests.site()
        try site.configure("group: Quota_5GB }", "group: Nowhere }")
        for command in ["preview", "groups"] {
            let outcome = try await site.run(command)
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("The group Nowhere is not in the directory"), "\(outcome)")
        }
        // One that is nearly right is told what it may be.
        try site.configure("group: Nowhere }", "group: Quota_5BG }")
        let nearly = try await site.run("groups")
        #expect(nearly.output.contains("Did you mean \"Quota_5GB\"?"), "\(nearly)")
    }

    @Test("ZI4: every attribute with a value, and no secret", .enabled(if: Slapd.isInstalled))
    func attributes() async throws {
        let server = try Slapd(ldif: DirectoryGenerator(users: 30).ldif())
        let site = try Site.reading(server)
        // The administrator may read what nobody else may.
        try site.configure(Slapd.reader, Slapd.admin)
        let first = try #require(Person.inScope(of: DirectoryGenerator(users: 30).ldif()).first { $0.isPlain })
        try server.modify(
            "dn: \(first.dn)\nchangetype: modify\nadd: userPassword\nuserPassword: {SSHA}xbaSZ3T/2ech5bIeXeqI3lvotPWNXU/x\n"
        )
        let all = try await site.run("attributes")
        #expect(all.status == 0, "\(all)")
        let lines = all.output.components(separatedBy: "\n")
        func line(_ name: String) -> String { lines.first { $0.contains(" \(name) ") } ?? "" }
        #expect(line("proxyAddresses").hasPrefix("  *  proxyAddresses") && line("proxyAddresses").contains("  30  "))
        #expect(line("title").hasPrefix("     title"))
        #expect(line("objectGUID").contains("(binary, 16 octets)"))
        #expect(line("userPassword").contains("  1  ") && line("userPassword").contains("‹secret›"), "\(all)")
        #expect(!all.output.contains("xbaSZ3T"))
        let found = try await site.run("attributes", "--search", "zürich")
        #expect(found.output.contains(try Regex("\n +l +30 ")) && !found.output.contains("title"), "\(found)\(all)")
        let groups = try await site.run("attributes", "--groups")
        #expect(groups.output.contains("groupType") && !groups.output.contains("proxyAddresses"), "\(groups)")
        #expect(!site.exists("mail.db"))
    }

    @Test func groups() async throws {
        let site = try FileJourneyTests.site()
        let all = try await site.run("groups")
        #expect(all.status == 0, "\(all)")
        #expect(
            all.output.contains(try Regex("Quota_5GB +10 +security +rule 1 of include; quota +cn=Quota_5GB")), "\(all)")
        let some = try await site.run("groups", "--search", "QUOTA", "--nested")
        #expect(some.output.contains("(complete: 2 groups)"), "\(some)")
        #expect(!some.output.contains("Sales"))
    }

    @Test("MS1: profiles beside each other") func profiles() async throws {
        let site = try FileJourneyTests.site()
        try site.write(FileJourneyTests.configuration + "\nlifecycle: { missing: delete }\n", to: "second.yaml")
        try await site.run("apply", "--yes", "--config", "second.yaml")
        let listing = try await site.run("profiles")
        #expect(listing.status == 0, "\(listing)")
        #expect(
            listing.output.contains(try Regex("second +active-directory +directory.ldif .*users +20\\d\\d-")),
            "\(listing)")
        #expect(listing.output.contains(try Regex("sync-plan +active-directory .*nobody +never")), "\(listing)")
        let one = try await site.run("profiles", ".", "--search", "second")
        #expect(!one.output.contains("never"), "\(one)")
        try site.write("source: 1\n", to: "third.yaml")
        let wrong = try await site.run("profiles")
        #expect(wrong.status == 78 && wrong.output.contains("FAIL  third.yaml:1"), "\(wrong)")
    }
}
