import Foundation
import TestSupport
import Testing

/// Demands that a document has what a test has made, between `<!-- made by NAME -->` and `<!-- end -->`.
///
/// With `UPDATE_GOLDEN` in the environment it is put there instead.
func expectTable(_ table: String, in document: String, madeBy name: String) throws {
    let url = testsFolder.deletingLastPathComponent().appendingPathComponent("Documentation/\(document)")
    let text = try String(contentsOf: url, encoding: .utf8)
    let start = try #require(text.range(of: "<!-- made by \(name) -->\n\n")).upperBound
    let stop = try #require(text.range(of: "<!-- end -->", range: start..<text.endIndex)).lowerBound
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
        try text.replacingCharacters(in: start..<stop, with: table).write(to: url, atomically: true, encoding: .utf8)
        return
    }
    let advice = "If that is meant, run again with UPDATE_GOLDEN=1 and review the change."
    let made = table.split(separator: "\n")
    let kept = text[start..<stop].split(separator: "\n")
    for (old, new) in zip(kept, made) { #expect(old == new, "\(advice)") }
    #expect(kept.count == made.count, "\(advice)")
}

/// A text as it stands in a table.
func escapedForTable(_ text: String) -> String {
    text.reduce(into: "") { result, character in
        if "\\|*<".contains(character) { result.append("\\") }
        result.append(character)
    }
}
