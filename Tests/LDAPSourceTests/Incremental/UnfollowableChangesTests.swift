import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// Where changes cannot be told for certain, everything is read, and a sentence says why.
@Suite struct UnfollowableChangesTests {
    private let request = ReadRequest(attributes: .only(["displayName", "mail"]))

    private func slapd(remembering changes: Int? = 100, ldif: String? = nil) throws -> Slapd {
        var options = Slapd.Options()
        options.rememberedChanges = changes
        return try Slapd(ldif: ldif ?? DirectoryGenerator(users: 20, layout: .inetOrgPerson).ldif(), options)
    }

    private func directory(_ server: Slapd) throws -> LDAPDirectory {
        var configuration = try server.configuration()
        configuration.schema = .inetOrgPerson
        return LDAPDirectory(configuration)
    }

    private func directory(
        _ domain: SambaDomain, as name: String = SambaDomain.administrator, _ method: ChangeTracking = .automatic
    ) throws -> LDAPDirectory {
        var configuration = try domain.configuration(as: name, base: "OU=People,OU=Corp,\(SambaDomain.base)")
        configuration.changeTracking = method
        return LDAPDirectory(configuration)
    }

    /// Reads since a record, and expects everything to be read for a reason.
    private func expectWhole(
        _ directory: LDAPDirectory, since record: DirectoryRecord, because reason: String,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let read = try await directory.read(request, since: record)
        #expect(read.objectsRead == nil, sourceLocation: location)
        #expect(read.notes.first?.contains(reason) == true, "\(read.notes)", sourceLocation: location)
        #expect(read.snapshot.completeness.reasons == [], sourceLocation: location)
        let whole = try await directory.read(request)
        #expect(read.snapshot.differences(from: whole) == [], sourceLocation: location)
    }

    // MARK: OpenLDAP

    @Test(.enabled(if: Slapd.isInstalled)) func aServerWithoutTheOverlay() async throws {
        let server = try slapd(remembering: nil)
        let read = try await directory(server).read(request, since: nil)
        #expect(read.snapshot.completeness.reasons == [])
        #expect(read.record == nil)
        #expect(read.notes.count == 1 && read.notes[0].contains("syncprov"), "\(read.notes)")
    }

    @Test(.enabled(if: Slapd.isInstalled)) func anotherServerOfTheSameSuffix() async throws {
        let (server, other) = (try slapd(), try slapd())
        let record = try #require(try await directory(server).read(request, since: nil).record)
        try await expectWhole(directory(other), since: record, because: "is another server")
    }

    @Test(.enabled(if: Slapd.isInstalled)) func aDatabaseThatWasPutBack() async throws {
        let server = try slapd()
        let backup = try server.contents()
        try server.modify(edit("uid=u4,ou=Berlin,ou=Staff,\(Slapd.base)", "while it lasted"))
        let record = try #require(try await directory(server).read(request, since: nil).record)
        server.stop()
        let restored = try slapd(ldif: backup)
        try await expectWhole(directory(restored), since: record, because: "its database was not put back")
    }

    private func edit(_ dn: String, _ name: String) -> String {
        "dn: \(dn)\nchangetype: modify\nreplace: displayName\ndisplayName: \(name)\n"
    }

    /// A lock is a change like others: the server says so of itself, without anybody having written it.
    @Test(.enabled(if: Slapd.isInstalled)) func aLockedAccountIsAChange() async throws {
        var options = Slapd.Options()
        options.rememberedChanges = 100
        options.hasPasswordPolicy = true
        let server = try Slapd(ldif: DirectoryGenerator(users: 4, layout: .inetOrgPerson).ldif(), options)
        let victim = "uid=u1,ou=Zürich,ou=Staff,\(Slapd.base)"
        try server.modify("dn: \(victim)\nchangetype: modify\nadd: userPassword\nuserPassword: right\n")
        let directory = try directory(server)
        let wishes = ReadRequest(attributes: .only(["pwdAccountLockedTime"]))
        let record = try #require(try await directory.read(wishes, since: nil).record)
        for _ in 0..<3 {
            let lookup = UserLookup(attribute: "uid", schema: .inetOrgPerson)
            _ = try await directory.authenticate(user: "u1", password: Secret("wrong"), by: lookup)
        }
        let read = try await directory.read(wishes, since: record)
        #expect(read.objectsRead == 1)
        let locked = read.snapshot.users.filter { !$0.attributes["pwdAccountLockedTime"].isEmpty }
        #expect(locked.map(\.dn.text) == [victim])
    }

    // MARK: Active Directory

    @Test(.enabled(if: SambaDomain.isInstalled)) func anAccountThatDoesNotSeeWhatIsDeleted() async throws {
        let read = try await directory(Company.domain(), as: SambaDomain.reader).read(request, since: nil)
        #expect(read.snapshot.completeness.reasons == [])
        #expect(read.record == nil)
        #expect(
            read.notes.count == 1
                && read.notes[0].contains("CN=Deleted Objects,\(SambaDomain.base)"), "\(read.notes)")
    }

    @Test(.enabled(if: SambaDomain.isInstalled), arguments: [ChangeTracking.usnChanged, .dirSync])
    func aRecordThatDoesNotFit(_ method: ChangeTracking) async throws {
        let directory = try directory(Company.domain(), method)
        let record = try #require(try await directory.read(request, since: nil).record)
        func changed(_ keyword: String, _ line: String) throws -> DirectoryRecord {
            let lines = record.position.split(separator: "\n").map { $0.hasPrefix(keyword + " ") ? line : String($0) }
            return try #require(
                DirectoryRecord(snapshot: record.snapshot, position: lines.joined(separator: "\n"), updates: 0))
        }
        try await expectWhole(
            directory, since: changed("server", "server 00112233"), because: "is another server")
        try await expectWhole(
            directory, since: changed("time", "time 20200101000000"), because: "too long ago")
        try await expectWhole(directory, since: changed("time", "hour 12"), because: "damaged")
        let foreign = method == .dirSync ? "00ff" : "99999999"
        try await expectWhole(
            directory, since: changed("mark", "mark \(foreign) \(SambaDomain.base)"),
            because: method == .dirSync ? "does not tell changes by DirSync" : "counts fewer changes")
        try await expectWhole(
            directory, since: changed("mark", "mark 1 DC=elsewhere"), because: "other naming contexts")
        if method == .usnChanged {
            let impossible = try changed("mark", "mark \(Int.min) \(SambaDomain.base)")
            try await expectWhole(directory, since: impossible, because: "other naming contexts")
        }
    }

    /// Somebody who joins a group is found by such a filter without having changed.
    @Test(
        .enabled(if: SambaDomain.isInstalled),
        arguments: [
            ("(memberOf=CN=Finance,OU=Groups,OU=Corp,DC=corp,DC=example)", true),
            ("(&(mail=*)(memberOf:1.2.840.113556.1.4.1941:=CN=Finance,OU=Groups,OU=Corp,DC=corp,DC=example))", true),
            ("(|(title=Boss)(manager=CN=Bob Baker,OU=People,OU=Corp,DC=corp,DC=example))", true),
            ("(ou:dn:=People)", true), ("(!(badPwdCount>=3))", true), ("(memberOf=*)", true),
            ("(&(objectCategory=CN=Person,CN=Schema,CN=Configuration,DC=corp,DC=example)(mail=*))", false),
            ("mail=*@corp.example", false), ("(userAccountControl:1.2.840.113556.1.4.803:=512)", false),
            ("(displayName=a\\28b\\29)", false),
        ])
    func filtersThatFindOthersWithoutAWord(_ filter: String, isSilent: Bool) async throws {
        var configuration = try Company.domain().configuration(as: SambaDomain.administrator)
        configuration.peopleFilter = filter
        let read = try await LDAPDirectory(configuration).read(request, since: nil)
        #expect((read.record == nil) == isSilent, "\(read.notes)")
        #expect(read.notes.allSatisfy { $0.contains("changes without a word") } && read.notes.isEmpty != isSilent)
    }

    @Test(.enabled(if: SambaDomain.isInstalled)) func otherWishesThanBefore() async throws {
        let directory = try directory(Company.domain())
        let record = try #require(try await directory.read(request, since: nil).record)
        let more = try await directory.read(
            ReadRequest(attributes: .only(["displayName", "mail", "title"])), since: record)
        #expect(more.objectsRead == nil && more.record != nil)
        #expect(more.notes.first?.contains("asks for something else") == true, "\(more.notes)")
        for attributes in [AttributeSelection.only(["lastLogon"]), .all] {
            let silent = try await directory.read(ReadRequest(attributes: attributes), since: nil)
            #expect(silent.record == nil)
            #expect(silent.notes.first?.contains("without a word") == true, "\(silent.notes)")
        }
    }
}
