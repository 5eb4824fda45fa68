import DirectoryModel
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LDAPSource

/// Several servers, by their URLs or as DNS names them: the first that can be used is read.
@Suite(.enabled(if: Slapd.isInstalled)) struct FailoverTests {
    private static let nowhere = LDAPURL(scheme: .ldap, host: "127.0.0.1", port: 1)

    private func configuration(_ urls: [LDAPURL]) throws -> LDAPConfiguration {
        var configuration = try Company.openLDAPServer().configuration()
        configuration.schema = .inetOrgPerson
        configuration.servers = .urls(urls)
        return configuration
    }

    @Test func theNextServerIsTried() async throws {
        let server = try LDAPURL(try Company.openLDAPServer().ldapURL)
        let configuration = try configuration([Self.nowhere, server, Self.nowhere])
        let snapshot = try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes))
        #expect(snapshot.users.count == 300)
        let steps = await LDAPDirectory(configuration).check(ReadRequest(attributes: usualAttributes))
        #expect(steps.map(\.title) == ["connect", "connect", "server", "bind", "search people", "search groups"])
        #expect(steps.map(\.passed) == [false, true, true, true, true, true])
    }

    @Test func noneCanBeUsed() async throws {
        let error = try #require(try await readingError(try configuration([Self.nowhere, Self.nowhere])))
        #expect(error.message.hasPrefix("None of 2 servers can be used. ldap://127.0.0.1:1 cannot be connected to"))
        #expect(error.category == .unavailable)
    }

    @Test func refusedCredentialsAreNotTriedElsewhere() async throws {
        let server = try LDAPURL(try Company.openLDAPServer().ldapURL)
        var configuration = try configuration([server, Self.nowhere])
        configuration.bind = .simple(name: Slapd.reader, password: Secret("wrong"))
        #expect(try await readingError(configuration)?.code == .invalidCredentials)
    }

    @Test func aServerIsLeftOnlyBeforeItsFirstEntry() async throws {
        let people: [FakeDirectory.Answer] = (1...2).map {
            .entry(
                "uid=\($0),\(Slapd.base)",
                [("entryUUID", [Array("b0b0b0b0-0000-4000-8000-00000000000\($0)".utf8)])])
        }
        let breaking = try FakeDirectory { _ in people + [.hangUp] }
        let hangingUp = try FakeDirectory { _ in [.hangUp] }
        let server = try LDAPURL(try Company.openLDAPServer().ldapURL)
        defer { withExtendedLifetime((breaking, hangingUp)) {} }
        let whole = try configuration([try LDAPURL(hangingUp.url), server])
        let request = ReadRequest(attributes: .only(["mail"]), kinds: [.user])
        #expect(try await LDAPDirectory(whole).read(request).users.count == 300)
        // A page is taken once it is whole, so a small one comes before the end.
        var part = try configuration([try LDAPURL(breaking.url), server])
        part.pageSize = 1
        let snapshot = try await LDAPDirectory(part).read(request)
        #expect(snapshot.completeness.reasons.map(\.code) == [.connectionLost])
        #expect(snapshot.users.count < 3)
    }

    /// A read is never continued over another connection: it begins again, once.
    @Test(arguments: [1, 2]) func aLostConnectionIsTriedOnceMore(_ losses: Int) async throws {
        let lost = Mutex(0)
        func person(_ number: Int) -> FakeDirectory.Answer {
            .entry(
                "uid=\(number),\(Slapd.base)",
                [("entryUUID", [Array("b0b0b0b0-0000-4000-8000-00000000000\(number)".utf8)])])
        }
        let (first, second) = (person(1), person(2))
        let server = try FakeDirectory { search in
            if search.cookie.isEmpty { return [first, .done(cookie: [1])] }
            let isLost = lost.withLock { count in
                count += 1
                return count <= losses
            }
            return isLost ? [.hangUp] : [second, .done(cookie: [])]
        }
        defer { withExtendedLifetime(server) {} }
        let request = ReadRequest(attributes: .only(["mail"]), kinds: [.user])
        let snapshot = try await LDAPDirectory(configuration([try LDAPURL(server.url)])).read(request)
        #expect(snapshot.completeness.reasons.map(\.code) == (losses == 1 ? [] : [.connectionLost]))
        #expect(snapshot.users.map(\.dn.text) == (1...(3 - losses)).map { "uid=\($0),\(Slapd.base)" })
        #expect(lost.withLock { $0 } == 2)
    }

    // MARK: DNS

    @Test func recordsAreTakenByPriorityAndWeight() {
        var random = SeededGenerator(seed: 1)
        let records = [(20, 0, "c"), (10, 1, "light"), (10, 9, "heavy"), (10, 0, "none")].map {
            ServiceRecord(priority: UInt16($0.0), weight: UInt16($0.1), port: 389, target: $0.2)
        }
        var first: [String: Int] = [:]
        for _ in 0..<2000 {
            let ordered = ServiceRecord.ordered(records.shuffled(using: &random), using: &random).map(\.target)
            #expect(ordered.last == "c")
            #expect(Set(ordered) == ["c", "light", "heavy", "none"])
            first[ordered[0], default: 0] += 1
        }
        // A number from 0 to 10 is drawn: 0 means the one without weight, 1 the light one, all others the heavy one.
        #expect((1500...1760).contains(first["heavy"] ?? 0), "\(first)")
        #expect((100...280).contains(first["light"] ?? 0), "\(first)")
        #expect((100...280).contains(first["none"] ?? 0), "\(first)")
    }

    @Test func answersAreReadWhateverTheyAre() throws {
        let records = [(10, 5, 3389, "dc1.corp.example"), (0, 0, 389, "dc2.corp.example")].map {
            ServiceRecord(priority: UInt16($0.0), weight: UInt16($0.1), port: UInt16($0.2), target: $0.3)
        }
        let question = FakeDNS.question("_ldap._tcp.corp.example")
        let answer = FakeDNS.answer(to: question, records.map { ($0.priority, $0.weight, $0.port, $0.target) })
        #expect(ServiceRecord.all(inAnswer: answer) == records)
        for length in 0..<answer.count {
            #expect(ServiceRecord.all(inAnswer: Array(answer.prefix(length))).count < 2)
        }
        var random = SeededGenerator(seed: 2)
        for _ in 0..<20_000 {
            var damaged = answer
            for _ in 0..<3 {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            #expect(ServiceRecord.all(inAnswer: damaged).count < 4096)
        }
    }

    @Test func domainsAreLookedUp() throws {
        let server = try FakeDNS(["_ldap._tcp.corp.example": [(0, 0, 389, "dc1.corp.example")]])
        let lookup = ServiceLookup(server: ("127.0.0.1", server.port))
        let found = try lookup.servers(of: "corp.example", isActiveDirectory: true)
        #expect(found.map(\.target) == ["dc1.corp.example"])
        #expect(server.names.contains("_ldap._tcp.dc._msdcs.corp.example"))
        let error = #expect(throws: LDAPError.self) {
            try lookup.servers(of: "other.example", isActiveDirectory: false)
        }
        #expect(error?.code == .nameNotFound)
        #expect(error?.message.contains("_ldap._tcp.other.example") ?? false)
    }

    @Test func aDomainsServerIsRead() async throws {
        let url = try LDAPURL(try Company.openLDAPServer().ldapURL)
        let dns = try FakeDNS(["_ldap._tcp.localhost": [(1, 0, 1, "localhost"), (2, 0, url.port, "localhost")]])
        defer { withExtendedLifetime(dns) {} }
        var configuration = try Company.openLDAPServer().configuration()
        configuration.schema = .inetOrgPerson
        configuration.servers = .domain("localhost")
        configuration.serviceLookup = ServiceLookup(server: ("127.0.0.1", dns.port))
        configuration.startTLS = true
        configuration.tlsVerification = .never
        let directory = LDAPDirectory(configuration)
        #expect(try await directory.read(ReadRequest(attributes: usualAttributes)).users.count == 300)
        #expect(directory.name == "localhost, \(Slapd.base), certificate NOT VERIFIED")
        #expect(directory.warnings.count == 1)
        #expect(dns.names == ["_ldap._tcp.localhost"])
    }

    @Test func serversOutsideTheDomainAreNotAsked() async throws {
        let dns = try FakeDNS([
            "_ldap._tcp.corp.example": [(0, 0, 389, "dc1.evil.example"), (0, 0, 389, "evilcorp.example")]
        ])
        var configuration = try configuration([])
        configuration.servers = .domain("corp.example")
        configuration.serviceLookup = ServiceLookup(server: ("127.0.0.1", dns.port))
        let error = try #require(try await readingError(configuration))
        #expect(error.code == .nameNotFound)
        #expect(error.message.contains("dc1.evil.example"), "\(error)")
        #expect(dns.names == ["_ldap._tcp.corp.example"])
    }
}
