import Foundation
import TestSupport
import Testing

/// Runs that read what has changed instead of everything.
@Suite(.enabled(if: Slapd.isInstalled)) struct IncrementalJourneyTests {
    private let server: Slapd
    private let site: Site

    init() throws {
        var options = Slapd.Options()
        options.rememberedChanges = 100
        options.logsOperations = true
        server = try Slapd(ldif: DirectoryGenerator(users: 40, layout: .inetOrgPerson).ldif(), options)
        site = try Site(
            """
            source:
              ldap:
                url: \(server.ldapURL)
                preset: inet-org-person
                bind: { name: "\(Slapd.reader)", password-file: ldap.secret }
                base: "\(Slapd.base)"
                incremental: { full-read-every: 3 }
            provider:
              mailbox-database: { path: mail.db }

            """, files: ["ldap.secret": Slapd.password + "\n"])
    }

    private func rename(_ user: Int, _ name: String) throws {
        let city = ["Berlin", "Zürich", "São Paulo", "東京"][user % 4]
        try server.modify(
            "dn: uid=u\(user),ou=\(city),ou=Staff,\(Slapd.base)\nchangetype: modify\nreplace: cn\n"
                + "cn: \(name)\n")
    }

    /// How many entries the server has given.
    private var entriesGiven: Int {
        server.log.split(separator: "\n").reduce(0) { sum, line in
            sum
                + (line.components(separatedBy: "nentries=").dropFirst().first.flatMap {
                    Int($0.prefix { $0.isNumber })
                } ?? 0)
        }
    }

    @Test func onlyWhatHasChangedIsRead() async throws {
        #expect(try await site.run("check").output.contains("content synchronization"))
        let first = try await site.run("apply", "--yes")
        #expect(first.status == 0, "\(first)")
        let mode = try FileManager.default.attributesOfItem(atPath: site.path("sync-plan.record"))[.posixPermissions]
        #expect(mode as? Int == 0o600)

        try rename(7, "Seven of Forty")
        let before = entriesGiven
        let second = try await site.run("apply", "--yes")
        #expect(second.status == 0, "\(second)")
        #expect(try site.rows("SELECT count(*) FROM mailbox WHERE full_name = 'Seven of Forty'") == ["1"])
        #expect(!second.errors.contains("verything"), "\(second)")
        #expect(entriesGiven - before < 15)
        let third = try await site.run("plan", "--detailed-exitcode")
        #expect(third.status == 0, "\(third)")
    }

    @Test func aRecordThatIsWrongIsFoundOut() async throws {
        #expect(try await site.run("apply", "--yes").status == 0)
        try rename(8, "Eight of Forty")
        #expect(try await site.run("apply", "--yes").status == 0)
        // Somebody whom nobody changed is another in the record.
        let record = try site.read("sync-plan.record")
        let wrong = record.replacingOccurrences(of: "mail: u6@corp.example", with: "mail: x6@corp.example")
        try #require(wrong != record)
        try site.write(wrong, to: "sync-plan.record")
        let misled = try await site.run("plan", "--detailed-exitcode")
        #expect(misled.status == 2, "\(misled)")
        let found = try await site.run("plan", "--detailed-exitcode")
        #expect(found.status == 0, "\(found)")
        #expect(found.errors.contains("Reading everything found 1 objects other"), "\(found)")
    }

    @Test func aRecordThatCannotBeUsedCostsAFullReadOnly() async throws {
        #expect(try await site.run("apply", "--yes").status == 0)
        let record = try site.read("sync-plan.record")
        try site.write(String(record.dropLast(200)), to: "sync-plan.record")
        let cut = try await site.run("plan", "--detailed-exitcode")
        #expect(cut.status == 0, "\(cut)")
        try site.write("dn: \u{1}\nnothing", to: "sync-plan.record")
        let damaged = try await site.run("plan", "--detailed-exitcode")
        #expect(damaged.status == 0, "\(damaged)")
        #expect(damaged.errors.contains("the record cannot be used"), "\(damaged)")
        try site.configure("full-read-every: 3", "full-read-every: 3, method: usn")
        let other = try await site.run("plan", "--detailed-exitcode")
        #expect(other.status == 0, "\(other)")
        #expect(other.errors.contains("Changes cannot be followed"), "\(other)")
        let check = try await site.run("check")
        #expect(check.status != 0 && check.output.contains("Changes are told by objectGUID"), "\(check)")
    }
}
