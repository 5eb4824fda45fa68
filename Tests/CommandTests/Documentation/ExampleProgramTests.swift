import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The programs under `Examples/programs` do what they say.
@Suite struct ExampleProgramTests {
    private static let quickstart = MarkdownDocument.root.appendingPathComponent("Examples/quickstart")

    private static func program(_ name: String) -> URL {
        Command.program.deletingLastPathComponent().appendingPathComponent("example-\(name)")
    }

    /// A folder with the quickstart's directory and configuration.
    private static func site() throws -> Site {
        let site = try Site()
        for name in ["directory.ldif", "sync-plan.yaml"] {
            try site.write(String(contentsOf: quickstart.appendingPathComponent(name), encoding: .utf8), to: name)
        }
        return site
    }

    /// The quickstart's own changes lead to the plan that the README shows; `…` stands for lines that are left out.
    @Test func theReadmeShowsTheQuickstart() async throws {
        let site = try Self.site()
        try await site.run("apply", "--yes")
        let parts = try site.read("directory.ldif").components(separatedBy: "\n\n").compactMap { entry in
            if entry.contains("dn: CN=Dan Drake,") { return nil as String? }
            if entry.contains("dn: CN=Bo Baker,") { return entry.replacing("Sooma_5GB", with: "Sooma_50GB") }
            let primary = "proxyAddresses: SMTP:eve@corp.example"
            return entry.replacing(primary, with: primary + "\nproxyAddresses: smtp:e.evans@corp.example")
        }
        try site.write(parts.joined(separator: "\n\n"), to: "directory.ldif")
        let plan = try await site.run("plan").output.replacing(site.folder.path + "/", with: "")
        let shown = try #require(MarkdownDocument.all.first { $0.path == "README.md" }?.blocks.first?.text)
        var rest = plan.split(separator: "\n", omittingEmptySubsequences: false)[...]
        for line in shown.split(separator: "\n", omittingEmptySubsequences: false) where line != "…" {
            let place = try #require(rest.firstIndex(of: line), "\(line)\n--- is not in\n\(plan)")
            rest = rest[(place + 1)...]
        }
    }

    @Test func planFromLDIF() async throws {
        let site = try Self.site()
        let outcome = try await Command.run(Self.program("plan-from-ldif"), ["directory.ldif"], in: site.folder)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.contains("create bo@corp.example [member of Sooma_5GB]"), "\(outcome)")
        #expect(outcome.output.contains("note: 2 people share ops@corp.example"), "\(outcome)")
    }

    @Test(.enabled(if: Slapd.isInstalled)) func readDirectory() async throws {
        let slapd = try Slapd(ldif: DirectoryGenerator(users: 12).ldif())
        let arguments = [slapd.ldapsURL, Slapd.base, Slapd.reader, slapd.authorities]
        let outcome = try await Command.run(
            Self.program("read-directory"), arguments, in: MarkdownDocument.root,
            environment: ["PASSWORD": Slapd.password])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.lastLine == "Complete: [\"12 entries in 1 pages\"]", "\(outcome)")
    }

    @Test func customProvider() async throws {
        let outcome = try await Command.run(Self.program("custom-provider"), [], in: MarkdownDocument.root)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.lastLine.hasSuffix("skipped.") && outcome.lastLine.contains(" 0 failed"), "\(outcome)")
    }

    @Test func embeddedRun() async throws {
        let site = try Self.site()
        let outcome = try await Command.run(Self.program("embedded-run"), [], in: site.folder)
        #expect(outcome.status == 0 && outcome.lastLine == "Everything is done.", "\(outcome)")
        #expect(try site.rows("SELECT count(*) FROM mailbox") == ["5"])
        #expect(try site.read("latest.html").hasPrefix("<!"))
        let again = try await site.run("plan", "--detailed-exitcode")
        #expect(again.status == 0, "\(again)")
    }

    @Test(.timeLimit(.minutes(1))) func planServer() async throws {
        let site = try Self.site()
        let port = try freePort()
        let outcome = try await Command.run(
            Self.program("plan-server"), ["sync-plan.yaml", "\(port)"], in: site.folder
        ) { process in
            defer { kill(process, SIGTERM) }
            let json = try await Self.get("http://127.0.0.1:\(port)/plan.json")
            #expect(json.status == 200 && json.text.contains("\"bo@corp.example\""))
            #expect(try await Self.get("http://127.0.0.1:\(port)/plan").text.hasPrefix("<!"))
            #expect(try await Self.get("http://127.0.0.1:\(port)/").status == 404)
            try FileManager.default.removeItem(atPath: site.path("directory.ldif"))
            let missing = try await Self.get("http://127.0.0.1:\(port)/plan")
            #expect(missing.status == 503 && missing.text.contains("There is no such file."))
        }
        #expect(outcome.status == 128 + SIGTERM, "\(outcome)")
    }

    /// Asks until somebody answers, which a server that has just been started may not do at once.
    private static func get(_ address: String) async throws -> (status: Int, text: String) {
        let url = try #require(URL(string: address))
        while true {
            do {
                let (data, response) = try await URLSession.shared.data(from: url)
                return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
            } catch let error as URLError where error.code == .cannotConnectToHost {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
