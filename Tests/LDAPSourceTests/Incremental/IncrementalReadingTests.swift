import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// A record that is brought up to date is what a full read brings, whatever has changed.
@Suite(.serialized) struct IncrementalReadingTests {
    static let attributes: [AttributeName] = ["displayName", "mail", "manager", "member", "userAccountControl"]
    /// How many changes; more with the environment variable `CHANGES`.
    static let changes = ProcessInfo.processInfo.environment["CHANGES"].flatMap { Int($0) } ?? 50
    static let seed = SeededGenerator.seeds[0]

    /// By accounts with no more rights than are asked of them.
    @Test(
        .enabled(if: SambaDomain.isInstalled),
        arguments: [
            (ChangeTracking.automatic, SambaDomain.follower), (.dirSync, SambaDomain.follower),
            (.dirSync, SambaDomain.replicator),
        ])
    func activeDirectory(_ method: ChangeTracking, as account: String) async throws {
        let domain = try SambaDomain()
        var unit = ChangingUnit(style: .activeDirectory, suffix: SambaDomain.base, seed: Self.seed)
        try domain.modify(unit.begin())
        var configuration = try domain.configuration(as: account, base: unit.base)
        configuration.changeTracking = method
        try await follow(&unit, LDAPDirectory(configuration)) { change in
            try domain.modify(change.records.joined(separator: "\n"), deleted: change.wakesDeleted)
        }
    }

    /// From a mark so long ago that what has changed since is asked for by one search, as Windows always is.
    @Test(.enabled(if: SambaDomain.isInstalled)) func activeDirectoryFromLongAgo() async throws {
        let domain = try SambaDomain()
        var unit = ChangingUnit(style: .activeDirectory, suffix: SambaDomain.base, seed: Self.seed)
        try domain.modify(unit.begin())
        let directory = LDAPDirectory(try domain.configuration(as: SambaDomain.administrator, base: unit.base))
        var first: DirectoryRecord?
        try await follow(&unit, directory) { record in
            guard let first else {
                first = record
                let change = "changetype: modify\nreplace: description\ndescription: "
                let changes = (0...1000).map { "dn: OU=Outside,\(SambaDomain.base)\n\(change)\($0)\n" }
                try domain.modify(changes.joined(separator: "\n"))
                return record
            }
            func mark(_ record: DirectoryRecord) throws -> Substring {
                try #require(record.position.split(separator: "\n").first { $0.hasPrefix("mark ") })
            }
            let position = record.position.replacing(try mark(record), with: try mark(first))
            return try #require(
                DirectoryRecord(snapshot: record.snapshot, position: position, updates: record.updates))
        } carryOut: { change in
            try domain.modify(change.records.joined(separator: "\n"), deleted: change.wakesDeleted)
        }
    }

    /// With and without a server that remembers single changes: without, it names all entries that there are.
    @Test(.enabled(if: Slapd.isInstalled), arguments: [10_000, 0])
    func openLDAP(_ remembered: Int) async throws {
        var options = Slapd.Options()
        options.rememberedChanges = remembered
        let server = try Slapd(ldif: DirectoryGenerator(users: 2).ldif(), options)
        var unit = ChangingUnit(style: .openLDAP, suffix: Slapd.base, seed: Self.seed)
        try server.modify(unit.begin())
        var configuration = try server.configuration(as: Slapd.reader, base: unit.base)
        configuration.schema = .generic
        try await follow(&unit, LDAPDirectory(configuration)) { change in
            try server.modify(change.records.joined(separator: "\n"))
        }
    }

    /// With many people OpenLDAP takes deleted members out of groups some time after it has said that it is done.
    @Test(.enabled(if: Slapd.isInstalled)) func whatTheServerChangesLater() async throws {
        var options = Slapd.Options()
        options.rememberedChanges = 100
        let server = try Slapd(ldif: DirectoryGenerator(users: 4000, layout: .inetOrgPerson).ldif(), options)
        var configuration = try server.configuration()
        configuration.schema = .inetOrgPerson
        let directory = LDAPDirectory(configuration)
        let request = ReadRequest(attributes: .only(Self.attributes))
        var record = try #require(try await directory.read(request, since: nil).record)
        let gone = (0..<30).map { record.snapshot.users[$0 * 100].dn.text }
        try server.modify(gone.map { "dn: \($0)\nchangetype: delete\n" }.joined(separator: "\n"))
        for _ in 0..<100 {
            record = try #require(try await directory.read(request, since: record).record)
            let whole = try await directory.read(request)
            let named = Set(whole.groups.flatMap { $0.attributes["member"] })
            if named.isDisjoint(with: gone), record.snapshot.differences(from: whole) == [] { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the record is not what the directory is")
    }

    /// Makes change after change, and compares the record with a full read after each.
    ///
    /// - Parameter since: what a record is brought up to date from, if not as it is.
    private func follow(
        _ unit: inout ChangingUnit, _ directory: LDAPDirectory,
        since: (DirectoryRecord) throws -> DirectoryRecord = { $0 }, carryOut: (ChangingUnit.Change) throws -> Void
    ) async throws {
        let request = ReadRequest(attributes: .only(Self.attributes))
        let start = try await directory.read(request, since: nil)
        #expect(start.notes == [])
        var record = try #require(start.record)
        var deleted: [DirectoryUser] = []
        var (done, updated) = (0, 0)
        while done < Self.changes {
            let isTimeToRestore = unit.style == .activeDirectory && done % 20 == 19 && !deleted.isEmpty
            let change = isTimeToRestore ? unit.restore(deleted.removeLast()) : unit.change()
            if change.records.isEmpty { continue }
            try carryOut(change)
            done += 1
            let read = try await directory.read(request, since: try since(record))
            // A server that does not tell of deleted entries one by one cannot tell them from undone changes.
            let isDoubtful =
                read.notes.allSatisfy { $0.contains("was not put back") } && change.title.hasPrefix("delete")
            #expect(read.notes == [] || isDoubtful, "after \(done): \(change.title)")
            let whole = try await directory.read(request)
            let next = try #require(read.record, "after \(done): \(change.title)")
            let differences = next.snapshot.differences(from: whole)
            #expect(differences == [], "after \(done): \(change.title)")
            if !differences.isEmpty {
                for id in differences.prefix(3) {
                    Issue.record("\(describe(id, next.snapshot)) is \(describe(id, whole))")
                }
                return
            }
            if change.title.hasPrefix("delete") {
                deleted += record.snapshot.users.filter { user in !whole.users.contains { $0.id == user.id } }
            }
            record = next
            updated += read.objectsRead == nil ? 0 : 1
        }
        #expect(updated > Self.changes / 2)
        #expect(record.snapshot.users.count + record.snapshot.groups.count > 3)
    }

    private func describe(_ id: ObjectID, _ snapshot: DirectorySnapshot) -> String {
        func text(_ object: some DirectoryObject) -> String {
            var text = object.dn.text
            object.attributes.forEachValue { slot, value in
                text +=
                    " \(object.attributes.table.name(at: slot)?.text ?? ""): \(String(decoding: value.copied(), as: UTF8.self))"
                return true
            }
            return text
        }
        if let user = snapshot.users.first(where: { $0.id == id }) { return text(user) }
        if let group = snapshot.groups.first(where: { $0.id == id }) { return text(group) }
        return "nothing"
    }
}
