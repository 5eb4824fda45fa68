import DirectoryModel
import Foundation
import PlanExecution
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// A run as a file, for people and for programs.
@Suite struct ReportFileTests {
    private static let report: ApplyReport = {
        let operations = Plans.everything.operations
        let results: [ApplyReport.Result] = [
            .done(AccountID("7")), .alreadyApplied(AccountID("8")), .doneEarlier, .notStarted,
            .stale("It has <changed> & \"moved\"."),
            .failed(code: "domain-not-claimed", message: "Not\u{1B}[31m yours.\n"),
        ]
        return ApplyReport(
            entries: results.enumerated().map {
                .init(position: $0.offset, operation: operations[$0.offset % operations.count], result: $0.element)
            }, ending: .tooManyFailures(2))
    }()

    @Test(arguments: ["report.txt", "report.jsonl", "report.xml"]) func isAsItWas(name: String) throws {
        let folder = try ConfigurationFolder()
        let file = try #require(ReportFile(path: folder.path(name)))
        try file.prepare()
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "")
        try file.write(Self.report)
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
        try expectGolden(try String(contentsOfFile: file.path, encoding: .utf8), name)
    }

    @Test func eachLineIsAnObject() throws {
        let folder = try ConfigurationFolder()
        try #require(ReportFile(path: folder.path("r.JSONL"))).write(Self.report)
        struct Line: Decodable {
            let result: String?
            let message: String?
        }
        let lines = try String(contentsOfFile: folder.path("r.JSONL"), encoding: .utf8).split(separator: "\n")
        let read = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(
            read.map(\.result) == ["done", "already", "done-earlier", "not-started", "stale", "failed", nil])
        #expect(read[5].message == "Not\u{1B}[31m yours.\n")
    }

    @Test(arguments: ["report", "report.html", "", "xml", "a.b/report"]) func whatHasNoFormatIsRefused(path: String) {
        #expect(ReportFile(path: path) == nil)
    }

    @Test func whatCannotBeWrittenIsTold() throws {
        let file = try #require(ReportFile(path: "/none/of/these/report.xml"))
        let error = #expect(throws: ReportFileError.self) { try file.prepare() }
        #expect(error.map { ExitStatus(of: $0) } == .cannotWrite)
        #expect(error?.description.contains("/none/of/these/report.xml") == true)
    }
}
