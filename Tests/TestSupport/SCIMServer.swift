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
        /// A stand-in for Zivver, with at most so many calls in so many seconds; 0 for any number.
        case zivver(budget: Int, seconds: Int)
    }

    /// The port that it listens on.
    public let port: UInt16
    private let kind: Kind
    private let process: ServerProcess

    private static let environment = testsFolder.deletingLastPathComponent().appendingPathComponent(".build/scim")
    private static let fixtures = testsFolder.appendingPathComponent("Fixtures/scim")

    /// Whether the servers are installed.
    public static var isInstalled: Bool {
        if FileManager.default.fileExists(atPath: environment.path + "/servers/installed.txt") { return true }
        print("SKIPPED: tests that need SCIM servers, which Tests/Fixtures/scim/install installs")
        return ProcessInfo.processInfo.environment["CI"] != nil
    }

    /// Starts a server and waits until it listens.
    public init(_ kind: Kind = .full) async throws {
        self.kind = kind
        func fixture(_ name: String) -> String { Self.fixtures.appendingPathComponent(name).path }
        let isPython =
            switch kind {
            case .full, .configured, .zivverShaped: false
            case .django, .zivver: true
            }
        let program = Self.environment.path + (isPython ? "/servers/bin/python" : "/servers/bin/scim2-server")
        (port, process) = try await start(program) { port, folder in
            let tenants = ["--port", "\(port)", "--bearer-token", Self.token, "--dynamic-tenants"]
            switch kind {
            case .full: return tenants
            case .configured(let name): return tenants + ["--service-provider-config", fixture(name)]
            case .zivverShaped:
                return tenants + [
                    "--schema", fixture("zivver-schemas.json"), "--resource-type", fixture("zivver-types.json"),
                ]
            case .django: return [fixture("django_app"), "\(port)", Self.token, folder.path]
            case .zivver(let budget, let seconds):
                return [fixture("zivver.py"), "\(port)", Self.token, "\(budget)", "\(seconds)"]
            }
        }
    }

    /// The address of a service without anything in it.
    public func emptyService() async throws -> String {
        switch kind {
        case .full, .configured, .zivverShaped: return "http://127.0.0.1:\(port)/\(UUID().uuidString)/v2"
        case .zivver: return "http://127.0.0.1:\(port)/\(UUID().uuidString)/api/scim/v2"
        case .django:
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
        let script = testsFolder.appendingPathComponent("Fixtures/scim/faults.py").path
        (port, process) = try await start(try program("python3")) { port, _ in [script, "\(port)", "\(server)"] }
    }

    /// Asks for faults: JSON, as the script describes it.
    public func fail(_ faults: String) async throws {
        var request = URLRequest(url: try require(URL(string: "http://127.0.0.1:\(port)/faults")))
        request.httpMethod = "POST"
        request.httpBody = Data(faults.utf8)
        _ = try await fetch(request)
    }

    /// What has come since the last time, as `METHOD path`, less what no service has a say in: how it is asked for.
    public func requests() async throws -> [String] {
        struct Seen: Decodable {
            let method: String
            let path: String
        }
        let data = try await fetch(URLRequest(url: try require(URL(string: "http://127.0.0.1:\(port)/requests"))))
        return try JSONDecoder().decode([Seen].self, from: data).map { "\($0.method) \($0.path)" }
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
