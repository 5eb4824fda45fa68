import DirectoryModel
import Foundation
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// A plan as an HTML page, in a browser.
@Suite(.enabled(if: Chromium.isInstalled)) struct PlanPageTests {
    /// A page that a browser has opened.
    private struct Page: CustomStringConvertible {
        var description: String { "the page" }
        let document: String
        /// What is within `<body>`, less the data and the script that it was made by.
        let body: String

        init(_ plan: Plan, _ fragment: String = "", change: (String) -> String = { $0 }) throws {
            let folder = try ConfigurationFolder()
            let path = folder.path("plan.html")
            try PlanReport(Plans.file(plan), savedAs: "staff.plan").write(to: path)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            let page = try String(contentsOfFile: path, encoding: .utf8)
            try change(page).write(toFile: path, atomically: true, encoding: .utf8)
            document = try Chromium.document(of: URL(fileURLWithPath: path), fragment: fragment)
            let start = try #require(document.range(of: "<body>"))
            let end = try #require(document.range(of: "<script type=\"application/json\""))
            body = String(document[start.upperBound..<end.lowerBound])
        }

        func count(_ text: String) -> Int { document.components(separatedBy: text).count - 1 }
        func has(_ text: String) -> Bool { body.contains(Self.html(text)) }

        /// Text as a browser writes it between tags.
        static func html(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                .replacing("\u{A0}", with: "&nbsp;")
        }
    }

    @Test func everythingIsShown() throws {
        let page = try Page(Plans.everything)
        for operation in Plans.everything.allOperations.map(\.operation) {
            #expect(page.has(operation.address.text) && page.has(operation.resultingAddress.text))
        }
        for finding in Plans.everything.findings { #expect(page.has(finding.text)) }
        for violation in Plans.everything.violations { #expect(page.has(violation.text)) }
        #expect(page.body.contains("sync-plan apply staff.plan --approve "))
        #expect(page.body.contains(">4 operations take something away from somebody<"))
        // The losses come before what is held, and that before the rest.
        let order = [
            "class=\"group is-losses\"", "class=\"group is-held\"", "class=\"group is-kind\"",
            "class=\"group is-notes\"",
        ]
        .compactMap { page.body.range(of: $0)?.lowerBound }
        #expect(order.count == 4 && order == order.sorted())
        #expect(page.has("16 shown"))
    }

    @Test func whateverADirectorySaysIsText() throws {
        let page = try Page(Plans.attacked)
        #expect(page.document.contains("<title>Plan: corp.example → mail.db</title>"))
        #expect(page.count("<script") == 2, "the data, in which every < is escaped, and the page's own")
        for tag in ["<img", "<svg", "<b>", "<i>", "<a href=\"h", "<b "] {
            let isThere = page.body.contains(tag)
            #expect(!isThere, "\(tag)")
        }
        for operation in Plans.attacked.allOperations.map(\.operation) {
            #expect(page.has(operation.address.text), "\(operation.address)")
            if operation.resultingAddress != operation.address { #expect(page.has(operation.resultingAddress.text)) }
        }
        for attack in Plans.attacks where attack.allSatisfy({ $0.isASCII && !$0.isNewline }) {
            #expect(page.has(attack), "\(attack)")
        }
        #expect(page.has("\\u{202e}drow \\u{200b}") && page.has("# head\\u{a}- item\\u{a}/close"))
    }

    @Test(arguments: [
        ("search=mia.jones", "1 of 16 shown", ["mia@corp.example"], ["new@corp.example", "old@corp.example"]),
        ("kind=create&kind=delete", "5 of 16 shown", ["new@corp.example", "old@corp.example"], ["mia@corp.example"]),
        ("held+by=protected", "1 of 16 shown", ["boss@corp.example"], ["ana@corp.example"]),
        ("reason=gone+from+the+directory&kind=delete", "1 of 16 shown", ["old@corp.example"], ["dan@corp.example"]),
        ("search=SOOMA_50GB+50+gb&sort=address", "5 of 16 shown", ["ana@corp.example"], ["old@corp.example"]),
        ("search=nobody+has+this", "0 of 16 shown", [], ["old@corp.example"]),
    ])
    func filters(_ fragment: String, says: String, shows: [String], hides: [String]) throws {
        let page = try Page(Plans.everything, fragment)
        let status = page.body.firstMatch(of: /role="status">([^<]*)/).map { String($0.1) }
        #expect(status == says)
        for address in shows { #expect(page.body.contains("<bdi>\(address)</bdi>")) }
        for address in hides { #expect(!page.body.contains("<bdi>\(address)</bdi>")) }
    }

    /// Nothing but the page's own script runs: another one, even of the same length, does not.
    @Test func anotherScriptDoesNotRun() throws {
        let changed = try Page(Plans.everything) { $0.replacing("const most = 2000;", with: "const most = 2001;") }
        #expect(!changed.has("16 shown") && !changed.has("old@corp.example"))
        let added = try Page(Plans.everything) {
            $0.replacing("</body>", with: "<script>document.title = 'taken'</script></body>")
        }
        #expect(added.document.contains("<title>Plan: ") && added.has("16 shown"))
    }

    /// A page has no more rows in it than somebody looks at, however many there are.
    @Test func manyOperationsAreAFewRows() throws {
        let users = (0..<5000).map { Made.person("new\($0)", groups: ["Sooma_5GB"]) }
        let page = try Page(Plans.plan(users, []))
        #expect(page.has("5,000 shown"))
        #expect(page.count("<tr") < 50)
        #expect(page.body.contains("Show 200 more; 4,975 are left"))
    }

    @Test func whatNeedsNoScriptIsThere() {
        var bytes: [UInt8] = []
        PlanReport(Plans.file(Plans.incomplete), savedAs: nil).write(as: .html) { (part) throws(Never) in
            bytes += (0..<part.count).map { part[$0] }
        }
        let page = String(decoding: bytes, as: UTF8.self)
        #expect(page.contains("directory INCOMPLETE: The server ended the search with 4 sizeLimitExceeded."))
        #expect(page.contains("<noscript>") && page.contains("Nothing to do but what is held; 2 held."))
        #expect(!page.contains("{{") && !page.contains("http://") && !page.contains("https://"))
        #expect(page.contains("default-src 'none'; style-src 'sha256-"))
    }
}
