import Foundation
internal import ReconcileEngine
internal import Yams

/// A file of rule tests: cases with a small directory, a few accounts, and what the rules must make of them.
///
/// ```yaml
/// configuration:
///   people: { include: [{ group: Sooma_5GB }] }
/// cases:
///   - case: a member gets an account
///     directory:
///       - { person: ana, groups: [Sooma_5GB], proxyAddresses: ["SMTP:ana@corp.example"] }
///     expect:
///       - create: ana@corp.example
/// ```
///
/// `Documentation/Rules.md` describes the format.
public struct RuleTestFile: Sendable {
    /// The file's path.
    public let path: String

    /// Makes a reader for a file.
    public init(path: String) { self.path = path }

    /// Runs all cases.
    ///
    /// - Throws: ``ConfigurationError`` with the line of the first mistake in the file.
    public func run() throws(ConfigurationError) -> RuleTestReport {
        let file = ConfigurationFile(path: path)
        let data = try file.read("The file of tests", advice: "Check its name.")
        let content = try file.decode(Content.self, from: data) { Self.completed($0) }
        var results: [RuleTestReport.Result] = []
        for entry in content.cases {
            let configuration = entry.configuration
            results.append(
                RuleTestReport.Result(
                    name: entry.test.name,
                    differences: try entry.test.differences(
                        from: configuration.reconciler, schema: configuration.source.schema)))
        }
        return RuleTestReport(path: path, results: results)
    }

    private struct Content: Decodable {
        let cases: [Entry]
        private enum Keys: String, SectionKey { case configuration, cases }

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            // Read by itself first, so that a mistake in it is told where it stands and not in the first case.
            _ = try section.optional(.configuration, Configuration.self)
            cases = try section.required(.cases)
        }
    }

    private struct Entry: Decodable {
        let test: RuleCase
        let configuration: Configuration
        private enum Keys: String, CodingKey { case configuration }

        init(from decoder: any Decoder) throws {
            test = try RuleCase(from: decoder)
            configuration = try decoder.container(keyedBy: Keys.self).decode(Configuration.self, forKey: .configuration)
        }
    }

    /// Gives each case a whole configuration: its own keys, then the file's, then a source and a provider that are never
    /// looked at.
    private static func completed(_ root: Node) -> Node {
        guard var file = root.mapping, var cases = file["cases"]?.sequence else { return root }
        var common = file["configuration"]?.mapping ?? Node.Mapping([])
        if common["source"] == nil, common["backend"] == nil { common["source"] = ["ldif": ["path": "none"]] }
        if common["provider"] == nil { common["provider"] = ["mailbox-database": ["path": "none"]] }
        for index in cases.indices {
            guard var entry = cases[index].mapping else { continue }
            var configuration = entry["configuration"]?.mapping ?? Node.Mapping([])
            let hasBackend = configuration["backend"] != nil
            for (key, value) in common where configuration[key] == nil {
                if hasBackend, key == "source" { continue }
                configuration[key] = value
            }
            entry["configuration"] = .mapping(configuration)
            cases[index] = .mapping(entry)
        }
        file["configuration"] = .mapping(common)
        file["cases"] = .sequence(cases)
        return .mapping(file)
    }
}

/// What came of a file of rule tests.
public struct RuleTestReport: Sendable, Hashable {
    /// What came of one case.
    public struct Result: Sendable, Hashable {
        /// What the case shows.
        public let name: String
        /// What differs from what is expected, one line each; empty where the case passed.
        public let differences: [String]
    }

    /// The file's path.
    public let path: String
    /// The cases in their order.
    public let results: [Result]

    /// Whether every case passed.
    public var hasPassed: Bool { results.allSatisfy(\.differences.isEmpty) }

    /// The report for people: each case that failed with what differs, then a summary.
    public func text(_ style: Style = Style()) -> String {
        var lines: [String] = []
        let failed = results.filter { !$0.differences.isEmpty }
        for result in failed {
            lines.append("\(style.red("FAIL"))  \(result.name)")
            lines += result.differences.map { "        \($0)" }
        }
        lines.append("\(path): \((results.count - failed.count).grouped) passed, \(failed.count.grouped) failed")
        return lines.joined(separator: "\n") + "\n"
    }
}
