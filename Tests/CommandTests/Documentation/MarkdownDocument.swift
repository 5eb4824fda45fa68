import Foundation
import TestSupport

/// A page of the documentation, taken apart as far as the tests need it.
struct MarkdownDocument: Sendable {
    /// A piece of code: fenced, indented by four spaces, or within a line.
    struct Code: Sendable {
        /// What the fence says it is; empty where it says nothing, nil for code that is indented.
        let language: String?
        /// Where it begins, from 1.
        let line: Int
        let text: String
    }

    /// The path below the repository.
    let path: String
    private(set) var blocks: [Code] = []
    /// Code within lines, such as a command that a sentence speaks of.
    private(set) var spans: [Code] = []
    /// Where links lead to, as written.
    private(set) var links: [(line: Int, target: String)] = []
    /// Lines in which code begins that ends in another, where commands would be overlooked.
    private(set) var torn: [Int] = []
    /// The names that links to parts of the page use.
    private(set) var anchors: Set<String> = []

    static let root = testsFolder.deletingLastPathComponent()

    /// All pages of the repository: what people read before they look at code.
    static let all: [MarkdownDocument] = {
        let paths = [".github", "Documentation", "Examples", "Sources"].flatMap { folder in
            let found = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
            return (found?.compactMap { $0 as? String } ?? []).filter { !$0.contains(".build/") && $0.hasSuffix(".md") }
                .map { "\(folder)/\($0)" }
        }
        return (["README.md"] + paths.sorted()).compactMap { try? MarkdownDocument(path: $0) }
    }()

    init(path: String) throws {
        self.path = path
        let text = try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
        var fence: (mark: Substring, language: String, line: Int, lines: [Substring])?
        var indented: (line: Int, lines: [Substring])?
        var isAfterBlank = true
        for (number, line) in zip(1..., text.split(separator: "\n", omittingEmptySubsequences: false)) {
            let content = line.drop { $0 == " " }
            if let open = fence {
                if content == open.mark {
                    let text = open.lines.joined(separator: "\n")
                    blocks.append(Code(language: open.language, line: open.line, text: text))
                    fence = nil
                } else {
                    fence?.lines.append(line)
                }
                continue
            }
            if indented != nil, content.isEmpty || line.hasPrefix("    ") {
                indented?.lines.append(line.dropFirst(4))
                continue
            }
            close(&indented)
            if content.hasPrefix("```") {
                fence = (content.prefix { $0 == "`" }, String(content.drop { $0 == "`" }), number, [])
            } else if isAfterBlank, line.hasPrefix("    "), !content.isEmpty {
                indented = (number, [line.dropFirst(4)])
            } else {
                read(line, number)
            }
            isAfterBlank = content.isEmpty
        }
        close(&indented)
    }

    private mutating func close(_ indented: inout (line: Int, lines: [Substring])?) {
        guard let (line, lines) = indented else { return }
        let text = lines.joined(separator: "\n").trimmingCharacters(in: .newlines)
        blocks.append(Code(language: nil, line: line, text: text))
        indented = nil
    }

    private mutating func read(_ line: Substring, _ number: Int) {
        if !line.count(where: { $0 == "`" }).isMultiple(of: 2) { torn.append(number) }
        for match in line.matches(of: #/`([^`]+)`/#) {
            spans.append(Code(language: nil, line: number, text: String(match.1)))
        }
        let prose = line.replacing(#/`[^`]+`/#, with: "code")
        for match in prose.matches(of: #/\]\(([^)\s]+)\)/#) { links.append((number, String(match.1))) }
        if line.hasPrefix("#") {
            let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
            let kept = title.filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == " " }
            anchors.insert(kept.replacingOccurrences(of: " ", with: "-"))
        }
    }
}
