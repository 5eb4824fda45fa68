import DirectoryModel
import FileSource
import Foundation
import LDAPSource
import TestSupport

/// Bringing a record up to date after a hundredth of the people have changed, against reading everything again.
enum ChangesBenchmark {
    static func run(users: Int, rounds: Int) async throws {
        print("changes: \(users) users, \(users / 100) changed ones between reads, \(rounds) rounds")
        var table = Table("", "full read", "nothing changed", "1 % changed", "to full read", "with the file")
        try await addOpenLDAP(users, rounds, &table)
        if SambaDomain.isInstalled { try await addSamba(users, rounds, &table) }
        table.show()
    }

    private static func addOpenLDAP(_ users: Int, _ rounds: Int, _ table: inout Table) async throws {
        var options = Slapd.Options()
        options.rememberedChanges = 100_000
        let server = try Slapd(ldif: DirectoryGenerator(users: users, layout: .inetOrgPerson).ldif(), options)
        var configuration = LDAPConfiguration(
            .url(try LDAPURL(server.ldapURL)), bind: .simple(name: Slapd.reader, password: Secret(Slapd.password)),
            bases: [try DistinguishedName(Slapd.base)])
        configuration.schema = .inetOrgPerson
        try await measure("OpenLDAP, syncrepl", LDAPDirectory(configuration), rounds, &table) { people, round in
            try server.modify(
                changes(people, round) {
                    "uid=n\($0)"
                } add: { dn, number in
                    "dn: \(dn)\nchangetype: add\nobjectClass: inetOrgPerson\ncn: \(number)\nsn: \(number)\nmail: n\(number)@corp.example\n"
                })
        }
    }

    private static func addSamba(_ users: Int, _ rounds: Int, _ table: inout Table) async throws {
        let domain = try SambaDomain()
        let unit = "OU=People,OU=Corp,\(SambaDomain.base)"
        func person(_ dn: String, _ number: String) -> String {
            "dn: \(dn)\nchangetype: add\nobjectClass: user\nsAMAccountName: n\(number)\nmail: n\(number)@corp.example\n"
        }
        // ldapmodify says what it does, and nobody reads that before it has all of its input.
        for start in stride(from: 0, to: users, by: 400) {
            let numbers = start..<min(start + 400, users)
            try domain.modify(numbers.map { person("CN=User \($0),\(unit)", "\($0)") }.joined(separator: "\n"))
        }
        for method in [ChangeTracking.usnChanged, .dirSync] {
            var configuration = LDAPConfiguration(
                .url(try LDAPURL(domain.ldapsURL)),
                bind: .simple(name: SambaDomain.administrator, password: Secret(SambaDomain.password)),
                bases: [try DistinguishedName(unit)])
            configuration.caFile = domain.authorities
            configuration.changeTracking = method
            let title = "Active Directory (Samba), \(method.rawValue)"
            try await measure(title, LDAPDirectory(configuration), rounds, &table) { people, round in
                try domain.modify(
                    changes(people, round) {
                        "CN=New \(method.rawValue) \($0)"
                    } add: { dn, number in
                        person(dn, "\(method.rawValue)\(number)")
                    })
            }
        }
    }

    /// Change records for a hundredth of the people: of ten, seven get another name to be shown, one is new, one is renamed
    /// and one is deleted.
    private static func changes(
        _ people: [DistinguishedName], _ round: Int, rdn: (String) -> String, add: (String, String) -> String
    ) -> String {
        let count = people.count / 100
        let chosen = (0..<count).map { people[$0 * 97 % people.count] }
        return chosen.enumerated().map { index, person in
            let number = "\(round)x\(index)"
            let parent = person.parent?.text ?? ""
            switch index % 10 {
            case 0: return add("\(rdn(number)),\(parent)", number)
            case 1:
                return "dn: \(person.text)\nchangetype: moddn\nnewrdn: \(rdn("r" + number))\ndeleteoldrdn: 1\n"
            case 2: return "dn: \(person.text)\nchangetype: delete\n"
            default:
                return "dn: \(person.text)\nchangetype: modify\nreplace: displayName\ndisplayName: Changed \(number)\n"
            }
        }.joined(separator: "\n")
    }

    private static func measure(
        _ title: String, _ directory: LDAPDirectory, _ rounds: Int, _ table: inout Table,
        change: ([DistinguishedName], Int) throws -> Void
    ) async throws {
        let request = ReadBenchmark.reconciler.readRequest
        let path = NSTemporaryDirectory() + "benchmark-\(getpid()).record"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = LDIFFile(path: path, schema: directory.configuration.schema)
        var (full, idle, changed, filed): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        guard var record = try await directory.read(request, since: nil).record else {
            throw ProgramFailure(description: "\(title): changes cannot be followed")
        }
        for round in 0..<rounds {
            full.append(try await time { _ = try await directory.read(request, since: nil) })
            idle.append(try await time { record = try await follow(directory, request, record) })
            try await LDIFWriter().write(record, to: path)
            try change(record.snapshot.users.map(\.dn), round)
            let before = record
            changed.append(try await time { record = try await follow(directory, request, before) })
            filed.append(
                try await time {
                    guard let kept = try await file.record() else { throw ProgramFailure(description: "no record") }
                    try await LDIFWriter().write(
                        try await follow(directory, request, kept.named(directory.name)), to: path)
                })
            // OpenLDAP takes names of deleted people out of groups a little later.
            var differences: Set<ObjectID> = []
            for _ in 0..<20 {
                record = try await follow(directory, request, record)
                differences = record.snapshot.differences(from: try await directory.read(request))
                if differences.isEmpty { break }
                try await Task.sleep(for: .seconds(1))
            }
            if !differences.isEmpty { throw ProgramFailure(description: "\(title): \(differences.count) differences") }
        }
        table.add(
            title, seconds(median(full)), seconds(median(idle)), seconds(median(changed)),
            ratio(median(zip(changed, full).map { $0 / $1 })), seconds(median(filed)))
    }

    private static func follow(
        _ directory: LDAPDirectory, _ request: ReadRequest, _ record: DirectoryRecord
    ) async throws -> DirectoryRecord {
        let read = try await directory.read(request, since: record)
        guard let record = read.record, read.objectsRead != nil else {
            throw ProgramFailure(description: "everything was read: \(read.notes)")
        }
        return record
    }

    private static func time(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
