extension DirectorySnapshot {
    /// Writes what the directory says, in one form: the same bytes for the same objects and values, in whatever order they
    /// were read.
    ///
    /// Objects come in the order of their identities, an object's values in the order of their bytes, and what was not
    /// read at the end. Each part has its length before it, so that no two snapshots have the same bytes.
    ///
    /// - Parameter write: takes the next bytes.
    package func writeCanonical(to write: (Span<UInt8>) -> Void) {
        var form = CanonicalForm()
        func add(_ objects: [some DirectoryObject], _ kind: ObjectKind) {
            for object in objects.sorted(by: { $0.id < $1.id }) {
                form.add(object, kind)
                if form.bytes.count < 1 << 16 { continue }
                write(form.bytes.span)
                form.bytes.removeAll(keepingCapacity: true)
            }
        }
        add(users, .user)
        add(groups, .group)
        add(contacts, .contact)
        for id in partialGroups.sorted() { form.add(id.text) }
        for reason in completeness.reasons { form.add(reason.description) }
        write(form.bytes.span)
    }
}

/// The bytes of objects, and room to put values in order.
private struct CanonicalForm {
    var bytes: [UInt8] = []
    private var scratch: [UInt8] = []
    private var ranges: [Range<Int>] = []

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { unsafe Self.append($0, to: &bytes) }
    }

    mutating func add(_ object: some DirectoryObject, _ kind: ObjectKind) {
        add(kind.rawValue)
        add(object.id.text)
        add(object.dn.text)
        scratch.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        let table = object.attributes.table
        object.attributes.forEachValue { slot, value in
            let start = scratch.count
            scratch.append(contentsOf: (table.name(at: slot)?.folded ?? "").utf8)
            scratch.append(0)
            unsafe value.withUnsafeBufferPointer { unsafe scratch.append(contentsOf: $0) }
            ranges.append(start..<scratch.count)
            return true
        }
        unsafe scratch.withUnsafeBufferPointer { values in
            ranges.sort { unsafe values[$0].lexicographicallyPrecedes(values[$1]) }
            Self.append(length: ranges.count, to: &bytes)
            for range in ranges { unsafe Self.append(UnsafeBufferPointer(rebasing: values[range]), to: &bytes) }
        }
    }

    private static func append(_ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        append(length: value.count, to: &bytes)
        unsafe bytes.append(contentsOf: value)
    }

    private static func append(length count: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
    }
}
