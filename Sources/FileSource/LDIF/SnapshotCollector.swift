internal import DirectoryModel

/// Files the records of an LDIF file in a snapshot, and heeds the notes of one that was recorded.
struct SnapshotCollector: LDIFConsumer {
    private var builder: SnapshotBuilder
    private let takesAll: Bool
    private var lastSlot: AttributeSlot?

    // The record being read.
    private var hasKind = false
    private var defect: String?

    // The notes of a recorded snapshot.
    private var isRecording = false
    private var recordedEntries: Int?
    private var object: (kind: ObjectKind, id: ObjectID)?
    private var isPartial = false
    private var reason: Incompleteness?
    /// Where the source's changes go on, where the file is a record.
    private(set) var position: (updates: Int, text: String)?

    init(source: String, schema: DirectorySchema, attributes: AttributeSelection) {
        switch attributes {
        case .all:
            takesAll = true
            builder = SnapshotBuilder(source: source, schema: schema, attributes: .all)
        case .only(let names):
            takesAll = false
            // Files have no search that says what an entry is, so its classes are needed too.
            builder = SnapshotBuilder(source: source, schema: schema, attributes: .only(names + ["objectClass"]))
        }
        builder.beginSearch(source)
    }

    var entryCount: Int { builder.entryCount }

    mutating func fail(_ code: Incompleteness.Code, _ detail: String, remedy: String?) {
        builder.fail(Incompleteness(code, detail, remedy: remedy))
    }

    /// The snapshot, once the file was read to its end.
    consuming func finish() -> DirectorySnapshot {
        endReason()
        if isRecording {
            let again = "Record it again."
            if let recordedEntries, recordedEntries != entryCount {
                fail(
                    .malformedFile,
                    "\(builder.source) was recorded with \(recordedEntries) entries and has \(entryCount).",
                    remedy: again)
            } else if recordedEntries == nil {
                fail(.malformedFile, "\(builder.source) was cut off: its last line is missing.", remedy: again)
            }
        }
        builder.endSearch(pages: 1)
        return builder.finish()
    }

    // MARK: Records

    mutating func beginEntry(dn: String, line: Int) {
        builder.beginEntry(dn: dn, kind: object?.kind, id: object?.id)
        if isPartial { builder.markPartial() }
        isPartial = false
        hasKind = object != nil
        object = nil
        defect = nil
        lastSlot = nil
    }

    mutating func append(_ value: Span<UInt8>, to name: Span<UInt8>) {
        if !hasKind { hasKind = name.equalsIgnoringCase("objectclass") }
        if let length = name.lengthBeforeRange { takePart(of: name.extracting(0..<length)) }
        guard let slot = builder.slot(forUTF8: name, after: lastSlot) else {
            if takesAll {
                defect = "it has an attribute beyond the \(AttributeTable.capacity) names that one read can hold"
            }
            return
        }
        lastSlot = slot
        builder.append(value, to: slot)
    }

    mutating func endEntry() {
        if let defect {
            builder.discardEntry(defect)
        } else if !hasKind {
            builder.discardEntry("it has no objectClass, which must be exported too")
        } else {
            builder.endEntry()
        }
    }

    /// Notes that the file has only a part of an attribute's values, where somebody wants the attribute.
    private mutating func takePart(of name: Span<UInt8>) {
        guard defect == nil, let slot = builder.slot(forUTF8: name, after: lastSlot) else { return }
        let text = builder.attributes.name(at: slot)?.text ?? ""
        defect = "the file has only a part of the values of \(text) (`;range=`)"
    }

    // MARK: Notes

    mutating func comment(_ text: Span<UInt8>, line: Int) throws(LDIFError) {
        guard let note = try SnapshotNote(comment: text, line: line) else { return }
        if case .remedy(let remedy) = note, let open = reason {
            reason = Incompleteness(open.code, open.detail, remedy: remedy)
            return
        }
        endReason()
        switch note {
        case .snapshot: isRecording = true
        case .schema(let name):
            guard name == builder.schema.name else {
                throw LDIFError(
                    .snapshot, line: line,
                    problem: "The snapshot was recorded with the preset `\(name)` and is read with "
                        + "`\(builder.schema.name)`. Choose the same preset.")
            }
        case .incomplete(let code, let detail): reason = Incompleteness(code, detail)
        case .object(let kind, let id): object = (kind, id)
        case .partialMembers: isPartial = true
        case .end(let entries): recordedEntries = entries
        case .position(let updates, let text): position = (updates, text)
        case .source, .contents, .remedy: break
        }
    }

    /// Hands over the reason whose remedy may have followed.
    private mutating func endReason() {
        if let reason { builder.fail(reason) }
        reason = nil
    }
}

extension Span<UInt8> {
    /// How long an attribute's name is without the option `;range=…`; nil where it has none.
    fileprivate var lengthBeforeRange: Int? {
        let option = 7
        for index in indices where self[index] == UInt8(ascii: ";") && count - index >= option {
            if extracting(index..<(index + option)).equalsIgnoringCase(";range=") { return index }
        }
        return nil
    }
}
