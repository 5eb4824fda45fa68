internal import DirectoryModel

/// One snapshot on its way into LDIF.
struct SnapshotRecording {
    /// What becomes of an attribute's values.
    private enum Column {
        case written(name: [UInt8])
        case secret
        case unwritable
    }

    private static let pieceSize = 64 << 10

    private let snapshot: DirectorySnapshot
    private let position: SnapshotNote?
    private let columns: [Column]
    private var encoder = LDIFEncoder()

    init(_ record: DirectoryRecord) {
        self.init(
            record.snapshot, includesSecrets: true,
            position: .position(updates: record.updates, record.position))
    }

    init(_ snapshot: DirectorySnapshot, includesSecrets: Bool, position: SnapshotNote? = nil) {
        self.snapshot = snapshot
        self.position = position
        columns = snapshot.attributes.names.map { name in
            if !includesSecrets, LDIFWriter.secretAttributes.contains(name.withoutOptions) { return .secret }
            return name.text.withBytes { LDIFSyntax.isWritable($0) ? .written(name: $0.copied()) : .unwritable }
        }
    }

    mutating func write(into sink: ([UInt8]) throws -> Void) throws {
        writeHeader()
        try write(snapshot.users, .user, into: sink)
        try write(snapshot.groups, .group, into: sink)
        try write(snapshot.contacts, .contact, into: sink)
        encoder.writeBlankLine()
        write(.end(entries: snapshot.users.count + snapshot.groups.count + snapshot.contacts.count))
        try sink(encoder.output)
    }

    private mutating func write(_ note: SnapshotNote) {
        encoder.write(SnapshotNote.label, note.text)
    }

    private mutating func writeHeader() {
        write(.snapshot)
        write(.source(snapshot.source))
        write(.schema(snapshot.schema.name))
        var contents = snapshot.contents
        let secrets = zip(snapshot.attributes.names, columns).compactMap { name, column in
            if case .secret = column { name.text } else { nil }
        }
        if !secrets.isEmpty { contents += ", without the values of \(secrets.joined(separator: ", "))" }
        write(.contents(contents))
        if let position { write(position) }
        for reason in snapshot.completeness.reasons {
            write(.incomplete(reason.code, reason.detail))
            if let remedy = reason.remedy { write(.remedy(remedy)) }
        }
        encoder.write("version", "1")
    }

    private mutating func write(
        _ objects: [some DirectoryObject], _ kind: ObjectKind, into sink: ([UInt8]) throws -> Void
    ) throws {
        for object in objects {
            encoder.writeBlankLine()
            if !tells(object, kind) { write(.object(kind, object.id)) }
            if kind == .group, snapshot.partialGroups.contains(object.id) { write(.partialMembers) }
            encoder.write("dn", object.dn.text)
            if let unwritable = writeValues(object.attributes) {
                throw FileError(
                    .unwritableName, .writing, path: snapshot.source,
                    problem: "\(object.dn) has an attribute named \"\(unwritable.printable)\", which LDIF cannot hold.")
            }
            if encoder.output.count >= Self.pieceSize {
                try sink(encoder.output)
                encoder.output.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Writes values; answers the name of an attribute that cannot be written.
    private mutating func writeValues(_ values: AttributeValues) -> String? {
        var unwritable: String?
        values.forEachValue { slot, value in
            // A slot means the same in the tables of the objects and in that of the snapshot, of which theirs are beginnings.
            let index = Int(slot.rawValue)
            guard index < columns.count else { return true }
            switch columns[index] {
            case .written(let name): encoder.write(name.span, value)
            case .secret: break
            case .unwritable: unwritable = snapshot.attributes.names[index].text
            }
            return unwritable == nil
        }
        return unwritable
    }

    /// Whether the values of an object say what it is and which identity it has.
    private func tells(_ object: some DirectoryObject, _ kind: ObjectKind) -> Bool {
        let schema = snapshot.schema
        guard schema.kind(ofClasses: object.attributes["objectClass"]) == kind,
            let slot = snapshot.attributes.slot(of: schema.objectID.attribute)
        else { return false }
        var id: ObjectID?
        object.attributes.forEachValue(at: slot) { value in
            id = schema.objectID.decode(value)
            return id == nil
        }
        return id == object.id
    }
}

extension AttributeName {
    /// The attribute's type, without `;binary` and the like.
    fileprivate var withoutOptions: AttributeName {
        AttributeName(text.split(separator: ";", maxSplits: 1).first.map(String.init) ?? "")
    }
}
