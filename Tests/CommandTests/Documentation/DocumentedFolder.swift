import Foundation
import TestSupport
import Testing

/// The folder that documented commands are run in, with every file that they name.
///
/// Four people have accounts; since then one of them has gone, whose suspension a limit holds, one is called otherwise,
/// and somebody is new. Each command gets a folder of its own.
enum DocumentedFolder {
    private static let configuration = """
        source: { ldif: { path: directory.ldif } }
        provider: { mailbox-database: { path: mail.db } }
        domains: [corp.example]
        people: { include: [{ group: Sooma_5GB }, { group: Sooma_50GB }] }
        entitlements: { quota: [{ group: Sooma_50GB, value: 50 GB }, { group: Sooma_5GB, value: 5 GB }] }
        limits: { suspend: { count: 0 } }

        """

    private static let rules = """
        cases:
          - case: a member gets an account
            directory: [{ person: ana, mail: ana@corp.example }]
            expect: [{ create: ana@corp.example }]

        """

    private static func directory(_ people: [(name: String, shown: String)]) -> String {
        var text = "version: 1\n"
        for (number, group) in ["Sooma_5GB", "Sooma_50GB"].enumerated() {
            text += """

                dn: CN=\(group),OU=Groups,DC=corp,DC=example
                objectClass: group
                cn: \(group)
                objectGUID:: \(identity("g\(number)"))
                groupType: -2147483646

                """
        }
        for (name, shown) in people {
            text += """

                dn: CN=\(shown),OU=Staff,DC=corp,DC=example
                objectClass: user
                cn: \(shown)
                objectGUID:: \(identity(name))
                sAMAccountName: \(name)
                displayName: \(shown)
                userAccountControl: 512
                proxyAddresses: SMTP:\(name)@corp.example
                memberOf: CN=Sooma_5GB,OU=Groups,DC=corp,DC=example

                """
        }
        return text
    }

    private static func identity(_ name: String) -> String {
        Data((name + String(repeating: "-", count: 16)).utf8.prefix(16)).base64EncodedString()
    }

    private static func make(for line: String) async throws -> Site {
        let before = [("ana", "Ana Archer"), ("bo", "Bo Baker"), ("boss", "Bea Boss"), ("dan", "Dan Drake")]
        let after = [("ana", "Ana Archer"), ("bo", "Bo Baker"), ("boss", "Bea Chief"), ("new", "Ned New")]
        let site = try Site(configuration, files: ["directory.ldif": directory(before)])
        func sure(_ arguments: String...) async throws {
            let outcome = try await site.run(arguments)
            let isDone = outcome.status == 0 || outcome.status == 3
            try #require(isDone, "\(arguments): \(outcome)")
        }
        try await sure("apply", "--yes")
        if line.contains("yesterday.ldif") { try await sure("snapshot", "yesterday.ldif") }
        try site.write(directory(after), to: "directory.ldif")
        if line.contains("today.ldif") { try await sure("snapshot", "today.ldif") }
        for name in ["old", "new", "staff"] { try site.write(configuration, to: "\(name).yaml") }
        try FileManager.default.createDirectory(atPath: site.path("rules"), withIntermediateDirectories: false)
        for name in ["rules.yaml", "rules/staff.yaml"] { try site.write(rules, to: name) }
        return site
    }

    /// Runs a command line in a copy of the folder.
    ///
    /// What a person would be asked is answered with `--yes`, files below `/etc/sync-plan` are those of the folder, and
    /// where a token approves something in a plan, the token is put in that this plan has. `init` has nothing before it.
    static func run(_ line: String) async throws -> Command.Outcome {
        let site = line.hasPrefix("sync-plan init") ? try Site() : try await make(for: line)
        var line = answered(line).replacing("/etc/sync-plan/", with: "")
        // There was one run before, whatever its number is on the page.
        line.replace(#/(revert|history show) [0-9]+/#) { "\($0.1) 1" }
        for name in line.matches(of: #/\w+\.plan\b/#) { try await site.run("plan", "--out", String(name.output)) }
        if line.contains("--approve") {
            let shown = try await site.run("plan", "show", "staff.plan").output
            let token = try #require(shown.firstMatch(of: #/--approve ([0-9a-f]+)/#)?.1)
            line = line.replacing(#/--approve [0-9a-f]+/#, with: "--approve \(token)")
        }
        return try await shell(line, in: site)
    }

    /// Runs a command line in a folder with nothing in it.
    static func runEmpty(_ line: String) async throws -> Command.Outcome {
        try await shell(answered(line), in: Site())
    }

    private static func answered(_ line: String) -> String {
        line.hasPrefix("sync-plan apply") && !line.contains("--yes")
            ? line.replacingOccurrences(of: "sync-plan apply", with: "sync-plan apply --yes") : line
    }

    private static func shell(_ line: String, in site: Site) async throws -> Command.Outcome {
        let path = Command.program.deletingLastPathComponent().path
        let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try await Command.run(
            URL(fileURLWithPath: "/bin/bash"), ["-c", "set -o pipefail; \(line)"], in: site.folder,
            environment: ["PATH": "\(path):\(inherited)"])
    }
}
