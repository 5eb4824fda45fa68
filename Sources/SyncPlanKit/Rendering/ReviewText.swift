internal import DirectoryModel
public import ReconcileEngine

/// The difference of two plans as text for people: `-` is what only the old rules lead to, `+` what only the new ones do.
public struct ReviewText: Sendable {
    /// How text is marked.
    public var style: Style

    /// Makes a renderer.
    public init(style: Style = Style()) { self.style = style }

    /// The whole difference.
    ///
    /// - Parameters:
    ///   - old: what the old rules are called.
    ///   - new: what the new rules are called.
    public func render(_ comparison: PlanComparison, from old: String, to new: String) -> String {
        var lines = ["\(style.bold(old.printable)) (-)  →  \(style.bold(new.printable)) (+)", ""]
        lines += section(
            comparison.operations.old.flatMap { text(of: $0, isNew: false) }
                + comparison.operations.new.flatMap { text(of: $0, isNew: true) })
        lines += section(comparison.changes.flatMap { text(of: $0.old, isNew: false) + text(of: $0.new, isNew: true) })
        lines += texts("later ", comparison.pending) { PlanText().text(of: $0) }
        lines += texts("rail  ", comparison.violations) { $0.text.printable }
        lines += texts("note  ", comparison.findings) { $0.text.printable }
        lines.append(style.bold(summary(comparison)))
        return lines.joined(separator: "\n") + "\n"
    }

    private func text(of planned: PlannedOperation, isNew: Bool) -> [String] {
        let word = planned.operation.kind.rawValue.padded(10)
        let lines = PlanText(style: style).text(
            of: planned.operation, width: 0, mark: isNew ? style.green("+  \(word)") : style.red("-  \(word)"))
        return lines + planned.heldBy.map { "                   held: \($0.text.printable)" }
    }

    private func texts<Element>(
        _ word: String, _ difference: PlanComparison.Difference<Element>, _ text: (Element) -> String
    ) -> [String] {
        section(
            difference.old.map { "  \(style.red("-  \(word)"))  \(text($0))" }
                + difference.new.map { "  \(style.green("+  \(word)"))  \(text($0))" })
    }

    private func section(_ lines: [String]) -> [String] { lines.isEmpty ? [] : lines + [""] }

    private func summary(_ comparison: PlanComparison) -> String {
        let equal = "\(comparison.equal.of("operation")) alike"
        if comparison.isEmpty { return "No difference: \(equal)." }
        var parts = [equal]
        if !comparison.operations.old.isEmpty { parts.append("\(comparison.operations.old.count.grouped) only before") }
        if !comparison.operations.new.isEmpty { parts.append("\(comparison.operations.new.count.grouped) only now") }
        if !comparison.changes.isEmpty { parts.append("\(comparison.changes.count.grouped) otherwise") }
        return parts.joined(separator: ", ") + "."
    }
}
