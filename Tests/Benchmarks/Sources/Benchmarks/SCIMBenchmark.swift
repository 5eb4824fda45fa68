import AsyncHTTPClient
import DirectoryModel
import Foundation
import NIOCore
import PlanExecution
import ProviderClient
import ReconcileEngine
import SCIMProvider
import TestSupport

/// Creations by a plan against the same requests by a plain load generator, and the memory that a hundred thousand
/// operations take.
enum SCIMBenchmark {
    private static let concurrency = 4
    private static let token = "s3cret"

    static func run(users: Int, pairs: Int) throws {
        print("scim: creations, \(concurrency) at once, \(pairs) pairs")
        var table = Table("server", "users", "plain requests", "by a plan", "ratio")
        let slow = max(1, users / 10)
        for (name, users) in [("a server of ours", users), ("scim2-server", slow)] {
            var plain: [Double] = []
            var planned: [Double] = []
            for _ in 0..<pairs {
                let server = try name == "scim2-server" ? realServer() : ownServer()
                defer { server.process.stop() }
                plain.append(
                    Double(users)
                        / numbers(in: try measureOneself(["scim-post-once", server.url("a"), "\(users)"]).output)[0])
                planned.append(
                    Double(users)
                        / numbers(in: try measureOneself(["scim-apply-once", server.url("b"), "\(users)"]).output)[0])
            }
            table.add(
                name, "\(users)", "\(Int(median(plain)))/s", "\(Int(median(planned)))/s",
                ratio(median(zip(planned, plain).map { $0 / $1 })))
        }
        table.show()

        print("scim: memory, making and deleting 5,000 accounts again and again, on a server of ours")
        let server = try ownServer()
        defer { server.process.stop() }
        print(try measureOneself(["scim-memory-once", server.url("a")]).output)
    }

    // MARK: Servers

    private struct Running {
        let process: ServerProcess
        let port: UInt16

        func url(_ tenant: String) -> String { "http://127.0.0.1:\(port)/\(tenant)/v2" }
    }

    private static func ownServer() throws -> Running {
        try start(CommandLine.arguments[0]) { ["scim-serve", "\($0)"] }
    }

    private static func realServer() throws -> Running {
        let program = testsFolder.deletingLastPathComponent().path + "/.build/scim/servers/bin/scim2-server"
        return try start(program) { ["--port", "\($0)", "--bearer-token", token, "--dynamic-tenants"] }
    }

    private static func start(_ program: String, _ arguments: (UInt16) -> [String]) throws -> Running {
        let port = try freePort()
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("benchmark-scim-\(getpid()).log")
        let process = try ServerProcess(program, arguments(port), log: log)
        for _ in 0..<500 {
            if accepts(port) { return Running(process: process, port: port) }
            usleep(20_000)
        }
        throw ProgramFailure(description: "\(program) does not listen")
    }

    private static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    // MARK: In a process of its own

    /// Posts the users one by one, so many at once; prints the seconds that it took.
    static func post(url: String, users: Int) async throws {
        let bodies = (0..<users).map(body)
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = bodies[...]
            func next() {
                guard let body = rest.popFirst() else { return }
                group.addTask { try await post(body, to: url, client) }
            }
            for _ in 0..<concurrency { next() }
            while try await group.next() != nil { next() }
        }
        print((ContinuousClock.now - begin) / .seconds(1))
        try await client.shutdown()
    }

    private static func post(_ body: String, to url: String, _ client: HTTPClient) async throws {
        var request = HTTPClientRequest(url: url + "/Users")
        request.method = .POST
        request.headers.add(name: "Accept", value: "application/scim+json")
        request.headers.add(name: "Content-Type", value: "application/scim+json")
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await client.execute(request, timeout: .seconds(30))
        let answer = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .created else {
            throw ProgramFailure(description: "\(response.status): \(String(buffer: answer))")
        }
    }

    /// What the plan sends of the same user.
    private static func body(_ number: Int) -> String {
        let id = UUID(
            uuid: (
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255),
                UInt8(number & 255)
            ))
        return """
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u\(number)@corp.example",\
            "externalId":"\(id.uuidString.lowercased())","emails":[{"value":"u\(number)@corp.example","type":"work",\
            "primary":true}],"displayName":"Person \(number)","active":true}
            """
    }

    /// Makes the users by a plan; prints the seconds that carrying it out took.
    static func apply(url: String, users: Int) async throws {
        let provider = try provider(url)
        let rules = rules
        let plan = rules.plan(directory: directory(users, rules), provider: try await provider.observe())
        guard plan.operations.count == users else { throw ProgramFailure(description: "not \(users) operations") }
        print(try await carryOut(plan, provider) / .seconds(1))
    }

    /// Makes and deletes accounts until a hundred thousand operations are done; prints the memory after each ten thousand.
    static func memory(url: String) async throws {
        let provider = try provider(url)
        let rules = rules
        let everybody = directory(5000, rules)
        let nobody = directory(0, rules)
        print("operations  resident")
        for round in 1...10 {
            for snapshot in [everybody, nobody] {
                let plan = rules.plan(directory: snapshot, provider: try await provider.observe())
                guard plan.operations.count == 5000 else { throw ProgramFailure(description: "not 5000 operations") }
                _ = try await carryOut(plan, provider)
            }
            print(String(format: "%10d  %.1f MiB", round * 10_000, try resident()))
        }
    }

    private static var rules: Reconciler {
        Reconciler(
            mapping: AccountMapping(
                addresses: .proxyAddresses("proxyAddresses", fallback: nil), name: .attribute("displayName")),
            lifecycle: Lifecycle(missing: .delete), rails: [])
    }

    private static func provider(_ url: String) throws -> SCIMAccountProvider {
        try SCIMAccountProvider(SCIMConfiguration(url: url, credentials: .bearer(Secret(token))))
    }

    private static func carryOut(_ plan: Plan, _ provider: SCIMAccountProvider) async throws -> Duration {
        let folder = try temporaryFolder("benchmark")
        defer { try? FileManager.default.removeItem(at: folder) }
        let state = try StateDatabase(path: folder.appendingPathComponent("state").path)
        let executor = PlanExecutor(provider: provider, state: state, options: .init(concurrency: concurrency))
        let begin = ContinuousClock.now
        let report = try await executor.apply(plan, digest: "benchmark", madeAt: .earliest)
        let time = ContinuousClock.now - begin
        guard report.isComplete else {
            throw ProgramFailure(description: "\(report.entries.first { !$0.result.isSuccess }?.result as Any)")
        }
        return time
    }

    private static func directory(_ users: Int, _ rules: Reconciler) -> DirectorySnapshot {
        var builder = SnapshotBuilder(
            source: "made", schema: .activeDirectory, attributes: rules.readRequest.attributes)
        builder.beginSearch("made")
        for number in 0..<users {
            builder.beginEntry(dn: "CN=u\(number),OU=Staff,DC=corp,DC=example", kind: .user)
            func add(_ name: AttributeName, _ value: some Collection<UInt8>) {
                guard let slot = builder.attributes.slot(of: name) else { return }
                builder.append(Array(value).span, to: slot)
            }
            add("objectGUID", [UInt8](repeating: 0, count: 13) + [16, 8, 0].map { UInt8(number >> $0 & 255) })
            add("displayName", "Person \(number)".utf8)
            add("userAccountControl", "512".utf8)
            add("proxyAddresses", "SMTP:u\(number)@corp.example".utf8)
            builder.endEntry()
        }
        builder.endSearch(pages: 1)
        return builder.finish()
    }

    /// The memory of this process that is in use, in MiB.
    private static func resident() throws -> Double {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line.flatMap { Double($0.split(separator: " ")[1]) } ?? 0) / 1024
    }
}
