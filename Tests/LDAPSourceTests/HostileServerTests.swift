import DirectoryModel
import Foundation
import LDAPSource
import ReconcileEngine
import TestSupport
import Testing

/// What a server that is broken, or wants to do harm, can do: take time, within limits, and nothing else.
@Suite(.serialized) struct HostileServerTests {
    typealias Answer = FakeDirectory.Answer

    private static let request = ReadRequest(
        attributes: .only(["displayName", "proxyAddresses", "userAccountControl", "memberOf"]), kinds: [.user])

    /// What comes of a read.
    private func read(_ row: Misbehaviour) async throws -> Result<DirectorySnapshot, LDAPError> {
        let server = try FakeDirectory(bind: row.bind, row.answer)
        defer { withExtendedLifetime(server) {} }
        let directory = LDAPDirectory(try row.configuration(server))
        do { return .success(try await directory.read(Self.request)) } catch let error as LDAPError {
            return .failure(error)
        }
    }

    /// The kinds of operation that would be done with three accounts, one of which belongs to nobody in the directory.
    private func operations(_ snapshot: DirectorySnapshot) -> Set<ReconcileEngine.Operation.Kind> {
        let rules = Reconciler(lifecycle: Lifecycle(missing: .delete), rails: [])
        let accounts = ["ana", "bo", "gone"].map { Made.account($0) }
        let plan = rules.plan(directory: snapshot, provider: ObservedState(accounts: accounts))
        return Set((plan.operations + plan.held.map(\.operation)).map(\.kind))
    }

    @Test(arguments: silent + floods + nonsense + pages + entries)
    func nothingIsRemoved(_ row: Misbehaviour) async throws {
        let before = try Footprint()
        let begin = ContinuousClock.now
        let result = try await read(row)
        #expect(ContinuousClock.now - begin < .seconds(8))
        #expect(try Footprint().memory - before.memory < 200 << 20)
        switch result {
        case .failure(let error):
            #expect(row.outcome == .fails(error.code), "\(error)")
            #expect(error.message.contains(row.says), "\(error)")
        case .success(let snapshot):
            #expect(snapshot.users.count == row.users)
            let reasons = snapshot.completeness.reasons
            #expect(row.outcome == (reasons.first.map { .partial($0.code) } ?? .complete), "\(reasons)")
            #expect(reasons.isEmpty || reasons.contains { "\($0)".contains(row.says) }, "\(reasons)")
            let removals = operations(snapshot).intersection([.suspend, .delete])
            #expect(removals == (snapshot.completeness.proof == nil ? [] : [.delete]))
        }
    }

    // MARK: Taking time

    static let silent: [Misbehaviour] = [
        Misbehaviour("never answers the bind", .fails(.timedOut), says: "has not answered for 1.0 s", bind: []) { _ in
            []
        },
        Misbehaviour("never answers the search", .fails(.timedOut), says: "has not answered for 1.0 s") { _ in [] },
        .later("never gives the second page", .partial(.timeLimit), says: "has not answered for 1.0 s") { _ in [] },
        .later("drips the octets of an entry", .partial(.timeLimit), says: "has not answered for 1.0 s") { search in
            Answer.drip(Misbehaviour.entry("cy").message(to: search.id), every: 0.2)
        },
        .later("drips entries", .partial(.timeLimit), says: "was not done within 3.0 s") { _ in
            [.endlessly([.pause(0.3), Misbehaviour.entry("cy")])]
        },
        .later("goes in the middle of an entry", .partial(.connectionLost), says: "the connection was lost") { search in
            [.octets(Array(Misbehaviour.entry("cy").message(to: search.id).prefix(20))), .hangUp]
        },
    ]

    static let floods: [Misbehaviour] = [
        .later("sends other numbers", .partial(.timeLimit), says: "has not answered for 1.0 s") { search in
            [.octets(Misbehaviour.entry("cy").message(to: 99)), .octets(Answer.done(cookie: []).message(to: 99))]
        },
        .later("sends other numbers without end", .partial(.timeLimit), says: "has not answered for 1.0 s") { _ in
            [.endlessly([.octets(flood(Misbehaviour.entry("cy"), number: 99))])]
        },
        .later("sends notices without end", .partial(.timeLimit), says: "has not answered for 1.0 s") { _ in
            [.endlessly([.octets(flood(notice(of: "1.2.3", code: 0), number: 0))])]
        },
        .later("sends references without end", .partial(.timeLimit), says: "3.0 s") { search in
            [.endlessly([.octets(flood(.reference(["ldap://dc2.corp.example"]), number: search.id))])]
        },
        .later("sends intermediate responses without end", .partial(.timeLimit), says: "3.0 s") { search in
            [.endlessly([.octets(flood(.operation([0x79, 0x00]), number: search.id))])]
        },
        .later("sends empty pages without end", .partial(.timeLimit), says: "3.0 s") { search in
            [.done(cookie: Misbehaviour.cookie(after: search))]
        },
    ]

    /// As many messages as fill 64 KiB and a little more, so that the end of one is in the next.
    private static func flood(_ answer: Answer, number: Int) -> [UInt8] {
        let message = answer.message(to: number)
        return Array(repeatElement(message, count: 70_000 / message.count).joined())
    }

    /// What a server says unasked (RFC 4511 §4.4).
    private static func notice(of name: String, code: UInt8) -> Answer {
        let oid = Array(name.utf8)
        return .operation([0x78, UInt8(9 + oid.count), 0x0A, 1, code, 4, 0, 4, 0, 0x8A, UInt8(oid.count)] + oid)
    }

    // MARK: Making no sense

    /// A result of success.
    private static let end: [UInt8] = [0x65, 7, 0x0A, 1, 0, 4, 0, 4, 0]

    static let nonsense: [Misbehaviour] = [
        .later("announces 2 GiB", .partial(.refused), says: "more than 256 MiB") { _ in
            [
                .octets([0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]),
                .endlessly([.octets([UInt8](repeating: 4, count: 65_536))]),
            ]
        },
        .later("announces more than there is", .partial(.refused), says: "none that is LDAP") { _ in
            [.octets([0x30, 0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])]
        },
        .later("sends garbage", .partial(.connectionLost), says: "the connection was lost") { _ in
            [.octets([0x04, 99] + [UInt8](repeating: 1, count: 99))]
        },
        .later("speaks HTTP", .partial(.connectionLost), says: "the connection was lost") { _ in
            [.octets(Array(String(repeating: "HTTP/1.1 400 Bad Request\r\n", count: 9).utf8))]
        },
        .later("sends zeros", .partial(.refused), says: "is") { _ in [.octets([UInt8](repeating: 0, count: 1000))] },
        .later("ends with an unknown code", .partial(.refused), says: "113") { _ in [.done(113)] },
        .later("ends with half a result", .partial(.refused), says: "failed") { _ in [.operation([0x65, 0])] },
        Misbehaviour("ends with half a control", .fails(.protocolError), says: "malformed") { _ in
            [.operation(end + [0xA0, 3, 0x30, 9, 4])]
        },
        Misbehaviour("ends with a paging control of nothing", .fails(.protocolError), says: "control is malformed") {
            _ in [.operation(end + [0xA0, 26, 0x30, 24, 4, 22] + Array("1.2.840.113556.1.4.319".utf8))]
        },
        .later("ends with a control without a name", .partial(.refused), says: "without saying that") { _ in
            [.operation(end + [0xA0, 4, 0x30, 2, 4, 0])]
        },
        .later("answers as to a bind", .partial(.timeLimit), says: "has not answered for 1.0 s") { _ in [.bound()] },
        .later("disconnects with a notice", .partial(.refused), says: "52 unavailable") { _ in
            [.octets(notice(of: "1.3.6.1.4.1.1466.20036", code: 52).message(to: 0)), .hangUp]
        },
        .later("sends a notice without a name", .partial(.timeLimit), says: "has not answered for 1.0 s") { _ in
            [.octets(notice(of: "", code: 0).message(to: 0))]
        },
        .later("disconnects in success", .partial(.connectionLost), says: "the connection was lost") { _ in
            [.octets(notice(of: "1.3.6.1.4.1.1466.20036", code: 0).message(to: 0)), .hangUp]
        },
        Misbehaviour("refers elsewhere", .fails(.noSuchObject), says: "10 referral") { _ in
            [.done(10, referral: ["ldap://evil.example/"])]
        },
        .later("refers elsewhere on the second page", .partial(.refused), says: "10 referral") { _ in
            [.done(10, referral: ["ldap://evil.example/"])]
        },
    ]

    static let pages: [Misbehaviour] = [
        .later("sends one page for ever", .partial(.refused), says: "again and again") { _ in Misbehaviour.firstPage },
        .later("sends one page for ever with new cookies", .partial(.refused), says: "again and again") { search in
            [Misbehaviour.entry("ana"), Misbehaviour.entry("bo"), .done(cookie: Misbehaviour.cookie(after: search))]
        },
        .later("forgets the cookie", .partial(.refused), users: 3, says: "without saying that there are no more") { _ in
            [Misbehaviour.entry("cy"), .done()]
        },
        .later("sends an entry after the end", .partial(.refused), says: "that was not all") { search in
            [.octets(Misbehaviour.end(search) + Misbehaviour.entry("cy").message(to: search.id))]
        },
        .later("sends a page after the last", .partial(.refused), says: "that was not all") { search in
            [
                .octets(
                    Misbehaviour.end(search) + Misbehaviour.entry("cy").message(to: search.id)
                        + Misbehaviour.end(search))
            ]
        },
    ]

    // MARK: Odd entries

    static let entries: [Misbehaviour] = [
        .later("is as it should be", .complete, users: 3) { _ in [Misbehaviour.entry("cy"), .done(cookie: [])] },
        one("outside the base", says: "does not lie under", Misbehaviour.entry("cy", dn: "CN=cy,DC=evil,DC=example")),
        one("nearly inside the base", says: "not lie under", Misbehaviour.entry("cy", dn: "CN=cy,XDC=corp,DC=example")),
        .later("the same entries on two pages", .complete) { _ in
            [Misbehaviour.entry("bo"), Misbehaviour.entry("ana"), .done(cookie: [])]
        },
        .later("the same entry twice on a page", .complete, users: 3) { _ in
            [Misbehaviour.entry("cy"), Misbehaviour.entry("cy"), .done(cookie: [])]
        },
        .later("an entry that moved between two pages", .partial(.changedWhileRead), says: "twice and differs") { _ in
            [Misbehaviour.entry("bo", dn: "CN=bo,OU=New,\(Misbehaviour.base)"), .done(cookie: [])]
        },
        one("no attributes", says: "no readable objectGUID", .entry(Misbehaviour.dn("cy"), [])),
        .later("an attribute twice", .complete, users: 3) { _ in
            [Misbehaviour.entry("cy", more: [Misbehaviour.address("other")]), .done(cookie: [])]
        },
        one("two identities", says: "2 values of objectGUID", Misbehaviour.entry("cy", more: [Misbehaviour.id("ana")])),
        one(
            "an identity of 15 octets", says: "no readable objectGUID",
            .entry(
                Misbehaviour.dn("cy"), [("objectGUID", [[UInt8](repeating: 1, count: 15)])])),
        one("an empty name", says: "does not lie under", Misbehaviour.entry("cy", dn: "")),
        one("a name that is none", says: "no distinguished name", Misbehaviour.entry("cy", dn: "cy at corp")),
        one(
            "a text of 200 brackets", says: "no distinguished name",
            Misbehaviour.entry(
                "cy", dn: String(repeating: "((", count: 100))),
        one("a name that is no text", says: "not UTF-8", .operation([0x64, 6, 4, 2, 0xFF, 0xFE, 0x30, 0])),
        one("attributes cut off", says: "malformed", .operation([0x64, 7, 4, 0, 0x30, 3, 0x30, 9, 4])),
        .later("a value of 10 MB", .complete, users: 3) { _ in
            let value = [UInt8](repeating: 120, count: 10_000_000)
            return [Misbehaviour.entry("cy", more: [("displayName", [value])]), .done(cookie: [])]
        },
        .later("30,000 values", .complete, users: 3) { _ in
            let values = (0..<30_000).map { Array("CN=Group \($0),\(Misbehaviour.base)".utf8) }
            return [Misbehaviour.entry("cy", more: [("memberOf", values)]), .done(cookie: [])]
        },
    ]

    /// A second page with one entry that cannot be used.
    private static func one(_ description: String, says: String, _ entry: Answer) -> Misbehaviour {
        .later(description, .partial(.undecodableEntry), says: says) { _ in [entry, .done(cookie: [])] }
    }

    @Test func rootEntriesWithoutEndAreNoDescription() async throws {
        let server = try FakeDirectory { _ in [.endlessly([.entry("", [])])] }
        defer { withExtendedLifetime(server) {} }
        let configuration = LDAPConfiguration(
            .url(try LDAPURL(server.url)), bases: [try DistinguishedName(Misbehaviour.base)])
        let steps = await LDAPDirectory(configuration).check(Self.request)
        #expect(steps.map(\.passed) == [true, false])
        #expect(steps.last?.detail.contains("several entries, where there is one") ?? false)
    }

    // MARK: Leaving

    @Test func cancellingEndsTheOperationOnTheServer() async throws {
        let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
        let server = try FakeDirectory { _ in
            continuation.finish()
            return []
        }
        let directory = LDAPDirectory(
            LDAPConfiguration(.url(try LDAPURL(server.url)), bases: [try DistinguishedName(Misbehaviour.base)]))
        let task = Task { try await directory.read(Self.request) }
        for await _ in asked {}
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        for _ in 0..<100 where server.events.last != .hangUp { try await Task.sleep(for: .milliseconds(20)) }
        #expect(server.events == [.search, .abandon, .unbind, .hangUp])
    }

    /// `READS` times, 200 unless the environment says otherwise: every other read is cancelled, or fails.
    @Test func readingAgainLeaksNothing() async throws {
        let times = ProcessInfo.processInfo.environment["READS"].flatMap { Int($0) } ?? 200
        let row = Misbehaviour("", .complete) { search in
            let people = (0..<50).map { Misbehaviour.entry("\(search.cookie.count) \($0)") }
            return people + [.done(cookie: search.cookie.count < 3 ? search.cookie + [1] : [])]
        }
        let sound = try FakeDirectory(row.answer)
        let broken = try FakeDirectory { _ in [Misbehaviour.entry("ana"), .octets([0x30, 0x20, 1]), .hangUp] }
        defer { withExtendedLifetime((sound, broken)) {} }
        let good = LDAPDirectory(try row.configuration(sound))
        let bad = LDAPDirectory(try row.configuration(broken))
        var footprints: [Footprint] = []
        for time in 1...times {
            if time % 2 == 1 {
                #expect(try await good.read(Self.request).users.count == 200)
            } else if time % 4 == 0 {
                await #expect(throws: LDAPError.self) { try await bad.read(Self.request) }
            } else {
                let task = Task { try await good.read(Self.request) }
                try await Task.sleep(for: .microseconds(time % 3000))
                task.cancel()
                // It may have come to its end before.
                _ = await task.result
            }
            guard time % max(times / 10, 1) == 0 else { continue }
            // The fake may take a moment to close its ends, which are files of this process too.
            for _ in 0..<50 where try Footprint().descriptors > (footprints.first?.descriptors ?? 0) {
                try await Task.sleep(for: .milliseconds(10))
            }
            footprints.append(try Footprint())
        }
        expectNoGrowth(footprints, of: times)
    }
}
