import DirectoryModel
import FileSource
import Foundation
import TestSupport
import Testing

/// Snapshots as files, and files as the snapshots they were.
struct LDIFWriterTests {
    private static func golden() throws -> DirectorySnapshot {
        let ana = DirectoryUser(
            id: Made.id("ana"), dn: Made.dn("Ana"),
            attributes: AttributeValues([
                "objectClass": ["top", "user"], "displayName": ["Ana Müller"], "mail": ["ana@corp.example"],
                "userPassword": ["{SSHA}c2VjcmV0"], "empty": [""],
                "info": [" leading", "trailing ", ":colon", "<less", "two\r\nlines", "tab\there", "#number"],
                "memberOf": ["CN=A group with quite a long name that has to be folded,OU=Groups,DC=corp,DC=example"],
            ]))
        let staff = DirectoryGroup(
            id: try #require(ObjectID(text: "key 7")), dn: Made.dn("Staff", in: "Groups"),
            attributes: AttributeValues(["objectClass": ["group"], "objectGUID": ["0123456789abcdef"]]))
        let partner = DirectoryContact(
            id: try ObjectID(uuidText: "33323130-3534-3736-3839-616263646566"), dn: Made.dn("Partner"),
            attributes: AttributeValues(["objectClass": ["contact"], "objectGUID": ["0123456789abcdef"]]))
        return DirectorySnapshot(
            source: "ldaps://dc1.corp.example", users: [ana], groups: [staff], contacts: [partner],
            incomplete: [
                Incompleteness(.sizeLimit, "sizeLimitExceeded (4) after 1,500 entries.", remedy: "Ask for pages."),
                Incompleteness(.connectionLost, "Verbindung für immer verloren.\nTwice."),
            ])
    }

    @Test func listsOfMembersReadInPartStaySo() async throws {
        let groups = ["Whole", "Part", "Other"].map { Made.group($0) }
        let partial: Set<ObjectID> = [groups[1].id]
        let snapshot = DirectorySnapshot(users: [], groups: groups, partialGroups: partial)
        let folder = try temporaryFolder("partial")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("all.ldif").path
        try await LDIFWriter().write(snapshot, to: path)
        let read = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
        #expect(read.groups.count == 3)
        #expect(read.partialGroups == partial)
        #expect(read.completeness.reasons == [])
    }

    static let goldenText = """
        # sync-plan: snapshot 1
        # sync-plan: source ldaps://dc1.corp.example
        # sync-plan: schema active-directory
        # sync-plan: contents 1 user, 1 group, 1 contact, without the values of user
         Password
        # sync-plan: incomplete size-limit sizeLimitExceeded (4) after 1,500 entries
         .
        # sync-plan: remedy Ask for pages.
        # sync-plan:: aW5jb21wbGV0ZSBjb25uZWN0aW9uLWxvc3QgVmVyYmluZHVuZyBmw7xyIGltbW
         VyIHZlcmxvcmVuLgpUd2ljZS4=
        version: 1

        # sync-plan: object user \(Made.id("ana"))
        dn: CN=Ana,OU=Staff,DC=corp,DC=example
        objectClass: top
        objectClass: user
        displayName:: QW5hIE3DvGxsZXI=
        mail: ana@corp.example
        empty:
        info:: IGxlYWRpbmc=
        info:: dHJhaWxpbmcg
        info:: OmNvbG9u
        info:: PGxlc3M=
        info:: dHdvDQpsaW5lcw==
        info:: dGFiCWhlcmU=
        info: #number
        memberOf: CN=A group with quite a long name that has to be folded,OU=Groups,
         DC=corp,DC=example

        # sync-plan: object group key 7
        dn: CN=Staff,OU=Groups,DC=corp,DC=example
        objectClass: group
        objectGUID: 0123456789abcdef

        dn: CN=Partner,OU=Staff,DC=corp,DC=example
        objectClass: contact
        objectGUID: 0123456789abcdef

        # sync-plan: end 3

        """

    @Test func theTextIsThis() throws {
        let text = String(decoding: try recording(Self.golden()), as: UTF8.self)
        #expect(text == Self.goldenText)
    }

    @Test func secretsAreWrittenOnlyWhenAsked() async throws {
        let snapshot = try Self.golden()
        let silent = String(decoding: try recording(snapshot), as: UTF8.self)
        #expect(!silent.contains("SSHA"))
        let open = try await FileSourceTests.snapshot(of: try recording(snapshot, includesSecrets: true))
        #expect(open.users == snapshot.users)
        for name in ["userpassword", "UNICODEPWD;x-old", "ms-Mcs-AdmPwd"] {
            let user = DirectoryUser(
                id: Made.id("a"), dn: Made.dn("a"), attributes: AttributeValues([(AttributeName(name), ["hunter2"])]))
            let text = String(decoding: try recording(DirectorySnapshot(users: [user])), as: UTF8.self)
            #expect(!text.contains("hunter2"))
            #expect(text.replacingOccurrences(of: "\n ", with: "").contains("without the values of \(name)"))
        }
    }

    @Test func aPartialSnapshotStaysPartial() async throws {
        let snapshot = try Self.golden()
        let again = try await FileSourceTests.snapshot(of: try recording(snapshot))
        #expect(again.completeness == snapshot.completeness)
    }

    /// However much of the end is missing, what is left is never taken for everything.
    @Test func aRecordingThatWasCutOffIsNeverComplete() async throws {
        let whole = try recording(
            DirectorySnapshot(users: [Made.person("ana")], groups: [Made.group("Staff")]))
        let complete = try await snapshot(of: whole)
        #expect(complete.completeness.proof != nil)
        let folder = try Folder()
        // Without its first line it is a file like any other, which cannot tell.
        let first = (whole.firstIndex(of: 10) ?? 0) + 1
        for end in first..<whole.count {
            let path = try folder.file(whole[..<end])
            do {
                let read = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
                #expect(read.completeness.proof == nil, "after \(end) of \(whole.count) bytes")
                #expect(read.completeness.reasons.contains { $0.code == .malformedFile })
            } catch is LDIFError {}
        }
    }

    @Test func aRecordThatWasTakenOutIsMissed() async throws {
        let text = String(
            decoding: try recording(DirectorySnapshot(users: ["ana", "bo"].map { Made.person($0) })), as: UTF8.self)
        let parts = text.components(separatedBy: "\n\n")
        let less = (parts[..<1] + parts[2...]).joined(separator: "\n\n")
        let read = try await snapshot(of: less.utf8)
        #expect(read.users.count == 1)
        #expect(read.completeness.reasons.map(\.detail) == ["\(read.source) was recorded with 2 entries and has 1."])
    }

    @Test(arguments: [
        ("# sync-plan: snapshot 2", "damaged, or a later version"),
        ("# sync-plan: partial", "damaged, or a later version"),
        ("# sync-plan:: aW5", "damaged, or a later version"), ("# sync-plan: end many", "damaged, or a later version"),
        ("# sync-plan: schema generic", "recorded with the preset `generic`"),
    ])
    func notesThatAreNotUnderstoodAreRefused(_ note: String, _ words: String) async throws {
        let error = try await error(of: LDIFError.self) { _ = try await snapshot(of: "# a\n\(note)\n".utf8) }
        #expect(error?.code == .snapshot)
        #expect(error?.line == 2)
        #expect(error?.problem.contains(words) == true)
    }

    @Test(arguments: ["First Name", "", "dn", "ChangeType", "naïve", "-a", "a:b"])
    func namesThatLDIFCannotHoldAreRefused(_ name: String) throws {
        let user = DirectoryUser(
            id: Made.id("ana"), dn: Made.dn("ana"), attributes: AttributeValues([(AttributeName(name), ["x"])]))
        let error = #expect(throws: FileError.self) { try recording(DirectorySnapshot(users: [user])) }
        #expect(error?.code == .unwritableName)
        #expect(error?.problem.contains("CN=ana") == true)
    }

    // MARK: Files

    @Test func theFileIsItsOwnersAlone() async throws {
        let folder = try Folder()
        let path = try folder.file("old".utf8, named: "snapshot.ldif")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let snapshot = DirectorySnapshot(users: [Made.person("ana")])
        try await LDIFWriter().write(snapshot, to: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try folder.names == ["snapshot.ldif"])
        let again = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
        #expect(again.users == snapshot.users)
        #expect(again.completeness.proof != nil)
    }

    @Test func aFailureLeavesWhatWasThere() async throws {
        let folder = try Folder()
        let path = try folder.file("old".utf8, named: "snapshot.ldif")
        let bad = DirectoryUser(id: Made.id("a"), dn: Made.dn("a"), attributes: AttributeValues(["a b": ["x"]]))
        let failure = try await error(of: FileError.self) {
            try await LDIFWriter().write(DirectorySnapshot(users: [bad]), to: path)
        }
        #expect(failure?.code == .unwritableName)
        #expect(try folder.names == ["snapshot.ldif"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        let snapshot = DirectorySnapshot(users: [])
        for (place, code) in [("none/snapshot.ldif", FileError.Code.missing), ("", .isFolder)] {
            let failure = try await error(of: FileError.self) {
                try await LDIFWriter().write(snapshot, to: folder.path(place))
            }
            #expect(failure?.code == code, "\(place): \(String(describing: failure))")
            #expect(failure?.operation == .writing)
            #expect(failure?.path == folder.path(place))
        }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await LDIFWriter().write(snapshot, to: path)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try folder.names == ["snapshot.ldif"])
    }
}
