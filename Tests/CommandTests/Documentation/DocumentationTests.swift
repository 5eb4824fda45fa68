import DirectoryModel
import FileSource
import Foundation
import SyncPlanKit
import TestSupport
import Testing

/// What the documentation shows is true: every command runs or is understood, every configuration is read, every Swift
/// snippet is compiled, and every link leads somewhere.
@Suite struct DocumentationTests {
    /// Prints how much there is of what, and writes the list to the file that `DOCUMENTATION_LIST` names.
    @Test func nothingIsLeftOut() throws {
        #expect(DocumentedExample.all(.unknown).map(\.testDescription) == [])
        for treatment in DocumentedExample.Treatment.allCases where treatment != .unknown {
            let all = DocumentedExample.all(treatment)
            let different = DocumentedExample.different(treatment)
            print("documentation: \(treatment.rawValue): \(all.count), \(different.count) different")
            // What there is none of is tried by nothing.
            #expect(!all.isEmpty, "\(treatment.rawValue)")
        }
        guard let list = ProcessInfo.processInfo.environment["DOCUMENTATION_LIST"] else { return }
        let lines = DocumentedExample.all.map { "\($0.treatment.rawValue)\t\($0.testDescription)\n" }
        try lines.joined().write(toFile: list, atomically: true, encoding: .utf8)
    }

    @Test(arguments: DocumentedExample.all(.configuration)) func configurationsAreRead(_ example: DocumentedExample) {
        #expect(throws: Never.self) { try ConfigurationFragment(text: example.text).load() }
    }

    @Test(arguments: DocumentedExample.all(.ruleTests)) func ruleTestsPass(_ example: DocumentedExample) throws {
        let site = try Site(files: ["rules.yaml": example.text])
        let report = try RuleTestFile(path: site.path("rules.yaml")).run()
        #expect(!report.results.isEmpty && report.hasPassed, "\(report.text())")
    }

    @Test(arguments: DocumentedExample.different(.run)) func commandsRun(_ example: DocumentedExample) async throws {
        let outcome = try await DocumentedFolder.run(example.text)
        // 2 and 3 are how a plan ends that has something in it.
        #expect([0, 2, 3].contains(outcome.status), "\(outcome)")
    }

    @Test(arguments: DocumentedExample.different(.parsed))
    func commandsAreUnderstood(_ example: DocumentedExample) async throws {
        let outcome = try await DocumentedFolder.runEmpty(example.text)
        // Whatever is missing in an empty folder, it is not a mistake on the command line, nor a signal.
        #expect(outcome.status != 64 && outcome.status < 126, "\(outcome)")
    }

    @Test(arguments: DocumentedExample.all(.json)) func jsonIsParsed(_ example: DocumentedExample) {
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(example.text.utf8)) }
    }

    @Test(arguments: DocumentedExample.all(.ldif)) func ldifIsRead(_ example: DocumentedExample) async throws {
        let site = try Site(files: ["directory.ldif": example.text + "\n"])
        let file = LDIFFile(path: site.path("directory.ldif"), schema: .activeDirectory)
        let snapshot = try await file.read(ReadRequest()) { _ in }
        #expect(snapshot.completeness.reasons.isEmpty && !snapshot.users.isEmpty)
    }

    // MARK: Swift

    /// The Swift files that are compiled with the tests or by them, each line without its indentation.
    private static let compiled: [[String]] = ["Examples", "Tests"].flatMap { folder in
        let root = MarkdownDocument.root.appendingPathComponent(folder)
        let found = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".swift") && !$0.contains(".build/") }
            .compactMap { try? String(contentsOf: root.appendingPathComponent($0), encoding: .utf8) }.map(lines)
    }

    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    @Test(arguments: DocumentedExample.all(.swift)) func swiftIsCompiled(_ example: DocumentedExample) {
        // What stands apart in a snippet may stand apart in the files.
        for part in example.text.replacing(#/\n\n(?=\S)/#, with: "\u{0}").split(separator: "\u{0}") {
            let lines = Self.lines(of: String(part))
            #expect(
                Self.compiled.contains { $0.contains(lines) },
                "No file under Examples or Tests has these lines one after the other: \(part)")
        }
    }

    // MARK: Links

    @Test(arguments: MarkdownDocument.all.map(\.path)) func linksLeadSomewhere(_ path: String) throws {
        let document = try #require(MarkdownDocument.all.first { $0.path == path })
        #expect(document.torn == [])
        for (line, target) in document.links where !target.contains("://") && !target.hasPrefix("doc:") {
            let (path, anchor) = document.place(of: target)
            let url = MarkdownDocument.root.appendingPathComponent(path)
            #expect(FileManager.default.fileExists(atPath: url.path), "line \(line): \(target)")
            guard let anchor else { continue }
            let page = MarkdownDocument.all.first { $0.path == path }
            #expect(page?.anchors.contains(anchor) == true, "line \(line): \(target)")
        }
    }

    @Test func everyPageCanBeFound() throws {
        var found: Set<String> = []
        var next = ["README.md"]
        while let path = next.popLast() {
            guard found.insert(path).inserted, let page = MarkdownDocument.all.first(where: { $0.path == path }) else {
                continue
            }
            next += page.links.map { page.place(of: $0.target).path }
        }
        // A folder that is linked to shows its README. Pages of a DocC catalogue are found by its own means.
        let lost = MarkdownDocument.all.map(\.path).filter { path in
            !path.contains(".docc/") && !found.contains(path)
                && !found.contains((path as NSString).deletingLastPathComponent)
        }
        #expect(lost == [])
    }
}

extension MarkdownDocument {
    /// The path below the repository that a link leads to, and the part of the page.
    func place(of link: String) -> (path: String, anchor: String?) {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let anchor = parts.count > 1 ? parts[1] : nil
        if parts[0].isEmpty { return (path, anchor) }
        let base = URL(fileURLWithPath: "/" + path).deletingLastPathComponent()
        let target = base.appendingPathComponent(parts[0]).standardized.path.drop { $0 == "/" }
        return (String(target), anchor)
    }
}
