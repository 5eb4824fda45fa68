import Foundation
import SyncPlanKit
import TestSupport
import Testing

/// The project's own rule tests, which are examples too, and files with mistakes in them.
@Suite struct RuleTestTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Examples/rule-tests").path
    static let files = (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? []

    @Test func theExamplesAreThere() { #expect(Self.files.count >= 4) }

    @Test(arguments: files) func examplesPass(_ name: String) throws {
        let report = try RuleTestFile(path: "\(Self.folder)/\(name)").run()
        #expect(report.results.count >= 5)
        #expect(report.hasPassed, "\(report.text())")
    }

    static func run(_ text: String) throws -> RuleTestReport {
        let path = NSTemporaryDirectory() + "rules-\(UInt64.random(in: 0 ... .max)).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try RuleTestFile(path: path).run()
    }

    static let person = "directory: [{ person: ana, mail: ana@corp.example }]"

    static let failing: [(expect: String, differences: [String])] = [
        ("[]", ["+ planned:  create ana@corp.example"]),
        (
            "[{ create: bo@corp.example }]",
            ["- expected: create bo@corp.example", "+ planned:  create ana@corp.example"]
        ),
        (
            "[{ create: ana@corp.example, quota: 5 GB }]",
            [
                "- expected: create ana@corp.example quota=5 GB",
                "+ planned:  create ana@corp.example, where quota is (none)",
            ]
        ),
        (
            "[{ create: ana@corp.example, reason: gone }]",
            ["- expected: create ana@corp.example because \"gone\"", "+ planned:  because \"in the directory\""]
        ),
        ("[{ create: ana@corp.example }, { finding: no-address }]", ["- expected: finding no-address"]),
        (
            "[{ held: create ana@corp.example }]",
            ["- expected: held create ana@corp.example", "+ planned:  create ana@corp.example"]
        ),
    ]

    @Test(arguments: failing) func failuresAreShownAsDifferences(expect: String, differences: [String]) throws {
        let report = try Self.run("cases:\n  - case: it\n    \(Self.person)\n    expect: \(expect)\n")
        #expect(!report.hasPassed)
        #expect(report.results.map(\.differences) == [differences])
        #expect(report.text().hasPrefix("FAIL  it\n        \(differences[0])\n"))
        #expect([report].junit.contains("failures=\"1\""))
        #expect(![report].junit.contains("u{a}"), "each difference has a line of its own")
    }

    static let mistaken: [(text: String, message: String)] = [
        ("cases:\n  - case: x\n    expct: []\n", ":3: cases.0.expct: there is no such key. Did you mean \"expect\"?"),
        (
            "cases:\n  - case: x\n    expect: [{ creat: a@b.c }]\n",
            ":3: cases.0.expect.0.creat: there is no such key. Did you mean \"create\"?"
        ),
        (
            "cases:\n  - case: x\n    provider-settings: { dryrun: true }\n    expect: []\n",
            ":3: cases.0.provider-settings.dryrun: there is no such key. Did you mean \"dry-run\"?"
        ),
        (
            "cases:\n  - case: x\n    last-run: { users: 1 }\n    expect: []\n",
            ":3: cases.0.last-run: \"in-scope\" is missing."
        ),
        (
            "configuration:\n  peple: {}\ncases: []\n",
            ":2: configuration.peple: there is no such key. Did you mean \"people\"?"
        ),
        (
            "cases:\n  - case: x\n    directory: [{ mail: a@b.c }]\n    expect: []\n",
            ":3: cases.0.directory.0: an object has a name under `person`, `group` or `contact`."
        ),
        (
            "cases:\n  - case: x\n    expect: [{ quota: 5 GB }]\n",
            ":3: cases.0.expect.0: an expectation is an operation such as `create: ana@corp.example`, `held`, `pending`, `finding` or `rail`."
        ),
    ]

    @Test(arguments: mistaken) func mistakesAreToldWithTheirLine(text: String, message: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try Self.run(text) }
        #expect(error?.description.hasSuffix(".yaml" + message) == true, "\(error?.description ?? "")")
    }
}
