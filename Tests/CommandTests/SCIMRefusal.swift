import Foundation
import TestSupport

/// A way in which a SCIM service, or the way to it, refuses; see `SCIMRefusalTests`.
struct SCIMRefusal: Sendable {
    /// Who refuses.
    enum Server: String, Sendable {
        case full = "scim2-server"
        case django = "django-scim2"
        case canaille
        case zivver = "Zivver's stand-in"
        /// The proxy before scim2-server, with an answer that a test gives it.
        case proxy
        /// openssl, which serves a page over TLS.
        case tls = "openssl"
        /// Nobody is asked.
        case nobody = "–"
    }

    /// What is checked, or planned and applied.
    struct Setup: Sendable {
        var url: String
        var token = SCIMServer.token
        /// Further keys of `provider.scim`.
        var settings = ""
        /// Further sections.
        var sections = ""
        var people = [Employee(number: 1, name: "Ana", addresses: ["ana@corp.example"])]

        fileprivate func site(profile: String) throws -> Site {
            try Site.scim(url, profile: profile, token: token, settings: settings, sections: sections, people)
        }
    }

    let name: String
    let server: Server
    let isApplied: Bool
    /// What goes wrong, as the proxy is told it.
    var faults = "[]"
    /// What the service is asked to hold, and how it is reached.
    let change: @Sendable (inout Setup) throws -> Void
    /// What somebody else does at the service before it is checked, or between plan and apply.
    let before: @Sendable (_ url: String) async throws -> Void

    /// Something that a check finds.
    static func check(
        _ name: String, _ server: Server, _ fault: String? = nil, to method: String = "GET",
        _ change: @escaping @Sendable (inout Setup) throws -> Void = { _ in },
        before: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) -> SCIMRefusal {
        SCIMRefusal(
            name: name, server: server, isApplied: false, faults: Self.always(method, fault), change: change,
            before: before)
    }

    /// Something that comes of an operation.
    static func apply(
        _ name: String, _ server: Server, _ fault: String? = nil,
        _ change: @escaping @Sendable (inout Setup) throws -> Void = { _ in },
        before: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) -> SCIMRefusal {
        SCIMRefusal(
            name: name, server: server, isApplied: true, faults: Self.always("POST", fault), change: change,
            before: before)
    }

    private static func always(_ method: String, _ fault: String?) -> String {
        fault.map { #"[{"method": "\#(method)", "path": "", "times": 0, \#($0)}]"# } ?? "[]"
    }

    /// Runs it, and answers the exit status with the line that tells of it.
    func run(_ servers: RefusingServices) async throws -> (status: Int32, text: String) {
        let proxy = server == .proxy ? try await servers.proxy() : nil
        var setup = Setup(url: try await servers.url(of: server, through: proxy))
        let url = setup.url
        try change(&setup)
        let site = try setup.site(profile: server == .zivver ? "zivver" : "rfc")
        var arguments = ["check"]
        if isApplied {
            let plan = try await site.run("plan", "--out", "staff.plan")
            guard plan.status == 0 else { return (plan.status, "\(plan)") }
            arguments = ["apply", "staff.plan", "--yes"]
        }
        try await before(url)
        try await proxy?.fail(faults)
        let outcome = try await site.run(arguments)
        let secret = [SCIMServer.token, setup.token].first { !$0.isEmpty && "\(outcome)".contains($0) }
        let told = Self.told(outcome)
        let text = servers.anonymous(told, url, setup.url)
        return (outcome.status, secret == nil ? text : "SECRET: \(text)")
    }

    /// What failed, without what stands before it in columns; else what is said of the whole run.
    private static func told(_ outcome: Command.Outcome) -> String {
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: #/ {2,}/#, maxSplits: 3) }
        if let line = lines.first(where: { ["failed", "stale"].contains($0.first) }), line.count == 4 {
            return String(line[3])
        }
        if let line = lines.first(where: { $0.first == "FAIL" }), line.count > 2 {
            return line.dropFirst(2).joined(separator: " ")
        }
        return outcome.errors.isEmpty ? outcome.lastLine : String(outcome.errors.dropFirst("sync-plan: ".count))
    }
}

/// The services that refuse.
final class RefusingServices: Sendable {
    private let full: SCIMServer
    private let others: [SCIMRefusal.Server: SCIMServer]
    private let page: ServerProcess
    private let pagePort: UInt16

    init() async throws {
        full = try await SCIMServer()
        others = [
            .full: full, .django: try await SCIMServer(.django), .canaille: try await SCIMServer(.canaille),
            .zivver: try await SCIMServer(.zivver(budget: 0, seconds: 1)),
        ]
        let folder = try temporaryFolder("tls")
        try Certificates.write(in: folder, names: ["DNS:localhost"])
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        pagePort = try freePort()
        page = try ServerProcess(
            findProgram("openssl") ?? "openssl",
            [
                "s_server", "-accept", "\(pagePort)", "-cert", path("server.pem"), "-key", path("server.key"), "-www",
                "-quiet",
            ],
            log: folder.appendingPathComponent("log"), removing: folder)
    }

    /// A proxy before scim2-server.
    func proxy() async throws -> FaultProxy { try await FaultProxy(before: full.port) }

    /// The address of a service without anything in it.
    func url(of server: SCIMRefusal.Server, through proxy: FaultProxy?) async throws -> String {
        switch server {
        case .nobody: return "https://scim.corp.example/v2"
        case .tls: return "https://localhost:\(pagePort)/v2"
        case .proxy:
            return try await full.emptyService().replacingOccurrences(
                of: ":\(full.port)/", with: ":\(proxy?.port ?? 0)/")
        case .full, .django, .canaille, .zivver: return try await others[server]?.emptyService() ?? ""
        }
    }

    /// A text without what differs from run to run.
    func anonymous(_ text: String, _ urls: String...) -> String {
        let plain = urls.reduce(text) { $0.replacingOccurrences(of: $1, with: "https://scim.example/v2") }
        return plain.replacing(#/\/\S*sync-plan-[a-z]+-[0-9A-F-]+/#, with: "/etc/sync-plan")
            .replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "…").replacing(
                #/(127\.0\.0\.1|localhost):\d+/#, with: "scim.example"
            )
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
