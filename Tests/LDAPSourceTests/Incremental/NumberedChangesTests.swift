import DirectoryModel
import LDAPSource
import Synchronization
import TestSupport
import Testing

/// How a domain controller is asked for what has changed since a number: Samba by each number, Windows by one search.
@Suite struct NumberedChangesTests {
    /// A domain of one person who changes again while the first search for changes is answered.
    private final class Domain: Sendable {
        static let context = "dc=corp,dc=example"
        private static let person: [UInt8] = Array(1...16)
        private static let place: [UInt8] = Array(2...17)
        let vendor: String?
        /// The number of the last change, which is the person's.
        let last: Mutex<Int>
        /// How often the person is to change while it is looked for.
        let restlessness = Mutex(0)
        /// The numbers asked for one by one, and those asked for together with all above.
        let asked = Mutex<(single: [Int], above: [Int])>(([], []))

        init(vendor: String?, last: Int) {
            self.vendor = vendor
            self.last = Mutex(last)
        }

        func answer(_ search: FakeDirectory.Search) -> [FakeDirectory.Answer] {
            func octets(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
            let last = last.withLock { $0 }
            if search.base.isEmpty {
                var root = [
                    ("namingContexts", octets(Self.context)), ("dsServiceName", octets("cn=settings")),
                    ("supportedCapabilities", octets("1.2.840.113556.1.4.800")),
                    ("highestCommittedUSN", octets("\(last)")), ("currentTime", octets("20261121000000.0Z")),
                ]
                if let vendor { root.append(("vendorName", octets(vendor))) }
                return [.entry("", root), .done()]
            }
            if search.base == "cn=settings" {
                return [.entry(search.base, [("invocationId", [Array(3...18)])]), .done()]
            }
            if search.base.hasPrefix("CN=Deleted Objects") {
                return [.entry(search.base, [("objectClass", octets("top"))]), .done()]
            }
            func person(_ phase: Int) -> FakeDirectory.Answer {
                .entry(
                    "cn=Ana,\(Self.context)",
                    [("objectGUID", [Self.person]), ("displayName", octets("Change \(phase)"))])
            }
            let text = String(decoding: search.filter, as: UTF8.self)
            if text.contains("uSNChanged") {
                // The contents of one term, or of a list of them.
                return search.filter.first == 0x04 ? above(search) : single(search)
            }
            if text.contains("organizationalUnit") || !text.contains("user") {
                return [.entry(Self.context, [("objectGUID", [Self.place])]), .done()]
            }
            return [person(last), .done()]
        }

        private func single(_ search: FakeDirectory.Search) -> [FakeDirectory.Answer] {
            let last = last.withLock { $0 }
            var terms = BER(search.filter)
            var numbers: [Int] = []
            while let term = terms.next() { numbers.append(Self.number(term.contents)) }
            asked.withLock { $0.single += numbers }
            let isMoving = restlessness.withLock { count in
                defer { count = max(0, count - 1) }
                return count > 0
            }
            if isMoving { self.last.withLock { $0 += 1 } } else if numbers.contains(last) { return found }
            return [.done()]
        }

        private func above(_ search: FakeDirectory.Search) -> [FakeDirectory.Answer] {
            let last = last.withLock { $0 }
            let number = Self.number(search.filter)
            if number > 1 { asked.withLock { $0.above.append(number) } }
            return number <= last ? found : [.done()]
        }

        private var found: [FakeDirectory.Answer] {
            [.entry("cn=Ana,\(Self.context)", [("objectGUID", [Self.person])]), .done()]
        }

        /// The number in the contents of `(uSNChanged=NUMBER)` or `(uSNChanged>=NUMBER)` (RFC 4511 §4.5.1); -1 where
        /// there is none.
        private static func number(_ term: [UInt8]) -> Int {
            var parts = BER(term)
            _ = parts.next()
            return Int(String(decoding: parts.next()?.contents ?? [], as: UTF8.self)) ?? -1
        }
    }

    private static let samba = "Samba Team (https://www.samba.org)"

    @Test(arguments: [
        // Named one by one, and what changes meanwhile after that.
        (samba, 3, 0, true), (samba, 3, 1, true), (samba, 30, 4, true), (samba, 1000, 0, true),
        // More than are named, and a server that has an order.
        (samba, 1001, 0, false), (nil, 3, 0, false),
    ])
    func changesAreAskedFor(_ vendor: String?, changes: Int, meanwhile: Int, areNamed: Bool) async throws {
        let domain = Domain(vendor: vendor, last: 100)
        let server = try FakeDirectory { domain.answer($0) }
        let directory = LDAPDirectory(
            LDAPConfiguration(.url(try LDAPURL(server.url)), bases: [try DistinguishedName(Domain.context)]))
        let request = ReadRequest(attributes: .only(["displayName"]), kinds: [.user])
        let first = try await directory.read(request, since: nil)
        #expect(first.notes == [] && first.snapshot.users.map { $0.attributes.first("displayName") } == ["Change 100"])
        let record = try #require(first.record)
        domain.last.withLock { $0 += changes }
        domain.restlessness.withLock { $0 = meanwhile }
        let read = try await directory.read(request, since: record)
        #expect(read.notes == [] && read.objectsRead == 1)
        let last = 100 + changes + meanwhile
        #expect(read.snapshot.users.map { $0.attributes.first("displayName") } == ["Change \(last)"])
        // Each number once, or all above the mark at once.
        let asked = domain.asked.withLock { $0 }
        #expect(asked.single == (areNamed ? Array(101...last) : []))
        #expect(asked.above == (areNamed ? [] : [101]))
    }
}
