import DirectoryModel
import Foundation
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// The forms in which a plan is shown.
@Suite struct PlanReportTests {
    private static func text(_ plan: Plan, _ format: PlanReport.Format, limit: Int? = 20) -> String {
        var report = PlanReport(Plans.file(plan), savedAs: "staff.plan")
        report.limit = limit
        var bytes: [UInt8] = []
        report.write(as: format) { (part) throws(Never) in bytes += (0..<part.count).map { part[$0] } }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("everything", Plans.everything), ("many", Plans.many), ("shared", Plans.shared), ("hostile", Plans.hostile),
        ("incomplete", Plans.incomplete),
    ])
    func markdown(_ name: String, _ plan: Plan) throws { try expectGolden(Self.text(plan, .markdown), "\(name).md") }

    @Test(arguments: [("everything", Plans.everything), ("attacked", Plans.attacked)])
    func csv(_ name: String, _ plan: Plan) throws { try expectGolden(Self.text(plan, .csv), "\(name).csv") }

    @Test func heldTwice() throws { try expectGolden(Self.text(Plans.heldTwice, .text), "held-twice.txt") }

    @Test func severalDomains() throws { try expectGolden(Self.text(Plans.domains, .text, limit: 3), "domains.txt") }

    @Test(arguments: [
        ("a.md", PlanReport.Format.markdown), ("b/A.HTML", .html), ("a.plan.csv", .csv), ("a.json", .json),
        ("a.jsonl", .jsonl), ("a.txt", .text),
    ])
    func namesCallForForms(_ path: String, _ format: PlanReport.Format) {
        #expect(PlanReport.Format(path: path) == format)
    }

    @Test(arguments: ["a", "a.plan", "html", "a.md/plan", ""]) func otherNamesCallForNone(_ path: String) {
        #expect(PlanReport.Format(path: path) == nil)
        #expect(throws: PlanFileError.self) { try PlanReport(Plans.file(Plans.shared), savedAs: nil).write(to: path) }
    }

    // MARK: Markdown

    /// The Markdown of GitHub, by its own renderer, with raw HTML as it is: no tag is there that the report does not write.
    @Test(.enabled(if: hasPrograms(["cmark-gfm"])), arguments: [20, nil] as [Int?])
    func markdownIsHarmless(_ limit: Int?) throws {
        let renderer = try #require(findProgram("cmark-gfm"))
        let extensions = ["table", "autolink", "strikethrough", "tasklist"].flatMap { ["-e", $0] }
        for plan in Plans.all {
            let html = try run(renderer, ["--unsafe"] + extensions, input: Self.text(plan, .markdown, limit: limit))
            let tags = Set(html.matches(of: /<\/?([^ >]*)/).map { String($0.1) })
            let known = [
                "h2", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
                "blockquote", "ul", "li", "br", "a", "!--", "/",
            ]
            #expect(tags.isSubset(of: known), "\(tags.subtracting(known))")
            #expect(html.matches(of: /<a href="([^"]*)/).allSatisfy { $0.1.hasPrefix("mailto:") })
            // A row has the cells that its table has.
            for row in html.components(separatedBy: "<tr>").dropFirst() where row.contains("<td>") {
                #expect([3, 4].contains(row.components(separatedBy: "<td>").count - 1), "\(row)")
            }
            guard limit == nil else { continue }
            for operation in plan.allOperations.map(\.operation) {
                let text = operation.address.text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                    .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
                let isThere = html.replacing("<!-- -->", with: "").contains("<code>\(text)</code>")
                #expect(isThere, "\(text)")
            }
        }
    }

    /// A mention would send mail to whoever has the name; a reference would write into somebody's issue.
    @Test func nobodyIsMentioned() {
        let text = Self.text(Plans.attacked, .markdown, limit: nil)
            .replacing(try! Regex("<code>.*?</code>|`[^`]*`"), with: "")
        let references = text.matches(of: /(^|[^a-zA-Z0-9_&\[])[@#!$~%^&][a-zA-Z0-9]/).map { String($0.0) }
        #expect(references.isEmpty, "\(references)")
        #expect(!text.contains("\n/"))
    }

    @Test func markdownFitsAComment() {
        let users = (0..<3000).map { Made.person("somebody-with-a-long-name-\($0)", groups: ["Sooma_5GB"]) }
        let accounts = (0..<3000).map { Made.account("left-\($0)", quota: .gigabytes(5)) }
        let text = Self.text(Plans.plan(users, accounts, rules: Plans.rules { $0.rails = [] }), .markdown, limit: 1000)
        #expect(text.utf8.count < 65_536 && text.contains("3,000 deletes, 3,000 creates"))
    }

    // MARK: CSV

    @Test func spreadsheetsSeeNoFormula() {
        for plan in Plans.all {
            let records = OverviewTests.records(Self.text(plan, .csv))
            #expect(records.count == 1 + plan.operations.count + plan.held.count)
            for record in records {
                #expect(record.count == 13)
                #expect(record.allSatisfy { !["=", "+", "-", "@", "\t", "\r"].contains($0.prefix(1)) }, "\(record)")
            }
        }
    }

    // MARK: JSON

    private static let schema = testsFolder.deletingLastPathComponent()
        .appendingPathComponent("Documentation/plan.schema.json")

    @Test(.enabled(if: hasPrograms(["jsonschema"]))) func jsonIsAsTheSchemaSays() throws {
        let folder = try ConfigurationFolder()
        let validator = try #require(findProgram("jsonschema"))
        var instances: [String] = []
        for (index, plan) in Plans.all.enumerated() {
            instances += ["-i", try folder.write(Self.text(plan, .json), named: "\(index).json")]
        }
        try run(validator, instances + [Self.schema.path])

        // Lines are what the schema calls a line.
        var schema = try String(contentsOf: Self.schema, encoding: .utf8)
        let start = try #require(schema.range(of: "\"type\": \"object\""))
        let end = try #require(schema.range(of: "  \"$defs\""))
        schema.replaceSubrange(
            start.lowerBound..<end.lowerBound, with: "\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/line\"},\n")
        let path = try folder.write(schema, named: "lines.schema.json")
        let lines = Plans.all.map { Self.text($0, .jsonl).split(separator: "\n").joined(separator: ",") }
        let array = "[\(lines.joined(separator: ","))]"
        try run(validator, ["-i", try folder.write(array, named: "lines.json"), path])

        // Whatever the schema does not know is a mistake.
        for (what, with) in [
            ("\"stage\":", "\"phase\":"), ("\"format\":3", "\"format\":1"), ("\"aliases\"", "\"alias\""),
        ] {
            let changed = Self.text(Plans.everything, .json).replacing(what, with: with)
            let file = try folder.write(changed, named: "changed.json")
            #expect(throws: (any Error).self) { try run(validator, ["-i", file, Self.schema.path]) }
        }
    }

    @Test func jsonHasTheTokens() throws {
        struct Document: Decodable {
            struct Header: Decodable { var sha256: String }
            var syncPlan: Header
            var operations: [ReconcileEngine.Operation]
            var held: [HeldOperation]
            var approvals: [String?]
        }
        let file = Plans.file(Plans.everything)
        let document = try JSONDecoder().decode(Document.self, from: Data(Self.text(file.plan, .json).utf8))
        #expect(document.syncPlan.sha256 == file.digest.text)
        #expect(document.operations == file.plan.operations && document.held == file.plan.held)
        #expect(document.approvals == file.approvalTokens && !document.approvals.isEmpty)
    }

    @Test(arguments: [
        ("staff.plan", "staff.plan"), ("my plan", "'my plan'"), ("it's", "'it'\\''s'"), ("-x", "'-x'"),
        ("$(x)", "'$(x)'"),
    ])
    func commandsNameThePathForAShell(_ path: String, _ word: String) {
        let commands = Plans.file(Plans.everything).approvalCommands(savedAs: path).compactMap(\.self)
        #expect(!commands.isEmpty && commands.allSatisfy { $0.hasPrefix("sync-plan apply \(word) --approve ") })
    }
}
