import Foundation
import TestSupport
import Testing

/// The main job with a real server for a directory: everybody gets an account, and afterwards exactly what changed in the
/// directory changes at the provider.
@Suite(.enabled(if: Slapd.isInstalled)) struct DirectoryJourneyTests {
    /// How many people a run for the sake of size asks for (`Tests/Soak/converge`); nil for the usual few.
    private static let wanted = ProcessInfo.processInfo.environment["DIRECTORY_USERS"].flatMap { Int($0) }

    /// Half of them are in scope, a tenth of those disabled.
    private static let generator = DirectoryGenerator(users: wanted ?? 600)

    @Test func aCertificateThatIsNotVerifiedIsToldInEveryRun() async throws {
        let server = try Slapd(ldif: DirectoryGenerator(users: 3).ldif())
        let site = try Site.reading(server)
        try site.configure("ca-file: \(server.authorities)", "tls-verify: never")
        for arguments in [["check"], ["plan"], ["apply", "--yes"], ["snapshot", "all.ldif"]] {
            let outcome = try await site.run(arguments)
            #expect(
                outcome.errors.contains("WARNING: The certificate of \(server.ldapsURL) is NOT VERIFIED"), "\(outcome)")
        }
        let plan = try await site.run("plan")
        #expect(plan.output.split(separator: "\n").first?.contains("certificate NOT VERIFIED") ?? false, "\(plan)")
    }

    @Test func everyChangeAndNothingElse() async throws {
        let ldif = Self.generator.ldif()
        let server = try Slapd(ldif: ldif)
        let site = try Site.reading(server)
        let people = Person.inScope(of: ldif)
        try #require(people.count > 200)
        if Self.wanted != nil { print("in scope and enabled: \(people.count)") }

        // Everybody in scope gets an account.
        let check = try await site.run("check")
        #expect(check.status == 0, "\(check)")
        let creations = try await Self.timed("plan") { try await site.run("plan", "--format", "jsonl").operations() }
        #expect(Set(creations) == Set(people.map { "create \($0.address)" }))
        #expect(creations.count == people.count)
        let creating = try await Self.timed("apply") { try await site.run("apply", "--yes") }
        #expect(creating.status == 0, "\(creating)")
        #expect(creating.lastLine == "\(people.count.formatted(.number.locale(Locale(identifier: "en_US")))) done.")
        try await Self.expectNothingToDo(site)
        let before = try site.accounts()
        #expect(before.count == people.count)

        // One changed alias, one rename, one move, one change of group, one departure.
        let (alias, rename, move, group, departure) = try Self.five(of: people)
        try server.modify(Self.changes(alias: alias, rename: rename, move: move, group: group, departure: departure))
        let expected = [
            "rename \(rename.address) address,aliases", "suspend \(departure.address) active",
            "update \(alias.address) aliases", "update \(group.address) quota",
            "update \(move.address) organizational-unit",
        ]
        let plan = try await Self.timed("plan of five changes") {
            try await site.run("plan", "--format", "jsonl", "--detailed-exitcode")
        }
        #expect(plan.status == 2, "\(plan)")
        #expect(try plan.operations().sorted() == expected.sorted())
        let applying = try await Self.timed("apply of five changes") { try await site.run("apply", "--yes") }
        #expect(applying.status == 0, "\(applying)")
        #expect(applying.lastLine == "5 done.")
        try await Self.expectNothingToDo(site)

        // Exactly these rows have changed, and how.
        let after = try site.accounts()
        #expect(Set(after).subtracting(before).count == 5)
        #expect(after.count == before.count)
        func row(_ address: String) throws -> String? {
            try site.rows(
                """
                SELECT (quota_bytes / 1000000000) || ' GB', organizational_unit, active
                FROM mailbox WHERE address = '\(address)'
                """
            ).first
        }
        #expect(try row("new.name@corp.example") != nil && row(rename.address) == nil)
        #expect(try row(group.address)?.hasPrefix("50 GB") == true)
        #expect(try row(move.address)?.contains("|Staff|") == true)
        #expect(try row(departure.address)?.hasSuffix("|0") == true)
        let added = try site.rows(
            "SELECT mailbox.address FROM address JOIN mailbox ON id = mailbox_id WHERE address.address = 'extra@brand.example'"
        )
        #expect(added == [alias.address])
    }

    @Test func aRecordedSnapshotGivesTheSamePlan() async throws {
        let ldif = Self.generator.ldif()
        let server = try Slapd(ldif: ldif)
        let site = try Site.reading(server)
        for options in [["--only-needed"], []] {
            let name = "recorded\(options.count).ldif"
            let snapshot = try await Command.run(["snapshot", name] + options, in: site.folder)
            #expect(snapshot.status == 0, "\(snapshot)")
            #expect(snapshot.output.contains("\(Self.generator.users) users"), "\(snapshot)")
            let live = try await site.run("plan", "--format", "jsonl")
            let recorded = try await site.run("plan", "--format", "jsonl", "--from", name)
            #expect(recorded.status == 0, "\(recorded)")
            #expect(try recorded.operations().count > 200)
            // Where it was read is all that differs.
            let renamed = recorded.output.replacingOccurrences(
                of: "{\"directory\":\"\(name)\"", with: "{\"directory\":\"\(server.ldapsURL), \(Slapd.base)\"")
            #expect(renamed == live.output)
        }
        let saved = try site.contents()
        #expect(saved["recorded0.ldif"]?.isEmpty == false)
        let mode = try FileManager.default.attributesOfItem(atPath: site.path("recorded0.ldif"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    /// Tells how long something took, where size is what a run is for.
    private static func timed<Value>(_ what: String, _ work: () async throws -> Value) async throws -> Value {
        let begin = ContinuousClock.now
        let value = try await work()
        if wanted != nil { print("\(what): \((ContinuousClock.now - begin).formatted(.units(width: .narrow)))") }
        return value
    }

    private static func expectNothingToDo(_ site: Site) async throws {
        let plan = try await timed("plan of nothing") { try await site.run("plan", "--detailed-exitcode") }
        #expect(plan.status == 0, "\(plan)")
        #expect(plan.lastLine.hasPrefix("Nothing to do"))
    }

    /// Five different people whose names need no escaping in LDIF, fit for what is to happen to them.
    private static func five(of people: [Person]) throws -> (Person, Person, Person, Person, Person) {
        let plain = people.filter { $0.isPlain }
        let small = plain.filter { !$0.number.isMultiple(of: 10) }
        try #require(small.count >= 5)
        return (small[0], small[1], small[2], small[3], small[4])
    }

    private static func changes(
        alias: Person, rename: Person, move: Person, group: Person, departure: Person
    ) -> String {
        """
        dn: \(alias.dn)
        changetype: modify
        add: proxyAddresses
        proxyAddresses: smtp:extra@brand.example

        dn: \(rename.dn)
        changetype: modify
        delete: proxyAddresses
        proxyAddresses: SMTP:\(rename.address)
        -
        add: proxyAddresses
        proxyAddresses: SMTP:new.name@corp.example
        proxyAddresses: smtp:\(rename.address)

        dn: \(move.dn)
        changetype: modrdn
        newrdn: \(move.rdn)
        deleteoldrdn: 0
        newsuperior: ou=Staff,\(Slapd.base)

        dn: cn=Quota_50GB,ou=Groups,\(Slapd.base)
        changetype: modify
        add: member
        member: \(group.dn)

        dn: \(departure.dn)
        changetype: delete

        """
    }
}

/// Somebody in a generated directory who should have an account, as found without any of the project's own code.
struct Person {
    let number: Int
    let dn: String
    /// Whether the name is written in LDIF as it is.
    let isPlain: Bool

    var address: String { "u\(number)@corp.example" }
    /// The first part of the name.
    var rdn: String { dn.range(of: ",ou=").map { String(dn[..<$0.lowerBound]) } ?? dn }

    /// Everybody with an even number, which makes a member of `Quota_5GB`, who is not disabled.
    static func inScope(of ldif: String) -> [Person] {
        ldif.components(separatedBy: "\n\n").compactMap { record in
            let lines = record.components(separatedBy: "\n")
            guard lines.contains("userAccountControl: 512"), let first = lines.first,
                let login = lines.first(where: { $0.hasPrefix("sAMAccountName: u") }),
                let number = Int(login.dropFirst("sAMAccountName: u".count)), number.isMultiple(of: 2)
            else { return nil }
            let isPlain = first.hasPrefix("dn: ")
            return Person(number: number, dn: String(first.dropFirst(isPlain ? 4 : 5)), isPlain: isPlain)
        }
    }
}

extension Site {
    /// A configuration for a server with the groups and people of ``DirectoryGenerator``, over TLS.
    static func reading(_ server: Slapd, environment: [String: String] = [:]) throws -> Site {
        try Site(
            """
            source:
              ldap:
                url: \(server.ldapsURL)
                preset: active-directory
                ca-file: \(server.authorities)
                bind: { name: "\(Slapd.reader)", password-file: ldap.secret }
                base: "\(Slapd.base)"
                page-size: 50
                timeouts: { connect: 2 s, operation: 2 s }
            provider:
              mailbox-database: { path: mail.db }
            people:
              include: [{ group: Quota_5GB }, { group: Quota_50GB }]
              account: { organizational-unit: dn }
            entitlements:
              quota:
                - { group: Quota_50GB, value: 50 GB }
                - { group: Quota_5GB, value: 5 GB }

            """, files: ["ldap.secret": Slapd.password + "\n"], environment: environment)
    }
}
