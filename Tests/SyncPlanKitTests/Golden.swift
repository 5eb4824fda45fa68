import Foundation
import TestSupport
import Testing

/// Compares what people see with a file under `Golden`, byte for byte.
///
/// With `UPDATE_GOLDEN=1` in its environment a run writes the files anew instead, to be reviewed with `git diff`.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = testsFolder.appendingPathComponent("SyncPlanKitTests/Golden/\(name)")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
        try text.write(to: file, atomically: true, encoding: .utf8)
        return
    }
    let advice = "If that is meant, run again with UPDATE_GOLDEN=1 and review the change."
    guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
        Issue.record("There is no golden file \(name). \(advice)", sourceLocation: sourceLocation)
        return
    }
    if text.utf8.elementsEqual(expected.utf8) { return }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
    func shown(_ lines: [Substring]) -> String { line < lines.count ? lines[line].debugDescription : "(end)" }
    Issue.record(
        "\(name) differs on line \(line + 1):\n  expected \(shown(old))\n  but was  \(shown(new))\n\(advice)",
        sourceLocation: sourceLocation)
}
