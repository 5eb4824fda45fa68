import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// A way in which a server misbehaves, and what must come of it.
struct Misbehaviour: Sendable, CustomTestStringConvertible {
    /// What a read comes to.
    enum Outcome: Sendable, Equatable {
        case fails(LDAPError.Code)
        case partial(Incompleteness.Code)
        case complete
    }

    let testDescription: String
    let outcome: Outcome
    /// How many users are read.
    var users = 0
    /// A text that the error, or the reason, has.
    let says: String
    var bind: [FakeDirectory.Answer] = [.bound()]
    let answer: @Sendable (FakeDirectory.Search) -> [FakeDirectory.Answer]

    /// A server that misbehaves from the first search on.
    init(
        _ description: String, _ outcome: Outcome, users: Int = 0, says: String = "",
        bind: [FakeDirectory.Answer] = [.bound()],
        _ answer: @escaping @Sendable (FakeDirectory.Search) -> [FakeDirectory.Answer]
    ) {
        testDescription = description
        self.outcome = outcome
        self.users = users
        self.says = says
        self.bind = bind
        self.answer = answer
    }

    /// A server that misbehaves on the second page, after one of two people.
    static func later(
        _ description: String, _ outcome: Outcome, users: Int = 2, says: String = "",
        _ answer: @escaping @Sendable (FakeDirectory.Search) -> [FakeDirectory.Answer]
    ) -> Misbehaviour {
        Misbehaviour(description, outcome, users: users, says: says) { search in
            search.cookie.isEmpty ? firstPage : answer(search)
        }
    }

    static let firstPage = [entry("ana"), entry("bo"), .done(cookie: [1])]

    static let base = "DC=corp,DC=example"

    static func dn(_ name: String) -> String { "CN=\(name),OU=Staff,\(base)" }

    static func id(_ name: String) -> (name: String, values: [[UInt8]]) {
        ("objectGUID", [Made.id(name).activeDirectoryBytes ?? []])
    }

    /// A person as Active Directory has it.
    static func entry(
        _ name: String, dn: String? = nil, more: [(name: String, values: [[UInt8]])] = []
    ) -> FakeDirectory.Answer {
        .entry(dn ?? Self.dn(name), [id(name), address(name)] + more)
    }

    static func address(_ name: String) -> (name: String, values: [[UInt8]]) {
        ("proxyAddresses", [Array("SMTP:\(name)@corp.example".utf8)])
    }

    /// A message that ends a page or a search.
    static func end(_ search: FakeDirectory.Search) -> [UInt8] {
        FakeDirectory.Answer.done(cookie: []).message(to: search.id)
    }

    /// A cookie that was not there before.
    static func cookie(after search: FakeDirectory.Search) -> [UInt8] {
        let number = search.cookie.reduce(0) { $0 << 8 | Int($1) } + 1
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Reads as an administrator would configure it, with little patience.
    func configuration(_ server: FakeDirectory) throws -> LDAPConfiguration {
        LDAPConfiguration(
            .url(try LDAPURL(server.url)), bind: .simple(name: "cn=svc", password: Secret("secret")),
            bases: [try DistinguishedName(Self.base)], pageSize: 100,
            timeouts: LDAPTimeouts(connect: .seconds(1), operation: .seconds(1), read: .seconds(3)))
    }
}

/// The memory and the files that this process has now.
struct Footprint {
    /// In octets.
    let memory: Int
    let descriptors: Int

    init() throws {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        memory = (Int(pages[1]) ?? 0) * 4096
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}

/// Checks what was taken ten times during so many reads; prints it where there are many.
func expectNoGrowth(_ footprints: [Footprint], of reads: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    guard let first = footprints.first, let last = footprints.last else {
        Issue.record("Nothing was measured.", sourceLocation: sourceLocation)
        return
    }
    if reads > 200 {
        for (index, now) in footprints.enumerated() {
            print("reads \((index + 1) * reads / 10): \(now.memory >> 10) KiB, \(now.descriptors) descriptors")
        }
    }
    #expect(last.descriptors <= first.descriptors, sourceLocation: sourceLocation)
    // The address sanitizer keeps for a while what was freed, and looks for what was forgotten itself.
    let bound = ProcessInfo.processInfo.environment["ASAN_OPTIONS"] == nil ? 16 << 20 : 64 << 20
    #expect(last.memory - first.memory < bound, sourceLocation: sourceLocation)
}
