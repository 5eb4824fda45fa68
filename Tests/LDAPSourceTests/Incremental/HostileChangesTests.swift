import DirectoryModel
import Foundation
import LDAPSource
import Synchronization
import TestSupport
import Testing

/// A server whose word about changes makes no sense is not believed: everything is read.
@Suite struct HostileChangesTests {
    private static let context = "dc=corp,dc=example"
    private static let person = "11111111-2222-3333-4444-555555555555"
    private static let stateControl = "1.3.6.1.4.1.4203.1.9.1.2"
    private static let doneControl = "1.3.6.1.4.1.4203.1.9.1.3"

    /// A message with a control behind it.
    private static func message(_ operation: [UInt8], _ control: String, _ value: [UInt8]) -> FakeDirectory.Answer {
        let element = BER.element(0x30, BER.octetString(control) + BER.element(0x04, value))
        return .operation(operation + BER.element(0xA0, element))
    }

    private static func entry(_ state: [UInt8]) -> FakeDirectory.Answer {
        message(BER.element(0x64, BER.octetString(context) + BER.element(0x30, [])), stateControl, state)
    }

    private static func state(_ kind: UInt8, _ id: [UInt8]) -> [UInt8] {
        BER.element(0x30, BER.element(0x0A, [kind]) + BER.element(0x04, id))
    }

    private static let uuid: [UInt8] =
        [0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44] + Array(repeating: 0x55, count: 6)

    private static func information(_ value: [UInt8]) -> FakeDirectory.Answer {
        let oid = BER.element(0x80, Array("1.3.6.1.4.1.4203.1.9.1.4".utf8))
        return .operation(BER.element(0x79, oid + BER.element(0x81, value)))
    }

    private static func end(code: [UInt8] = [0], _ control: [UInt8]?) -> FakeDirectory.Answer {
        let done = BER.element(0x65, BER.element(0x0A, code) + BER.octetString("") + BER.octetString(""))
        return control.map { message(done, doneControl, $0) } ?? .operation(done)
    }

    private static let refreshed = end(BER.element(0x30, BER.element(0x01, [0xFF])))

    /// What the search for changes is answered with, and a part of the reason why everything is read; nil for none.
    static let answers: [(title: String, answers: [FakeDirectory.Answer], reason: String?)] = [
        ("one changed entry", [entry(state(2, uuid)), refreshed], nil),
        ("an entry that is gone from the list", [end(BER.element(0x30, []))], nil),
        (
            "a list with it and nothing else, and a server that gives what it likes",
            [information(BER.element(0xA3, BER.element(0x31, BER.element(0x04, uuid)))), end(BER.element(0x30, []))],
            "which was not asked for"
        ),
        ("an entry without its state", [.entry(context, []), refreshed], "make no sense"),
        ("a state that is empty", [entry([]), refreshed], "make no sense"),
        (
            "a state without an identity", [entry(BER.element(0x30, BER.element(0x0A, [1]))), refreshed],
            "make no sense"
        ),
        ("an identity of 15 octets", [entry(state(1, Array(uuid.dropLast()))), refreshed], "make no sense"),
        ("a state of a wrong length", [entry([0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]), refreshed], "make no sense"),
        ("information of an unknown kind", [information([0xA7, 0x00]), refreshed], "make no sense"),
        ("information of nothing", [information([]), refreshed], "make no sense"),
        (
            "a list of what is none",
            [information(BER.element(0xA3, BER.element(0x31, BER.element(0x04, [1])))), refreshed], "make no sense"
        ),
        ("an end without a word", [end(nil)], "make no sense"),
        ("an end with an empty word", [end([])], "make no sense"),
        ("a server that has forgotten", [end(code: [0x10, 0x00], nil)], "does not remember that far back"),
        ("a server that will not", [end(code: [53], nil)], "does not tell changes"),
    ]

    @Test(arguments: answers.indices) func whatMakesNoSense(_ index: Int) async throws {
        let (title, answers, reason) = Self.answers[index]
        let phase = Mutex(0)
        let server = try FakeDirectory { search in Self.answer(search, phase.withLock { $0 }, answers) }
        var configuration = LDAPConfiguration(
            .url(try LDAPURL(server.url)), bases: [try DistinguishedName(Self.context)])
        configuration.schema = .inetOrgPerson
        let directory = LDAPDirectory(configuration)
        let request = ReadRequest(attributes: .only(["displayName"]), kinds: [.user])
        let first = try await directory.read(request, since: nil)
        #expect(first.notes == [])
        let record = try #require(first.record)
        phase.withLock { $0 = 1 }
        let read = try await directory.read(request, since: record)
        #expect(read.snapshot.completeness.reasons == [], "\(title)")
        #expect(read.snapshot.users.map { $0.attributes.first("displayName") } == ["Phase 1"], "\(title)")
        if let reason {
            #expect(read.objectsRead == nil && read.notes.contains { $0.contains(reason) }, "\(title): \(read.notes)")
        } else {
            #expect(read.objectsRead.map { $0 > 0 } == true, "\(title): \(read.notes)")
        }
    }

    @Test func aConnectionThatEndsAmongChangesIsAnError() async throws {
        let phase = Mutex(0)
        let server = try FakeDirectory { search in
            Self.answer(search, phase.withLock { $0 }, [Self.entry(Self.state(2, Self.uuid)), .hangUp])
        }
        var configuration = LDAPConfiguration(
            .url(try LDAPURL(server.url)), bases: [try DistinguishedName(Self.context)])
        configuration.schema = .inetOrgPerson
        let directory = LDAPDirectory(configuration)
        let request = ReadRequest(attributes: .only(["displayName"]), kinds: [.user])
        let record = try #require(try await directory.read(request, since: nil).record)
        phase.withLock { $0 = 1 }
        let error = await #expect(throws: LDAPError.self) { try await directory.read(request, since: record) }
        #expect(error?.code == .serverDown)
    }

    /// A directory of one person, whose name and last change go with the phase.
    private static func answer(
        _ search: FakeDirectory.Search, _ phase: Int, _ changes: [FakeDirectory.Answer]
    ) -> [FakeDirectory.Answer] {
        func octets(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
        func asks(for text: String) -> Bool { String(decoding: search.filter, as: UTF8.self).contains(text) }
        let identity = (name: "entryUUID", values: octets("99999999-2222-3333-4444-555555555555"))
        if search.base.isEmpty {
            return [
                .entry(
                    "", [("namingContexts", octets(context)), ("supportedControl", octets("1.3.6.1.4.1.4203.1.9.1.1"))]),
                .done(),
            ]
        }
        if search.attributes.contains("contextCSN") {
            let mark = "2026112100000\(phase).000000Z#000000#000#000000"
            return [.entry(context, [identity, ("contextCSN", octets(mark))]), .done()]
        }
        if search.attributes.contains("hasSubordinates") { return changes }
        if asks(for: "entryCSN") { return [.done()] }
        if asks(for: "inetOrgPerson") {
            return [
                .entry(
                    "uid=ana,\(context)", [("entryUUID", octets(person)), ("displayName", octets("Phase \(phase)"))]),
                .done(),
            ]
        }
        return [.entry(context, [identity]), .done()]
    }
}
