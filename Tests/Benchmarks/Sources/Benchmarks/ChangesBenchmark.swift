import DirectoryModel
import FileSource
import Foundation
import LDAPSource
import TestSupport

/// Bringing a record up to date after a hundredth of the people have changed, against reading everything again in the same round.
///
/// Measured twice: where people's attributes have changed, and where of ten changed ones one is new, one has another name
/// and one is gone. Servers put the last two right in every group without a word, so these groups are read again, and each
/// has thousands of members here.
enum ChangesBenchmark {
    static func run(users: Int, rounds: Int) async throws {
        print(
            "changes: \(users) users, \(users / 100) changed ones between reads, \(rounds) rounds (OpenLDAP \(rounds * 3))"
        )
        try await measured(users, rounds * 3, addOpenLDAP)
        if !SambaDomain.isInstalled { return }
        for database in [SambaDomain.Database.mdb, .tdb] {
            try await measured(users, rounds) { users, rounds, table throws in
                try await addSamba(database, users, rounds, &table)
            }
        }
    }

    private static func measured(
        _ users: Int, _ rounds: Int, _ add: (Int, Int, inout Table) async throws -> Void
    ) async throws {
        var table = Table(
            "", "full read", "nothing changed", "1 % changed", "to full read", "with the file", "come and gone",
            "to full read")
        try await add(users, rounds, &table)
        table.show()
    }

    /// What becomes of people between reads.
    private enum Kind { case changed, comeAndGone }

    private static func addOpenLDAP(_ users: Int, _ rounds: Int, _ table: inout Table) async throws {
        var options = Slapd.Options()
        options.rememberedChanges = 100_000
        let server = try Slapd(ldif: DirectoryGenerator(users: users, layout: .inetOrgPerson).ldif(), options)
        var configuration = LDAPConfiguration(
            .url(try LDAPURL(server.ldapURL)), bind: .simple(name: Slapd.reader, password: Secret(Slapd.password)),
            bases: [try DistinguishedName(Slapd.base)])
        configuration.schema = .inetOrgPerson
        try await measure("OpenLDAP, syncrepl", LDAPDirectory(configuration), rounds, &table) {
            people, kind, round in
            try server.modify(
                changes(people, kind, round) {
                    "uid=n\($0)"
                } add: { dn, number in
                    "dn: \(dn)\nchangetype: add\nobjectClass: inetOrgPerson\ncn: \(number)\nsn: \(number)\nmail: n\(number)@corp.example\n"
                })
        }
    }

    private static func addSamba(
        _ database: SambaDomain.Database, _ users: Int, _ rounds: Int, _ table: inout Table
    ) async throws {
        let domain = try SambaDomain(database)
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
            let title = "Samba on \(database.rawValue), \(method.rawValue)"
            try await measure(title, LDAPDirectory(configuration), rounds, &table) { people, kind, round in
                try domain.modify(
                    changes(people, kind, round) {
                        "CN=New \(method.rawValue) \($0)"
                    } add: { dn, number in
                        person(dn, "\(method.rawValue)\(number)")
                    })
            }
        }
    }

    /// Change records for a hundredth of the people: each gets another name to be shown, or of ten one is new, one is renamed
    /// and one is deleted.
    private static func changes(
        _ people: [DistinguishedName], _ kind: Kind, _ round: Int, rdn: (String) -> String,
        add: (String, String) -> String
    ) -> String {
        let count = people.count / 100
        let chosen = (0..<count).map { people[$0 * 97 % people.count] }
        return chosen.enumerated().map { index, person in
            let number = "\(round)x\(index)"
            let parent = person.parent?.text ?? ""
            switch kind == .changed ? 9 : index % 10 {
            case 0: return add("\(rdn(number)),\(parent)", number)
            case 1:
                return "dn: \(person.text)\nchangetype: moddn\nnewrdn: \(rdn("r" + number))\ndeleteoldrdn: 1\n"
            case 2: return "dn: \(person.text)\nchangetype: delete\n"
            default:
                return "dn: \(person.text)\nchangetype: modify\nreplace: displayName\ndisplayName: \(kind) \(number)\n"
            }
        }.joined(separator: "\n")
    }

    private static func measure(
        _ title: String, _ directory: LDAPDirectory, _ rounds: Int, _ table: inout Table,
        change: ([DistinguishedName], Kind, Int) throws -> Void
    ) async throws {
        let request = ReadBenchmark.reconciler.readRequest
        let path = NSTemporaryDirectory() + "benchmark-\(getpid()).record"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = LDIFFile(path: path, schema: directory.configuration.schema)
        guard var record = try await directory.read(request, since: nil).record else {
            throw ProgramFailure(description: "\(title): changes cannot be followed")
        }
        var (full, idle, changed, filed, comeAndGone): ([Double], [Double], [Double], [Double], [Double]) =
            ([], [], [], [], [])
        for round in 0..<rounds {
            full.append(try await time { _ = try await directory.read(request) })
            idle.append(try await time { record = try await follow(directory, request, record) })
            try await LDIFWriter().write(record, to: path)
            try change(record.snapshot.users.map(\.dn), .changed, round)
            let before = record
            changed.append(try await time { record = try await follow(directory, request, before) })
            filed.append(
                try await time {
                    guard let kept = try await file.record() else { throw ProgramFailure(description: "no record") }
                    try await LDIFWriter().write(
                        try await follow(directory, request, kept.named(directory.name)), to: path)
                })
            try await requireSame(title, directory, request, &record)
        }
        for round in 0..<rounds {
            full.append(try await time { _ = try await directory.read(request) })
            try change(record.snapshot.users.map(\.dn), .comeAndGone, round)
            comeAndGone.append(try await time { record = try await follow(directory, request, record) })
            try await requireSame(title, directory, request, &record)
        }
        // Of one round each, since a machine is quicker now and slower then.
        func toFullRead(_ times: [Double], _ full: ArraySlice<Double>) -> String {
            ratio(median(zip(times, full).map { $0 / $1 }))
        }
        table.add(
            title, seconds(median(full)), seconds(median(idle)), seconds(median(changed)),
            toFullRead(changed, full[..<rounds]),
            seconds(median(filed)), seconds(median(comeAndGone)), toFullRead(comeAndGone, full[rounds...]))
    }

    /// Compares the record with all that is there, which OpenLDAP may still be changing: it takes names of deleted people out
    /// of groups a little later.
    private static func requireSame(
        _ title: String, _ directory: LDAPDirectory, _ request: ReadRequest, _ record: inout DirectoryRecord
    ) async throws {
        var differences: Set<ObjectID> = []
        for _ in 0..<100 {
            record = try await follow(directory, request, record)
            differences = record.snapshot.differences(from: try await directory.read(request))
            if differences.isEmpty { return }
            try await Task.sleep(for: .seconds(1))
        }
        throw ProgramFailure(description: "\(title): \(differences.count) differences")
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
