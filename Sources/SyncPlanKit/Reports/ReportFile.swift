internal import DirectoryModel
import Foundation
public import PlanExecution
internal import ReconcileEngine

/// A file that a run is reported in, for people or programs, by the ending of its name.
///
/// Each operation that failed is in it with the provider's own words (requirement ZI12).
public struct ReportFile: Sendable {
    /// How a report is written.
    public enum Format: String, Sendable, CaseIterable {
        /// As it is shown to people.
        case text = "txt"
        /// JSON Lines: a line for each operation, and a last one for the run.
        case lines = "jsonl"
        /// JUnit XML, which CI systems read: a case for each operation.
        case junit = "xml"
    }

    /// The file's path.
    public let path: String
    /// How it is written.
    public let format: Format

    /// Names the file; nil where the ending says nothing about the format.
    public init?(path: String) {
        guard let ending = path.split(separator: ".").last, let format = Format(rawValue: ending.lowercased()),
            path.contains(".")
        else { return nil }
        self.path = path
        self.format = format
    }

    /// Makes the file empty, so that a run that could not be reported is not begun.
    public func prepare() throws(ReportFileError) { try write("") }

    /// Writes a report.
    public func write(_ report: ApplyReport) throws(ReportFileError) {
        switch format {
        case .text: try write(ReportText().render(report))
        case .lines: try write(report.lines)
        case .junit: try write(report.junit)
        }
    }

    private func write(_ text: String) throws(ReportFileError) {
        // What was done to whose account is nobody else's business.
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        if !isWritten { throw ReportFileError(path: path) }
    }
}

/// A report cannot be written.
public struct ReportFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path.
    public let path: String

    /// What happened and what to do.
    public var description: String {
        "The report \(path) cannot be written. Check that its folder exists and that there is room."
    }
}

extension ApplyReport {
    /// The report as JSON Lines.
    var lines: String {
        var writer = JSONWriter()
        for entry in entries {
            writer.object {
                $0.key("position")
                $0.number("\(entry.position)")
                $0.key("kind")
                $0.string(entry.operation.kind.rawValue)
                $0.key("address")
                $0.string(entry.operation.address.text)
                $0.key("result")
                $0.string(entry.result.name)
                for (key, value) in entry.result.details {
                    $0.key(key)
                    $0.string(value)
                }
            }
            writer.endLine()
        }
        writer.object {
            $0.key("run")
            $0.object {
                $0.key("ending")
                $0.string(ending.name)
                $0.key("operations")
                $0.number("\(entries.count)")
                $0.key("succeeded")
                $0.number("\(count(where: \.isSuccess))")
            }
        }
        writer.endLine()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The report as a JUnit XML file.
    var junit: String {
        JUnitSuite.file([
            JUnitSuite(
                name: "sync-plan apply: \(ending.name)",
                cases: entries.map { entry in
                    let outcome: JUnitSuite.Outcome =
                        switch entry.result {
                        case .done, .alreadyApplied, .doneEarlier: .passed
                        case .notStarted: .skipped
                        case .stale(let message): .failed(summary: "stale", text: message)
                        case .failed(let code, let message): .failed(summary: code, text: message)
                        }
                    return JUnitSuite.Case(
                        group: entry.operation.kind.rawValue, name: entry.operation.address.text, outcome: outcome)
                })
        ])
    }
}

extension ApplyReport.Result {
    fileprivate var name: String {
        switch self {
        case .done: "done"
        case .alreadyApplied: "already"
        case .doneEarlier: "done-earlier"
        case .stale: "stale"
        case .failed: "failed"
        case .notStarted: "not-started"
        }
    }

    fileprivate var details: [(key: String, value: String)] {
        switch self {
        case .done(let id), .alreadyApplied(let id): [("account", id.rawValue)]
        case .stale(let message): [("message", message)]
        case .failed(let code, let message): [("code", code), ("message", message)]
        case .doneEarlier, .notStarted: []
        }
    }
}
