import ArgumentParser
import Foundation
import SyncPlanKit

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs tests of rules: small directories, and the plan they must lead to.",
        discussion: """
            A file of tests has cases with a few people, a few accounts, and what is expected. No server is needed, and \
            nothing is changed. Exits with 1 where a case fails.

            EXAMPLES
              sync-plan test rules.yaml
              sync-plan test rules/*.yaml --junit report.xml
            """)

    @Argument(help: "Files of tests.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(
        help: ArgumentHelp("Write a JUnit XML report to this file too.", valueName: "file"),
        completion: .file(extensions: ["xml"]))
    var junit: String?

    @Flag(help: "No colours, even on a terminal.")
    var noColor = false

    func run() async throws {
        let options = self
        try await Terminal.run {
            let style = Style(usesColor: !options.noColor && Terminal.wantsColor())
            var reports: [RuleTestReport] = []
            for file in options.files {
                let report = try RuleTestFile(path: file).run()
                Terminal.write(report.text(style))
                reports.append(report)
            }
            if let path = options.junit {
                let isWritten = FileManager.default.createFile(atPath: path, contents: Data(reports.junit.utf8))
                guard isWritten else { throw ConfigurationError(file: path, "The report cannot be written.") }
            }
            return reports.allSatisfy(\.hasPassed) ? .success : .testsFailed
        }
    }
}
