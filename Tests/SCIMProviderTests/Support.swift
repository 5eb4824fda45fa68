import DirectoryModel
import Foundation
import ProviderClient
import ReconcileEngine
import SCIMProvider
import TestSupport

typealias Operation = ReconcileEngine.Operation

/// A server without anything in it, with a proxy before it that fails as it is told to.
struct Faulty {
    let server: SCIMServer
    let proxy: FaultProxy
    /// The server's own address, past the proxy.
    let direct: String
    /// The address through the proxy.
    let url: String

    init(_ kind: SCIMServer.Kind = .full) async throws {
        server = try await Servers.shared.server(kind)
        proxy = try await Servers.shared.proxy(before: server.port)
        try await proxy.fail("[]")
        direct = try await server.emptyService()
        url = direct.replacingOccurrences(of: ":\(server.port)/", with: ":\(proxy.port)/")
    }

    /// A provider that speaks through the proxy.
    func provider(
        _ profile: SCIMProfile = .rfc, pageSize: Int = 200, timeout: Duration = .seconds(10),
        credentials: SCIMCredentials = .bearer(Secret(SCIMServer.token))
    ) throws -> SCIMAccountProvider {
        var profile = profile
        profile.pageSize = pageSize
        return try SCIMAccountProvider(
            SCIMConfiguration(url: url, credentials: credentials, profile: profile, timeout: timeout))
    }

    /// What the server has, asked past the proxy.
    func accounts(_ profile: SCIMProfile = .rfc) async throws -> [Account] {
        let provider = try SCIMAccountProvider(
            SCIMConfiguration(url: direct, credentials: .bearer(Secret(SCIMServer.token)), profile: profile))
        return try await provider.observe().accounts.map(\.account)
    }
}

/// Servers for all tests of this process: each test has a part of its own of one.
actor Servers {
    static let shared = Servers()

    private var running: [String: Task<SCIMServer, any Error>] = [:]
    private var proxies: [UInt16: Task<FaultProxy, any Error>] = [:]

    func proxy(before port: UInt16) async throws -> FaultProxy {
        let task = proxies[port] ?? Task { try await FaultProxy(before: port) }
        proxies[port] = task
        return try await task.value
    }

    func server(_ kind: SCIMServer.Kind) async throws -> SCIMServer {
        let task = running["\(kind)"] ?? Task { try await SCIMServer(kind) }
        running["\(kind)"] = task
        return try await task.value
    }
}

/// A person, the same for the same number.
func person(_ number: Int, aliases: [String] = []) -> Account {
    Account(
        key: Made.id("person\(number)"), address: Made.address("person\(number)@corp.example"),
        aliases: aliases.map(Made.address), name: "Person \(number)")
}

/// The operation that makes an account.
func creation(of account: Account) -> Operation { .create(account, because: [Reason(.everyone)]) }

/// What a call throws; nil where it throws nothing.
func failure(_ call: () async throws -> Void) async -> ProviderError? {
    do {
        try await call()
        return nil
    } catch {
        return error as? ProviderError
    }
}
