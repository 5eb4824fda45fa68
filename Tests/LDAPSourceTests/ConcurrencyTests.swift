import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// One directory, asked from many tasks at once, some of which are cancelled.
@Suite(.enabled(if: Slapd.isInstalled), .serialized) struct ConcurrencyTests {
    private static let people = 300

    private static func server(people: Int = people) throws -> Slapd {
        var options = Slapd.Options()
        options.logsOperations = true
        return try Slapd(ldif: DirectoryGenerator(users: people).ldif(), options)
    }

    /// The sockets of processes here that lead to the port of a URL, as the kernel lists them.
    private static func sockets(to url: String) throws -> [String] {
        let port = String(try #require(URL(string: url)?.port), radix: 16, uppercase: true)
        let lines = try ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        // Number, own address, other address, state, queues, timers, retransmissions, user, time-out, inode: of what has been
        // closed there is none.
        return lines.filter { line in
            let fields = line.split(separator: " ")
            return fields.count > 9 && fields[2].hasSuffix(":\(port)") && fields[9] != "0"
        }
    }

    /// What the server's log tells of the connections that it has not closed.
    private static func openConnections(of server: Slapd) -> [Substring] {
        let log = server.log
        let closed = Set(log.matches(of: #/conn=(\d+) fd=\d+ closed/#).map(\.1))
        return log.split(separator: "\n").filter { line in
            line.firstMatch(of: #/conn=(\d+)/#).map { !closed.contains($0.1) } ?? false
        }
    }

    /// What a task does.
    private enum Job: CaseIterable {
        case read, readInVain, check, checkWrongPassword, signIn, signInWrongly
    }

    /// Does a job, and answers whether everything is as it has to be.
    private func isRight(_ job: Job, _ directory: LDAPDirectory, _ lookup: UserLookup, number: Int) async throws -> Bool
    {
        let request = ReadRequest(attributes: usualAttributes)
        switch job {
        case .read:
            let snapshot = try await directory.read(request)
            return snapshot.completeness.proof != nil && snapshot.users.count == Self.people
        case .readInVain:
            let task = Task { try await directory.read(request) }
            try await Task.sleep(for: .milliseconds(number * 3))
            task.cancel()
            switch await task.result {
            // It may have come to its end before.
            case .success(let snapshot): return snapshot.users.count == Self.people
            case .failure(let error): return error is CancellationError
            }
        case .check:
            return await directory.check(request).allSatisfy(\.passed)
        case .checkWrongPassword:
            var configuration = directory.configuration
            configuration.bind = .simple(name: Slapd.reader, password: Secret("wrong"))
            let last = await LDAPDirectory(configuration).check(request).last
            return (last?.error as? LDAPError)?.code == .invalidCredentials
        case .signIn:
            let password = Secret(Slapd.password)
            let answer = try await directory.authenticate(
                user: "svc", password: password, by: lookup, timeout: .seconds(60))
            return answer == .accepted(dn: Slapd.reader)
        case .signInWrongly:
            let answer = try await directory.authenticate(
                user: "svc", password: Secret("wrong \(number)"), by: lookup, timeout: .seconds(60))
            return answer == .refused(.wrongPassword)
        }
    }

    @Test(arguments: [false, true]) func nobodyIsInAnothersWay(overTLS: Bool) async throws {
        let server = try Self.server()
        var configuration = try server.configuration(url: overTLS ? server.ldapsURL : server.ldapURL)
        // Many pages, so that there is much to get mixed up.
        configuration.pageSize = 20
        let directory = LDAPDirectory(configuration)
        let lookup = try #require(UserLookup(filter: "(cn=%s)"))
        let wrong = try await withThrowingTaskGroup(of: (Job, Bool).self) { group in
            for number in 0..<12 {
                for job in Job.allCases {
                    group.addTask { (job, try await isRight(job, directory, lookup, number: number)) }
                }
            }
            return try await group.reduce(into: [Job]()) { wrong, next in if !next.1 { wrong.append(next.0) } }
        }
        #expect(wrong.isEmpty)
        // Every connection was closed; the server may take a while to notice, and to write it down.
        #expect(try Self.sockets(to: overTLS ? server.ldapsURL : server.ldapURL) == [])
        var open = Self.openConnections(of: server)
        for _ in 0..<500 where !open.isEmpty {
            try await Task.sleep(for: .milliseconds(20))
            open = Self.openConnections(of: server)
        }
        #expect(open == [])
        // Each password is tried on a connection of its own; a read that is cancelled early has perhaps none.
        let connections = server.log.matches(of: #/conn=\d+ fd=\d+ ACCEPT/#).count
        #expect(connections >= 12 * 7, "\(connections)")
    }

    @Test("cancelling abandons the search on the server, and ends the connection") func abandoned() async throws {
        // Progress is told after the first thousand.
        let server = try Self.server(people: 1200)
        var configuration = try server.configuration()
        configuration.pageSize = 50
        let directory = LDAPDirectory(configuration)
        let idle = server.openFiles
        let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await directory.read(ReadRequest(attributes: usualAttributes)) { _ in
                server.pause()
                continuation.finish()
            }
        }
        for await _ in begun {}
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        server.resume()
        for _ in 0..<200 where server.openFiles > idle { try await Task.sleep(for: .milliseconds(20)) }
        #expect(server.openFiles <= idle)
        let connection = try #require(server.log.firstMatch(of: #/(conn=\d+) op=\d+ ABANDON msg=\d+/#)?.1)
        #expect(server.log.contains(try Regex("\(connection) op=\\d+ UNBIND")))
        #expect(server.log.contains(try Regex("\(connection) fd=\\d+ closed")))
    }
}
