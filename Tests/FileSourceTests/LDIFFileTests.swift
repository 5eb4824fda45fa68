import DirectoryModel
import FileSource
import Foundation
import TestSupport
import Testing

/// What becomes of files: users, groups and contacts, and whether that is everything.
struct LDIFFileTests {
    static let company = """
        dn: DC=corp,DC=example
        objectClass: domainDNS

        dn: CN=Ana,OU=Staff,DC=corp,DC=example
        objectClass: top
        objectClass: person
        objectClass: user
        objectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==
        mail: ana@corp.example
        memberOf: CN=All,OU=Groups,DC=corp,DC=example
        memberOf: CN=Some,OU=Groups,DC=corp,DC=example

        dn: CN=PC7,OU=Machines,DC=corp,DC=example
        objectClass: user
        objectClass: computer

        dn: CN=All,OU=Groups,DC=corp,DC=example
        objectClass: group
        objectGUID:: AAAAAAAAAAAAAAAAAAAAAg==
        cn: All

        dn: CN=Partner,OU=Contacts,DC=corp,DC=example
        objectClass: contact
        objectGUID:: AAAAAAAAAAAAAAAAAAAAAw==
        mail: partner@partner.example

        """

    /// The company, with its last lines replaced or more added.
    static func adding(_ more: String) -> String { company + "\n" + more }

    @Test func classesTellTheKinds() async throws {
        let snapshot = try await FileSourceTests.snapshot(of: Self.company.utf8)
        let proof = try #require(snapshot.completeness.proof)
        #expect(proof.searches.map(\.entries) == [5])
        #expect(proof.searches.map(\.subject) == [snapshot.source])
        #expect(snapshot.users.map(\.dn.text) == ["CN=Ana,OU=Staff,DC=corp,DC=example"])
        #expect(snapshot.groups.map { $0.attributes.first("cn") } == ["All"])
        #expect(snapshot.contacts.map { $0.attributes.first("mail") } == ["partner@partner.example"])
        #expect(snapshot.users.first?.attributes["memberOf"].count == 2)
        #expect(snapshot.users.map(\.id.text) == ["00000000-0000-0000-0000-000000000001"])
    }

    @Test func onlyWhatWasAskedForIsKept() async throws {
        let snapshot = try await FileSourceTests.snapshot(
            of: Self.company.utf8, ReadRequest(attributes: .only(["MAIL"])))
        #expect(snapshot.completeness.proof != nil)
        #expect(snapshot.users.count == 1 && snapshot.groups.count == 1 && snapshot.contacts.count == 1)
        #expect(snapshot.users.first?.attributes["mail"] == ["ana@corp.example"])
        #expect(snapshot.attributes.slot(of: "memberOf") != nil, "memberships are always needed")
        let other = try await LDIFFileTests.snapshotWithTitle(asked: false)
        #expect(other.users.first?.attributes["title"] == [])
        let asked = try await LDIFFileTests.snapshotWithTitle(asked: true)
        #expect(asked.users.first?.attributes["title"] == ["CEO"])
    }

    static func snapshotWithTitle(asked: Bool) async throws -> DirectorySnapshot {
        let text = company.replacingOccurrences(of: "mail: ana", with: "title: CEO\nmail: ana")
        return try await FileSourceTests.snapshot(
            of: text.utf8, ReadRequest(attributes: .only(asked ? ["mail", "title"] : ["mail"])))
    }

    struct Gap: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var code: Incompleteness.Code
        var words: String
    }

    @Test(arguments: [
        Gap(
            testDescription: "no objectClass",
            text: adding("dn: CN=Bo,DC=corp\nobjectGUID:: AAAAAAAAAAAAAAAAAAAABA==\nmail: bo@corp.example\n"),
            code: .undecodableEntry, words: "CN=Bo,DC=corp: it has no objectClass"),
        Gap(
            testDescription: "no identity", text: adding("dn: CN=Bo,DC=corp\nobjectClass: user\n"),
            code: .undecodableEntry, words: "CN=Bo,DC=corp has no readable objectGUID"),
        Gap(
            testDescription: "no name", text: adding("dn: Bo\nobjectClass: user\n"),
            code: .undecodableEntry, words: "\"Bo\" is no distinguished name"),
        Gap(
            testDescription: "a part of the members",
            text: adding(
                "dn: CN=Big,DC=corp\nobjectClass: group\nobjectGUID:: AAAAAAAAAAAAAAAAAAAABA==\n"
                    + "member;range=0-1499: CN=Ana,OU=Staff,DC=corp,DC=example\n"),
            code: .undecodableEntry, words: "CN=Big,DC=corp: the file has only a part of the values of member"),
        Gap(
            testDescription: "the last line is cut off", text: String(company.dropLast(5)),
            code: .malformedFile, words: "ends in the middle of line 25"),
    ])
    func whatIsMissingMakesItPartial(_ gap: Gap) async throws {
        let snapshot = try await FileSourceTests.snapshot(of: gap.text.utf8)
        #expect(snapshot.users.count == 1)
        let reasons = snapshot.completeness.reasons
        #expect(reasons.map(\.code) == [gap.code])
        #expect(reasons.first?.detail.contains(gap.words) == true, "\(reasons)")
    }

    @Test func aPartOfValuesNobodyWantsIsNoGap() async throws {
        let text = Self.adding(
            "dn: CN=X,DC=corp\nobjectClass: group\nobjectGUID:: AAAAAAAAAAAAAAAAAAAABA==\nnote;range=0-9: a\n")
        let snapshot = try await FileSourceTests.snapshot(of: text.utf8, ReadRequest(attributes: .only(["mail"])))
        #expect(snapshot.completeness.proof != nil)
        #expect(snapshot.groups.count == 2)
    }

    @Test func textThatIsNotUTF8MakesItPartial() async throws {
        let bytes = Array(Self.adding("dn: CN=Bo,DC=corp\nobjectClass: user\nsn: ").utf8) + [0xFF, 10]
        let snapshot = try await FileSourceTests.snapshot(of: bytes)
        #expect(snapshot.completeness.reasons.map(\.code) == [.undecodableEntry])
        #expect(snapshot.completeness.reasons.first?.detail == "sn of CN=Bo,DC=corp is not UTF-8 text.")
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "version: 1\n"])
    func aFileWithoutEntriesIsCompleteAndEmpty(_ text: String) async throws {
        let snapshot = try await FileSourceTests.snapshot(of: text.utf8)
        #expect(snapshot.users.isEmpty)
        #expect(snapshot.completeness.proof?.searches.map(\.entries) == [0])
    }

    @Test func halfAFileIsNothing() async throws {
        let folder = try Folder()
        let path = try folder.file(Self.adding("dn: CN=Bo,DC=corp\nchangetype: delete\n").utf8)
        let error = try await error(of: LDIFError.self) {
            _ = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
        }
        #expect(error?.code == .changeRecord)
        #expect(error.map { "\($0)".hasPrefix("\(path):28: `changetype:` makes this a change record.") } == true)
    }

    @Test func filesThatCannotBeReadSayWhy() async throws {
        let folder = try Folder()
        let cases: [(String, FileError.Code)] = [
            (folder.path("nowhere.ldif"), .missing), (folder.path("nowhere/at.ldif"), .missing),
            (folder.path(""), .isFolder),
        ]
        for (path, code) in cases {
            let file = LDIFFile(path: path, schema: .activeDirectory)
            let failure = try await error(of: FileError.self) { _ = try await file.read(ReadRequest()) { _ in } }
            #expect(failure?.code == code)
            #expect(failure?.operation == .reading)
            let steps = await file.check(ReadRequest())
            #expect(steps.map(\.passed) == [false])
            #expect(steps.first?.detail == failure?.description)
        }
    }

    @Test(.enabled(if: getuid() != 0, "the superuser may read everything"))
    func filesOfOthersSayWhy() async throws {
        let folder = try Folder()
        let path = try folder.file(Self.company.utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        let failure = try await error(of: FileError.self) {
            _ = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
        }
        #expect(failure?.code == .denied)
    }

    @Test func checkTellsWhatIsThere() async throws {
        let folder = try Folder()
        let good = await LDIFFile(path: try folder.file(Self.company.utf8), schema: .activeDirectory).check(
            ReadRequest())
        #expect(good.map(\.title) == ["open", "read"])
        #expect(good.map(\.passed) == [true, true])
        #expect(good.last?.detail == "1 user, 1 group, 1 contact")
        let bad = await LDIFFile(path: try folder.file("cn: a\n".utf8, named: "bad.ldif"), schema: .activeDirectory)
            .check(ReadRequest())
        #expect(bad.map(\.passed) == [true, false])
        #expect(bad.last?.detail == "\(folder.path("bad.ldif")):1: A record begins with `dn:`, and this line is `cn:`.")
        let cut = await LDIFFile(
            path: try folder.file(Self.company.utf8.dropLast(5), named: "cut.ldif"), schema: .activeDirectory
        ).check(ReadRequest())
        #expect(cut.map(\.passed) == [true, false])
    }

    /// A directory large enough for several reads of the file.
    private static let large = DirectoryGenerator(users: 3000).ldif()

    @Test func aFileThatChangesWhileItIsReadIsPartial() async throws {
        let folder = try Folder()
        let path = try folder.file(Self.large.utf8)
        let snapshot = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in
            let handle = FileHandle(forWritingAtPath: path)
            handle?.seekToEndOfFile()
            handle?.write(Data("\n".utf8))
            try? handle?.close()
        }
        #expect(snapshot.completeness.reasons.contains { $0.code == .unfinished && $0.detail.contains("written to") })
    }

    @Test func aPipeCanBeRead() async throws {
        let pipe = Pipe()
        let text = Self.large
        let writer = Thread {
            pipe.fileHandleForWriting.write(Data(text.utf8))
            try? pipe.fileHandleForWriting.close()
        }
        writer.start()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        let snapshot = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
        #expect(snapshot.users.count == 3000)
        // The accounts that the server is read with are people without an objectGUID.
        #expect(snapshot.completeness.reasons.allSatisfy { $0.code == .undecodableEntry })
    }

    @Test func aReadCanBeCancelled() async throws {
        let folder = try Folder()
        let path = try folder.file(Self.large.utf8)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// What ldapsearch and slapcat write about a real server reads as what the server was loaded with.
    @Test(
        .enabled(if: Slapd.isInstalled && hasPrograms(["ldapsearch", "slapcat"])),
        arguments: [DirectoryGenerator.Layout.activeDirectory, .inetOrgPerson])
    func exportsOfARealServerAreUnderstood(_ layout: DirectoryGenerator.Layout) async throws {
        let text = DirectoryGenerator(users: 300, layout: layout).ldif()
        let server = try Slapd(ldif: text)
        let schema: DirectorySchema = layout == .activeDirectory ? .activeDirectory : .inetOrgPerson
        let request = ReadRequest(
            attributes: .only(["cn", "sn", "givenName", "displayName", "mail", "proxyAddresses", "objectSid", "title"]))
        let expected = try await snapshot(of: text.utf8, schema: schema, request)
        #expect(expected.users.count == 300)
        let exports = [
            try run(
                findProgram("ldapsearch") ?? "",
                [
                    "-x", "-LLL", "-H", server.ldapURL, "-D", Slapd.admin, "-w", Slapd.password, "-b", Slapd.base, "*",
                    "+",
                ]),
            try run(findProgram("slapcat") ?? "", ["-f", server.folder.appendingPathComponent("slapd.conf").path]),
        ]
        for export in exports {
            let snapshot = try await FileSourceTests.snapshot(of: export.utf8, schema: schema, request)
            #expect(Set(snapshot.users) == Set(expected.users))
            #expect(Set(snapshot.groups) == Set(expected.groups))
            #expect(Set(snapshot.contacts) == Set(expected.contacts))
            #expect(snapshot.completeness.reasons.map(\.code) == expected.completeness.reasons.map(\.code))
        }
        // Without -LLL ldapsearch adds lines that are no LDIF.
        let own = try run(
            findProgram("ldapsearch") ?? "",
            ["-x", "-H", server.ldapURL, "-D", Slapd.admin, "-w", Slapd.password, "-b", Slapd.base])
        let error = try await error(of: LDIFError.self) { _ = try await snapshot(of: own.utf8, schema: schema) }
        #expect(error?.problem.contains("Export with `ldapsearch -LLL`.") == true)
    }
}
