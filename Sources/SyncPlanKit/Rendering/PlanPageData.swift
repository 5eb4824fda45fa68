internal import DirectoryModel
internal import ReconcileEngine

/// An outline as the JSON that its page is made of: rows as short arrays, with words that come often named by their number.
struct PlanPageData {
    /// The JSON, in which no `<` ends the script element that it stands in.
    var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(writer.bytes.count)
        for byte in writer.bytes {
            // It can only be within a string.
            if byte == UInt8(ascii: "<") { result += "\\u003c".utf8 } else { result.append(byte) }
        }
        return result
    }

    private var writer = JSONWriter()

    /// Kinds of rows: those of operations, then two more.
    private static let kinds = PlanOutline.kinds.map(\.rawValue) + ["later", "note"]
    private static let signs = PlanOutline.kinds.map(\.sign) + ["…", "i"]
    private static let numberOfKind = Dictionary(
        uniqueKeysWithValues: PlanOutline.kinds.enumerated().map { ($1, $0) })

    init(_ outline: PlanOutline, approvals: [String?]) {
        let (rows, places) = Self.rows(of: outline)
        var words = Words()
        writer.object { writer in
            writer.key("kinds")
            writer.array(Self.kinds) { $0.string($1) }
            writer.key("signs")
            writer.array(Self.signs) { $0.string($1) }
            writer.key("rows")
            writer.array(rows) { Self.write($1, &$0, &words) }
            writer.key("words")
            writer.array(words.list) { $0.string($1.printable) }
            writer.pair("usual", Reason(.differs).description)
            writer.key("violations")
            writer.array(outline.plan.violations) { writer, violation in
                writer.object {
                    $0.pair("rail", violation.rail.printable)
                    $0.pair("text", violation.text.printable)
                }
            }
            writer.key("sections")
            writer.array(zip(outline.sections, places)) { writer, item in
                Self.write(item.0, item.1, outline, approvals, &writer)
            }
        }
    }

    /// Words by number, in the order in which they were met.
    private struct Words {
        private(set) var list: [String] = []
        private var numbers: [String: Int] = [:]

        mutating func number(of word: String) -> Int {
            if let number = numbers[word] { return number }
            numbers[word] = list.count
            list.append(word)
            return list.count - 1
        }
    }

    /// All entries, each once, and where those of each section are.
    private static func rows(of outline: PlanOutline) -> (rows: [PlanOutline.Entry], places: [[Int]]) {
        var rows: [PlanOutline.Entry] = []
        var held: [Operation: Int] = [:]
        var places: [[Int]] = []
        for section in outline.sections {
            places.append(
                section.entries.map { entry in
                    if case .operation(let operation, let heldBy) = entry, !heldBy.isEmpty {
                        if let place = held[operation] { return place }
                        held[operation] = rows.count
                    }
                    rows.append(entry)
                    return rows.count - 1
                })
        }
        return (rows, places)
    }

    private static func write(_ entry: PlanOutline.Entry, _ writer: inout JSONWriter, _ words: inout Words) {
        writer.array([0]) { writer, _ in
            switch entry {
            case .operation(let operation, let heldBy): write(operation, heldBy, &writer, &words)
            case .deletion(let deletion):
                write(
                    kinds.count - 2, deletion.address.text, contents: "deleted on \(deletion.day)",
                    [deletion.reason.description], &writer, &words)
                for value in ["0", "0", "1"] { writer.number(value) }
                writer.string(deletion.id.rawValue.printable)
            case .finding(let finding):
                write(
                    kinds.count - 1, finding.subject, contents: finding.text, [finding.code.rawValue], &writer, &words)
            }
        }
    }

    /// The first five cells of a row: what follows may be missing.
    private static func write(
        _ kind: Int, _ address: String, to result: String? = nil, contents: String, _ reasons: [String],
        _ writer: inout JSONWriter, _ words: inout Words
    ) {
        writer.number("\(kind)")
        writer.string(address.printable)
        if let result { writer.string(result.printable) } else { writer.number("0") }
        if contents.isEmpty { writer.number("0") } else { writer.string(contents.printable) }
        writer.array(reasons) { $0.number("\(words.number(of: $1))") }
    }

    private static func write(
        _ operation: Operation, _ heldBy: [Int], _ writer: inout JSONWriter, _ words: inout Words
    ) {
        let result = operation.resultingAddress
        write(
            numberOfKind[operation.kind] ?? 0, operation.address.text,
            to: result == operation.address ? nil : result.text,
            contents: operation.contents.joined(separator: ", "), operation.reasons.map(\.description), &writer, &words)
        let readings = operation.readings
        if readings.isEmpty && heldBy.isEmpty && !operation.isDestructive && operation.id == nil && operation.stage == 0
        {
            return
        }
        writer.array(readings) { writer, reading in
            writer.array([0]) { writer, _ in
                writer.number("\(words.number(of: reading.field))")
                writer.number(reading.isList ? "1" : "0")
                writer.array(reading.old) { $0.string($1.printable) }
                writer.array(reading.new) { $0.string($1.printable) }
                writer.number("\(reading.reason.map { words.number(of: $0) } ?? -1)")
            }
        }
        if heldBy.isEmpty { writer.number("0") } else { writer.array(heldBy) { $0.number("\($1)") } }
        writer.number(operation.isDestructive ? "1" : "0")
        if let id = operation.id { writer.string(id.rawValue.printable) } else { writer.number("0") }
        writer.number("\(operation.stage)")
    }

    private static func write(
        _ section: PlanOutline.Section, _ places: [Int], _ outline: PlanOutline, _ approvals: [String?],
        _ writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.pair("title", outline.title(of: section).printable)
            switch section.subject {
            case .losses: writer.pair("subject", "losses")
            case .held(let index):
                writer.pair("subject", "held")
                writer.pair("text", outline.plan.violations[index].text.printable)
                if let command = outline.approval(of: section, approvals) {
                    writer.pair("command", command.printable)
                }
            case .kind: writer.pair("subject", "kind")
            case .later: writer.pair("subject", "later")
            case .notes(let code):
                writer.pair("subject", "notes")
                if let advice = code.advice { writer.pair("advice", advice) }
            }
            // Places follow each other unless a row is in several sections.
            if let first = places.first, places.elementsEqual(first..<first + places.count) {
                writer.key("first")
                writer.number("\(first)")
                writer.key("count")
                writer.number("\(places.count)")
            } else {
                writer.key("rows")
                writer.array(places) { $0.number("\($1)") }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func pair(_ key: String, _ value: String) {
        self.key(key)
        string(value)
    }
}
