internal import DirectoryModel
internal import ReconcileEngine

/// Single operations as text.
extension PlanText {
    /// An operation with what it changes, one line each.
    ///
    /// - Parameters:
    ///   - width: how wide addresses are at least.
    ///   - mark: the sign that the line begins with, and its colour; nil for the one of the operation's kind.
    func text(of operation: Operation, width: Int, mark: String? = nil) -> [String] {
        let address = operation.address.text.printable
        let mark = mark ?? "\(self.mark(of: operation.kind))"
        let reasons = operation.tellingReasons.map(\.printable).joined(separator: "; ")
        let contents = operation.contents.map(\.printable).joined(separator: ", ")
        let account =
            operation.kind == .rename
            ? "\(address) → \(operation.resultingAddress.text.printable)" : address.padded(width)
        var line = "  \(mark)  \(account)  \([contents, reasons].filter { !$0.isEmpty }.joined(separator: "; "))"
        while line.last == " " { line.removeLast() }
        return [line] + fields(operation.readings)
    }

    private func mark(of kind: Operation.Kind) -> String {
        let word = "\(kind.sign)  \(kind.rawValue.padded(10))"
        return switch kind {
        case .delete, .suspend: style.red(word)
        case .rename, .adopt: style.cyan(word)
        case .update: style.yellow(word)
        case .reactivate, .create: style.green(word)
        }
    }

    /// Changes of fields, one line each.
    private func fields(_ readings: [Operation.Reading]) -> [String] {
        let width = readings.map(\.field.printable.count).max() ?? 0
        return readings.map { reading in
            let reason = reading.reason.map { "   \($0.printable)" } ?? ""
            let (old, new) = (reading.old.map(\.printable), reading.new.map(\.printable))
            let values =
                reading.isList
                ? (old.map { style.red("- \($0)") } + new.map { style.green("+ \($0)") }).joined(separator: "  ")
                : "\(old.joined()) → \(new.joined())"
            return "                   \(reading.field.printable.padded(width))  \(values)\(style.faint(reason))"
        }
    }

    /// A deletion to come, with its day.
    func text(of deletion: PendingDeletion, width: Int = 0) -> String {
        "delete on \(deletion.day)  \(deletion.address.text.printable.padded(width))  "
            + deletion.reason.description.printable
    }
}

extension Operation.Kind {
    /// One character that stands for it, with colour and without.
    var sign: String {
        switch self {
        case .delete: "-"
        case .suspend: "!"
        case .rename: ">"
        case .update: "~"
        case .reactivate: "^"
        case .adopt: "="
        case .create: "+"
        }
    }
}
