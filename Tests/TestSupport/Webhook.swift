import Foundation

/// A server on a free loopback port that keeps what is posted to it, as a chat would.
public final class Webhook: Sendable {
    /// The certificate's authority, where it speaks TLS.
    public var authorities: String { folder.appendingPathComponent("ca.pem").path }
    /// `http://127.0.0.1:PORT` or `https://…`.
    public let url: String
    private let folder: URL
    private let process: ServerProcess

    /// Starts a server and waits until it listens.
    public init(tls: Bool = false) throws {
        let folder = try temporaryFolder("webhook")
        self.folder = folder
        let posts = folder.appendingPathComponent("posts")
        try FileManager.default.createDirectory(at: posts, withIntermediateDirectories: true)
        let port = try freePort()
        url = "\(tls ? "https" : "http")://127.0.0.1:\(port)"
        var arguments = [
            testsFolder.appendingPathComponent("Fixtures/webhook/server.py").path, "\(port)", posts.path,
        ]
        if tls {
            try Certificates.write(in: folder, names: ["IP:127.0.0.1"])
            arguments += ["server.pem", "server.key"].map { folder.appendingPathComponent($0).path }
        }
        process = try ServerProcess(
            program("python3"), arguments, log: folder.appendingPathComponent("log"), removing: folder)
        let deadline = Date(timeIntervalSinceNow: 20)
        while (try? LineConnection(port: port)) == nil {
            if Date() > deadline { throw CommandFailure(command: "webhook", status: -1, output: "it does not answer") }
            usleep(20_000)
        }
    }

    /// Ends the server at once.
    public func stop() { process.stop() }

    /// What was posted.
    public struct Post: Sendable {
        /// The path that it was posted to.
        public let path: String
        /// The content type.
        public let type: String
        /// The body as JSON: numbers and texts as text, lists as lists of text.
        public let body: [String: String]
        /// The body's list of problems.
        public let problems: [String]
    }

    /// What was posted so far, in order.
    public func posts() throws -> [Post] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appendingPathComponent("posts"), includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { file in
            let parts = try String(contentsOf: file, encoding: .utf8)
                .split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
            let object = try JSONSerialization.jsonObject(with: Data(parts[2].utf8)) as? [String: Any] ?? [:]
            return Post(
                path: String(parts[0]), type: String(parts[1]), body: object.mapValues { "\($0)" },
                problems: object["problems"] as? [String] ?? [])
        }
    }
}
