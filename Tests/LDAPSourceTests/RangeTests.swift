import DirectoryModel
import TestSupport
import Testing

@testable import LDAPSource

/// Lists of members that a server gives only so many values of at a time.
@Suite struct RangeTests {
    @Test(arguments: [
        ("member", AttributeRange.whole), ("member;binary", .whole), (";range=", .malformed), ("m;range", .whole),
        ("member;range=0-1499", .part(nameLength: 6, first: 0, last: 1499)),
        ("member;RANGE=1500-*", .part(nameLength: 6, first: 1500, last: nil)),
        ("m;range=0-*", .part(nameLength: 1, first: 0, last: nil)),
        ("member;range=", .malformed), ("member;range=1", .malformed), ("member;range=1-", .malformed),
        ("member;range=-1", .malformed), ("member;range=*-1", .malformed), ("member;range=1-*x", .malformed),
        ("member;range=2-1", .malformed), ("member;range=0-1;x", .malformed), ("member;range=0-1 ", .malformed),
        ("member;range=0-99999999999", .malformed), ("member;range=9999999999-*", .malformed),
    ]) func optionsAreRead(_ text: String, range: AttributeRange) {
        #expect(AttributeRange(of: Array(text.utf8).span) == range)
    }

    /// How a server that gives ten values at a time answers for the values from `first` on.
    enum Manner: String, CaseIterable {
        case asWindows, tooFew, fromElsewhere, withoutTheOption, withoutTheAttribute, refusing, nothing, hangingUp

        func answer(from first: Int, of count: Int) -> [FakeDirectory.Answer] {
            let last = first + 9
            let values = RangeTests.members(first..<min(first + 10, count))
            let range = last < count - 1 ? "\(first)-\(last)" : "\(first)-*"
            func entry(_ name: String, _ values: [[UInt8]]) -> [FakeDirectory.Answer] {
                [.entry(RangeTests.group, [("member", []), (name, values)]), .done()]
            }
            if first < 20 { return entry("member;range=\(range)", values) }
            return switch self {
            case .asWindows: entry("member;range=\(range)", values)
            case .tooFew: entry("member;range=\(first)-\(first - 1)", [])
            case .fromElsewhere: entry("member;range=0-9", RangeTests.members(0..<10))
            case .withoutTheOption: entry("member", values)
            case .withoutTheAttribute: [.entry(RangeTests.group, []), .done()]
            case .refusing: [.done(50, message: "no more")]
            case .nothing: [.done()]
            case .hangingUp: [.hangUp]
            }
        }
    }

    private static let group = "CN=Everyone,DC=corp,DC=example"

    private static func members(_ range: Range<Int>) -> [[UInt8]] {
        range.map { Array("CN=User \($0),DC=corp,DC=example".utf8) }
    }

    /// Reads a group of 35 members from a server that gives ten at a time.
    private func read(_ manner: Manner) async throws -> DirectorySnapshot {
        let id = (name: "objectGUID", values: [[UInt8]](repeating: [UInt8](repeating: 7, count: 16), count: 1))
        let server = try FakeDirectory { search in
            guard let asked = search.attributes.first(where: { $0.hasPrefix("member;range=") }) else {
                let first = (name: "member;range=0-9", values: Self.members(0..<10))
                return [.entry(Self.group, [id, ("member", []), first]), .done()]
            }
            return manner.answer(from: Int(asked.dropFirst(13).prefix { $0 != "-" }) ?? -1, of: 35)
        }
        defer { withExtendedLifetime(server) {} }
        let configuration = LDAPConfiguration(
            .url(try LDAPURL(server.url)), bases: [try DistinguishedName("DC=corp,DC=example")])
        return try await LDAPDirectory(configuration).read(
            ReadRequest(attributes: .only(["member"]), kinds: [.group]))
    }

    @Test func theRestIsFetched() async throws {
        let snapshot = try await read(.asWindows)
        #expect(snapshot.completeness.reasons == [])
        #expect(snapshot.partialGroups == [])
        let members = Self.members(0..<35).map { String(decoding: $0, as: UTF8.self) }
        #expect(snapshot.groups.map { $0.attributes["member"] } == [members])
    }

    @Test(arguments: Manner.allCases.filter { $0 != .asWindows })
    func aPartThatFailsMakesTheGroupPartial(_ manner: Manner) async throws {
        let snapshot = try await read(manner)
        #expect(snapshot.partialGroups == Set(snapshot.groups.map(\.id)))
        #expect(snapshot.groups.map { $0.attributes["member"].count } == [20])
        #expect(snapshot.completeness.reasons == [])
    }
}
