import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A SCIM server on a free loopback port that a test started; it ends with the value or the test process.
public final class SCIMServer: Sendable {
    /// The token that every server takes.
    public static let token = "s3cret-token"

    /// Which server.
    public enum Kind: Sendable {
        /// scim2-server with everything that it can do. Every first part of a path is a server of its own.
        case full
        /// The same with what it is told by a file of the fixtures.
        case configured(String)
        /// The same with resources such as Zivver's.
        case zivverShaped
        /// django-scim2, which does little and says otherwise.
        case django
        /// canaille, which has everything in memory, and ways of its own.
        case canaille
        /// A stand-in for Zivver, with at most so many calls in so many seconds; 0 for any number.
        case zivver(budget: Int, seconds: Int)
    }

    /// The port that it listens on.
    public let port: UInt16
    private let kind: Kind
    private let process: ServerProcess

    private static let environment = testsFolder.deletingLastPathComponent().appendingPathComponent(".build/scim")

    /// The path of a file of the fixtures.
    public static func fixture(_ name: String) -> String {
        testsFolder.appendingPathComponent("Fixtures/scim/\(name)").path
    }

    /// The Python that has what the fixtures' scripts need.
    public static let python = environment.path + "/servers/bin/python"

    /// Whether the servers are installed.
    public static var isInstalled: Bool {
        let places = ["servers", "canaille"].map { "\(environment.path)/\($0)/installed.txt" }
        if places.allSatisfy(FileManager.default.fileExists) { return true }
        print("SKIPPED: tests that need SCIM servers, which Tests/Fixtures/scim/install installs")
        return ProcessInfo.processInfo.environment["CI"] != nil
    }

    /// Starts a server and waits until it listens.
    public init(_ kind: Kind = .full) async throws {
        self.kind = kind
        let program =
            switch kind {
            case .full, .configured, .zivverShaped: Self.environment.path + "/servers/bin/scim2-server"
            case .django, .zivver: Self.python
            case .canaille: Self.environment.path + "/canaille/bin/python"
            }
        (port, process) = try await start(program) { port, folder in
            let tenants = ["--port", "\(port)", "--bearer-token", Self.token, "--dynamic-tenants"]
            switch kind {
            case .full: return tenants
            case .configured(let name): return tenants + ["--service-provider-config", Self.fixture(name)]
            case .zivverShaped:
                return tenants + [
                    "--schema", Self.fixture("zivver-schemas.json"), "--resource-type",
                    Self.fixture("zivver-types.json"),
                ]
            case .django: return [Self.fixture("django_app"), "\(port)", Self.token, folder.path]
            case .canaille: return [Self.fixture("canaille.py"), "\(port)", Self.token]
            case .zivver(let budget, let seconds):
                return [Self.fixture("zivver.py"), "\(port)", Self.token, "\(budget)", "\(seconds)"]
            }
        }
    }

    /// The address of a service without anything in it.
    public func emptyService() async throws -> String {
        switch kind {
        case .full, .configured, .zivverShaped: return "http://127.0.0.1:\(port)/\(UUID().uuidString)/v2"
        case .zivver: return "http://127.0.0.1:\(port)/\(UUID().uuidString)/api/scim/v2"
        case .django, .canaille:
            let reset = try require(URL(string: "http://127.0.0.1:\(port)/reset"))
            _ = try await fetch(URLRequest(url: reset))
            return "http://127.0.0.1:\(port)/scim/v2"
        }
    }

    /// Ends the server at once.
    public func stop() { process.stop() }
}

/// A proxy that does wrong what it is told to; see `Tests/Fixtures/scim/faults.py`.
public final class FaultProxy: Sendable {
    /// The port that it listens on.
    public let port: UInt16
    private let process: ServerProcess

    /// Starts a proxy before a server on a port.
    public init(before server: UInt16) async throws {
        (port, process) = try await start(SCIMServer.python) { port, _ in
            [SCIMServer.fixture("faults.py"), "\(port)", "\(server)"]
        }
    }

    /// Asks for faults: JSON, as the script describes it.
    public func fail(_ faults: String) async throws { try await post(faults, to: "faults") }

    /// Lets each request meet one of the faults with this chance, in percent.
    public func weather(_ percent: Int, seed: Int = 1, faults: String = "[]") async throws {
        try await post(#"{"percent": \#(percent), "seed": \#(seed), "faults": \#(faults)}"#, to: "weather")
    }

    private func post(_ body: String, to path: String) async throws {
        var request = URLRequest(url: try require(URL(string: "http://127.0.0.1:\(port)/\(path)")))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        _ = try await fetch(request)
    }

    /// What has come since the last time, with everything that the script notes of it.
    public func record() async throws -> Data {
        try await fetch(URLRequest(url: try require(URL(string: "http://127.0.0.1:\(port)/requests"))))
    }

    /// What has come since the last time, as `METHOD path`, less what no service has a say in: how it is asked for.
    public func requests() async throws -> [String] {
        struct Seen: Decodable {
            let method: String
            let path: String
        }
        return try JSONDecoder().decode([Seen].self, from: try await record()).map { "\($0.method) \($0.path)" }
    }
}

/// Sends one request, and answers the body.
public func fetch(_ request: URLRequest) async throws -> Data {
    let session = URLSession(configuration: .ephemeral)
    defer { session.finishTasksAndInvalidate() }
    return try await session.data(for: request).0
}

private func require<T>(_ value: T?) throws -> T {
    guard let value else { throw CommandFailure(command: "URL", status: -1, output: "no value") }
    return value
}

/// Starts a server on a free port and waits until it listens; on another port where somebody was quicker to take the first.
///
/// - Parameter arguments: what the server is started with, given its port and a folder of its own.
private func start(
    _ program: String, _ arguments: (_ port: UInt16, _ folder: URL) -> [String]
) async throws -> (port: UInt16, process: ServerProcess) {
    for attempt in 1... {
        let port = try freePort()
        let folder = try temporaryFolder("scim")
        let log = folder.appendingPathComponent("log")
        let process = try ServerProcess(program, arguments(port, folder), log: log, removing: folder)
        let end = ContinuousClock.now + .seconds(30)
        while true {
            if accepts(port) { return (port, process) }
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            if text.contains("in use"), attempt < 5 { break }
            if ContinuousClock.now > end {
                throw CommandFailure(command: program, status: -1, output: "it does not listen: \(text)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
    throw CommandFailure(command: program, status: -1, output: "it found no port")
}

/// Whether somebody accepts connections on a port.
private func accepts(_ port: UInt16) -> Bool {
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
