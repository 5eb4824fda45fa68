import Foundation
import SyncPlanKit
import Testing

/// A decision table of a page, with the comment before it that says how a row becomes cases of a rule test.
///
/// The comment has three parts. `configuration` is that of all cases. `case` is the text of a case, in which `$1` is the
/// first cell of a row, and so on. Where `$cell` is in it, each further cell is a case of its own, and `$column` its
/// heading; where `$cells` is in it, all cells whose heading is code come one after the other. `words` says what words in
/// cells stand for; code stands for itself. `\n` in a word begins a line.
struct PlayedTable: Sendable, CustomTestStringConvertible {
    /// The heading above the table.
    let title: String
    /// The rule tests, as a file of them.
    let text: String
    /// How many cells of the table say what happens.
    let cells: Int

    var testDescription: String { title }

    /// All tables of a page that are played.
    static func all(in page: String) throws -> [PlayedTable] {
        let url = MarkdownDocument.root.appendingPathComponent(page)
        let text = try String(contentsOf: url, encoding: .utf8)
        return try text.components(separatedBy: "\n## ").dropFirst().flatMap { section in
            let title = String(section.prefix { $0 != "\n" })
            return try section.components(separatedBy: "<!-- played\n").dropFirst().map { part in
                let halves = part.components(separatedBy: "-->\n")
                let rows = halves[1].split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
                return try PlayedTable(title, comment: halves[0], rows: rows.map(Self.cells))
            }
        }
    }

    private static func cells(of row: Substring) -> [String] {
        row.dropFirst().dropLast().components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private init(_ title: String, comment: String, rows: [[String]]) throws {
        self.title = title
        var parts: [String: [Substring]] = [:]
        var name = ""
        for line in comment.split(separator: "\n") {
            if line.hasPrefix(" ") { parts[name, default: []].append(line) } else { name = String(line.dropLast()) }
        }
        let template = parts["case", default: []].map { "  " + $0 + "\n" }.joined()
        let words = Dictionary(
            parts["words", default: []].map { line in
                let (word, meaning) = Self.parted(line)
                return (word, meaning)
            }, uniquingKeysWith: { first, _ in first })

        func meaning(_ cell: String, _ row: [String], column: String = "") throws -> String {
            let text = try words[cell] ?? words[Self.plain(cell)] ?? Self.code(cell)
            return text.replacingOccurrences(of: "$column", with: Self.plain(column))
                .replacingOccurrences(of: "$1", with: Self.plain(row[0])).replacingOccurrences(
                    of: "\\n", with: "\n    ")
        }
        let leading = (1...9).prefix { template.contains("$\($0)") }.last ?? 0
        var cases = ""
        var count = 0
        for row in rows.dropFirst(2) {
            func add(_ text: String, _ column: Int) throws {
                var text = text
                for index in row.indices where text.contains("$\(index + 1)") {
                    text = text.replacingOccurrences(of: "$\(index + 1)", with: try meaning(row[index], row))
                }
                let name = row.prefix(leading).joined(separator: ", ") + " | " + rows[0][column]
                cases += "  - case: '\(name.replacingOccurrences(of: "'", with: "''"))'\n" + text
                count += 1
            }
            if template.contains("$cell ") || template.contains("$cell]") {
                for column in leading..<row.count {
                    let text = template.replacingOccurrences(of: "$cell", with: try meaning(row[column], row))
                        .replacingOccurrences(of: "$column", with: Self.plain(rows[0][column]))
                    try add(text, column)
                }
            } else if template.contains("$cells") {
                let columns = row.indices.filter { $0 > 0 && rows[0][$0].hasPrefix("`") }
                let cells = try columns.map { try meaning(row[$0], row, column: rows[0][$0]) }.joined(separator: " ")
                try add(template.replacingOccurrences(of: "$cells", with: cells), 0)
                count += columns.count - 1
            } else {
                try add(template, 0)
            }
        }
        let common = parts["configuration", default: []].joined(separator: "\n")
        text = "configuration:\n\(common)\ncases:\n\(cases)"
        cells = count
    }

    /// A line of the words: what comes before the first colon that is in no code, and what comes after.
    private static func parted(_ line: Substring) -> (String, String) {
        var isCode = false
        for index in line.indices {
            if line[index] == "`" { isCode.toggle() }
            guard line[index] == ":", !isCode else { continue }
            return (
                line[..<index].trimmingCharacters(in: .whitespaces),
                line[line.index(after: index)...].trimmingCharacters(in: .whitespaces)
            )
        }
        return (line.trimmingCharacters(in: .whitespaces), "")
    }

    private static func plain(_ cell: String) -> String { cell.replacingOccurrences(of: "`", with: "") }

    private struct UnknownWord: Error, CustomStringConvertible {
        let description: String
    }

    /// What stands for itself.
    private static func code(_ cell: String) throws -> String {
        guard cell.hasPrefix("`"), cell.hasSuffix("`"), cell.count > 2 else {
            throw UnknownWord(description: "\"\(cell)\" is not among the words of its table.")
        }
        return plain(cell)
    }
}
