import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// What happens where a read does not come to its end: what was read is kept, and never taken for everything.
@Suite(.enabled(if: Slapd.isInstalled)) struct LDAPInterruptionTests {
    private static let people = 1600

    private static func server() throws -> Slapd { try Slapd(ldif: DirectoryGenerator(users: people).ldif()) }

    /// Small pages and short time-outs, and something done to the server when 1,000 entries have come.
    private func read(
        _ server: Slapd, as name: String = Slapd.reader, pageSize: Int = 100,
        timeouts: LDAPTimeouts = LDAPTimeouts(operation: .seconds(1)),
        then interrupt: @escaping @Sendable () -> Void = {}
    ) async throws -> DirectorySnapshot {
        var configuration = try server.configuration(as: name)
        configuration.pageSize = pageSize
        configuration.timeouts = timeouts
        return try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes)) {
            if $0.entries == 1000 { interrupt() }
        }
    }

    @Test func serverKilledBetweenPages() async throws {
        let server = try Self.server()
        let snapshot = try await read(server) { server.stop() }
        #expect((1000..<Self.people).contains(snapshot.users.count))
        #expect(snapshot.groups.isEmpty)
        let reason = try #require(snapshot.completeness.reasons.first)
        #expect(reason.code == .connectionLost)
        #expect(reason.detail.contains("-1 serverDown"), "\(reason)")
    }

    @Test func serverSilentBetweenPages() async throws {
        let server = try Self.server()
        let snapshot = try await read(server) { server.pause() }
        #expect((1000..<Self.people).contains(snapshot.users.count))
        let reason = try #require(snapshot.completeness.reasons.first)
        #expect(reason.code == .timeLimit)
        #expect(reason.detail.contains("has not answered for 1.0 seconds"), "\(reason)")
    }

    @Test(arguments: [(Slapd.reader, 1000), (Slapd.capped, 1500)])
    func sizeLimit(_ name: String, _ cap: Int) async throws {
        let server = try Company.server()
        // A page beyond the limit of unpaged searches is fine for the reader, whose paged total has no limit.
        let snapshot = try await read(server, as: name, pageSize: 400)
        if name == Slapd.reader {
            #expect(snapshot.completeness.reasons == [])
        } else {
            #expect(snapshot.users.count == cap)
            let reason = try #require(snapshot.completeness.reasons.first)
            #expect(reason.code == .sizeLimit)
            #expect(reason.detail.contains("4 sizeLimitExceeded"), "\(reason)")
            #expect(reason.detail.contains("size.prtotal"), "\(reason)")
        }
    }

    @Test func sizeLimitOnTheFirstPage() async throws {
        let server = try Company.server()
        let snapshot = try await read(server, as: Slapd.capped, pageSize: 5000)
        #expect(snapshot.completeness.reasons.map(\.code) == [.sizeLimit])
        #expect(snapshot.users.count == 1500)
    }

    @Test func silentFromTheStart() async throws {
        let server = try Self.server()
        server.pause()
        for url in [server.ldapURL, server.ldapsURL, server.ldapiURL] {
            var configuration = try server.configuration(url: url)
            configuration.timeouts = LDAPTimeouts(connect: .seconds(1), operation: .seconds(1))
            let begin = ContinuousClock.now
            let error = try #require(try await readingError(configuration))
            #expect(error.code == .timedOut, "\(error)")
            #expect(error.category == .unavailable)
            #expect(ContinuousClock.now - begin < .seconds(30))
        }
    }

    @Test func wholeReadTakesTooLong() async throws {
        let snapshot = try await read(try Company.server(), timeouts: LDAPTimeouts(read: .seconds(4))) {
            Thread.sleep(forTimeInterval: 4.1)
        }
        #expect((1..<Company.users).contains(snapshot.users.count))
        let reason = try #require(snapshot.completeness.reasons.first)
        #expect(reason.code == .timeLimit)
        #expect(reason.detail.contains("was not done within 4.0 seconds"), "\(reason)")
    }

    @Test func cancellationThrows() async throws {
        let server = try Self.server()
        let (interrupted, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await read(server, timeouts: LDAPTimeouts()) {
                server.pause(); continuation.finish()
            }
        }
        for await _ in interrupted {}
        let begin = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test func cancelledBeforeItBegins() async throws {
        let directory = LDAPDirectory(try Company.server().configuration())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await directory.read(ReadRequest(attributes: usualAttributes))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func manyReadsAtOnce() async throws {
        let server = try Slapd(ldif: DirectoryGenerator(users: 300).ldif())
        var configuration = try server.configuration(url: server.ldapsURL)
        configuration.pageSize = 100
        let directory = LDAPDirectory(configuration)
        _ = try await directory.read(ReadRequest(attributes: usualAttributes))
        let files = server.openFiles
        for _ in 0..<4 {
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let snapshot = try await directory.read(ReadRequest(attributes: usualAttributes))
                        return snapshot.completeness.proof == nil ? -1 : snapshot.users.count
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts == Array(repeating: 300, count: 50))
        }
        // Every connection was closed; the server may take a moment to notice.
        for _ in 0..<100 where server.openFiles > files { try await Task.sleep(for: .milliseconds(20)) }
        #expect(server.openFiles <= files)
    }

    @Test func malformedFilterIsToldAfterAnyNumberOfEntries() async throws {
        var configuration = try Company.openLDAPServer().configuration()
        configuration.schema = .inetOrgPerson
        configuration.groupsFilter = "(cn=*"
        #expect(try await readingError(configuration)?.code == .badConfiguration)
    }

    @Test func undecodableEntriesMakeItPartial() async throws {
        let server = try Slapd(ldif: DirectoryGenerator(users: 5).ldif())
        try server.modify(
            """
            dn: cn=No Identity,ou=Berlin,ou=Staff,\(Slapd.base)
            changetype: add
            objectClass: user
            objectClass: directoryObject
            cn: No Identity
            sn: Identity

            dn: cn=Short Identity,ou=Berlin,ou=Staff,\(Slapd.base)
            changetype: add
            objectClass: user
            objectClass: directoryObject
            cn: Short Identity
            sn: Identity
            objectGUID: too short

            """)
        let snapshot = try await read(server)
        #expect(snapshot.users.count == 5)
        #expect(snapshot.completeness.reasons.map(\.code) == [.undecodableEntry, .undecodableEntry])
        #expect(snapshot.completeness.reasons[0].detail.contains("cn=No Identity"))
        #expect(snapshot.completeness.reasons[1].detail.contains("cn=Short Identity"))
    }

    @Test func bytesThatAreNoTextMakeItPartial() async throws {
        let server = try Slapd(ldif: DirectoryGenerator(users: 5).ldif())
        var configuration = try server.configuration()
        // Taken for text, a GUID is none; taken for bytes it is what it is.
        configuration.schema.binaryAttributes.remove("objectSid")
        let request = ReadRequest(attributes: .only(["objectSid"]), kinds: [.user])
        let snapshot = try await LDAPDirectory(configuration).read(request)
        #expect(Set(snapshot.completeness.reasons.map(\.code)) == [.undecodableEntry])
        #expect(snapshot.completeness.reasons.allSatisfy { $0.detail.contains("objectSid") })
        let whole = try await LDAPDirectory(try server.configuration()).read(request)
        #expect(whole.completeness.reasons == [])
        #expect(whole.users.allSatisfy { $0.attributes.bytes("objectSid").map(\.count) == [28] })
    }
}
