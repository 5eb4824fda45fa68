import DirectoryModel
import Foundation
import ProviderClient
import ProviderTesting
import ReconcileEngine
import SCIMProvider
import TestSupport
import Testing

/// The suite for every provider, on real servers; the table of what each can do is in `Documentation/Providers`.
@Suite("SCIM conformance", .serialized, .enabled(if: SCIMServer.isInstalled))
struct SCIMConformanceTests {
    private struct Subject: Sendable {
        let name: String
        let server: SCIMServer.Kind
        var profile: SCIMProfile
        var without: AccountFields = []
        /// The checks that the server's own rules do not let anybody pass.
        var refused: Set<String> = []
    }

    /// The resources are Zivver's, and the server is not.
    private static let zivverShaped: SCIMProfile = {
        var profile = SCIMProfile.zivver
        profile.users.update = .patch
        profile.groups?.update = .patch
        return profile
    }()

    private static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    /// Nobody can be without a name and a family name there.
    private static let wantsNames: Set = [
        "an account can be created with nothing but a key and an address", "name can be set, changed and cleared",
        "family-name can be set, changed and cleared",
    ]

    /// What canaille takes of a person: no type of an address, and no external id.
    private static let canaille = SCIMProfile(
        name: "canaille",
        users: SCIMResourceMap(
            endpoint: "Users", schema: "urn:ietf:params:scim:schemas:core:2.0:User",
            bindings: [
                .text(.address, at: "userName"), .text(.key, at: "\(enterprise):employeeNumber"),
                .text(.name, at: "name.formatted"), .text(.givenName, at: "name.givenName"),
                .text(.familyName, at: "name.familyName"),
                .text(.organizationalUnit, at: "\(enterprise):department"), .active(at: "active"),
            ]))

    private static let subjects = [
        Subject(name: "scim2-server", server: .full, profile: .rfc),
        Subject(name: "scim2-server without PATCH, pages of 7", server: .configured("poor.json"), profile: .rfc),
        Subject(name: "scim2-server with cursors", server: .configured("cursor.json"), profile: .rfc),
        Subject(name: "scim2-server", server: .full, profile: .entraLegacy),
        Subject(name: "scim2-server", server: .full, profile: .cleanmail),
        Subject(name: "scim2-server with Zivver's resources", server: .zivverShaped, profile: zivverShaped),
        Subject(name: "a stand-in for Zivver", server: .zivver(budget: 0, seconds: 10), profile: .zivver),
        // It derives the display name, and keeps one address and nothing of telephones and departments.
        Subject(
            name: "django-scim2", server: .django, profile: .rfc,
            without: [.name, .aliases, .mobile, .organizationalUnit, .attribute("")]),
        Subject(name: "canaille", server: .canaille, profile: canaille, refused: wantsNames),
    ]

    @Test func everyServerConformsInWhatItCanDo() async throws {
        var rows = [
            "| server | profile | passed | refused | not applicable | for want of |", "|---|---|---|---|---|---|",
        ]
        let reports = try await reports()
        for (subject, report) in zip(Self.subjects, reports) {
            #expect(Set(report.failures.map(\.name)) == subject.refused, "\(subject.name): \(report)")
            let reasons = report.checks.compactMap { check in
                if case .skipped(let reason) = check.outcome { reason } else { nil }
            }
            let wants = Set(reasons.compactMap(Self.want)).sorted()
            let passed = report.checks.count { $0.outcome == .passed }
            rows.append(
                "| \(subject.name) | `\(subject.profile.name)` | \(passed) | \(report.failures.count) "
                    + "| \(reasons.count) "
                    + "| \(wants.joined(separator: ", ")) |")
        }
        try expectTable(rows.joined(separator: "\n"))
    }

    /// What a service would need to have for a check that did not apply; nil where another check says it better.
    private static func want(_ reason: String) -> String? {
        if reason == "has personal accounts only" { return "groups" }
        if reason.contains("attribute:") { return "free attributes" }
        if reason.contains("changes") { return nil }
        return reason.replacingOccurrences(of: "cannot hold ", with: "")
    }

    /// The reports on all subjects, in their order; all are tried at once, since most of the time is waiting.
    private func reports() async throws -> [ConformanceReport] {
        try await withThrowingTaskGroup(of: (Int, ConformanceReport).self) { group in
            for (index, subject) in Self.subjects.enumerated() {
                group.addTask { (index, try await report(on: subject)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func report(on subject: Subject) async throws -> ConformanceReport {
        let server = try await Servers.shared.server(subject.server)
        var profile = subject.profile
        profile.pageSize = 10
        return await ProviderConformance(
            accountCount: 25, attributes: ["title", "preferredLanguage", "nickName"]
        ) { [profile] in
            try SCIMAccountProvider(
                SCIMConfiguration(
                    url: try await server.emptyService(), credentials: .bearer(Secret(SCIMServer.token)),
                    profile: profile, without: subject.without, timeout: .seconds(10)))
        }.run()
    }

    /// Demands that the documentation has this table; with `UPDATE_GOLDEN` it is put there.
    private func expectTable(_ table: String) throws {
        let file = testsFolder.deletingLastPathComponent().appendingPathComponent("Documentation/Providers/README.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let first = try #require(lines.firstIndex { $0.hasPrefix("| server | profile |") })
        let last = lines[first...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            let updated = lines[..<first] + table.split(separator: "\n") + lines[last...]
            try updated.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(lines[first..<last].joined(separator: "\n") == table, "Run again with UPDATE_GOLDEN=1, and review.")
        }
    }
}
