/// The attribute values of one directory object, as the bytes that were read.
///
/// All values lie in one buffer, in the order they arrived, and become text only when somebody asks: an object whose
/// values nobody reads costs one allocation. A directory keeps the values of an attribute as a set (RFC 4511 §4.1.7),
/// so equality ignores their order.
public struct AttributeValues: Sendable {
    /// The names that values are filed under.
    public let table: AttributeTable

    /// Records of slot (2 octets), length (4 octets) and the value, all little-endian.
    private var storage: [UInt8]

    /// Makes an empty set of values filed under `table`.
    public init(table: AttributeTable = AttributeTable()) {
        self.table = table
        storage = []
    }

    /// Makes values from text, mainly for tests and small tools.
    public init(_ values: KeyValuePairs<AttributeName, [String]>) {
        self.init(values.map { ($0.key, $0.value) })
    }

    /// Makes values from text, mainly for tests and small tools; a name that appears twice collects both lists.
    public init(_ values: some Sequence<(AttributeName, [String])>) {
        var table = AttributeTable()
        var records: [(AttributeSlot, [String])] = []
        for (name, texts) in values {
            guard let slot = table.insert(name) else { continue }
            records.append((slot, texts))
        }
        self.init(table: table)
        for (slot, texts) in records {
            for text in texts { append(Array(text.utf8).span, to: slot) }
        }
    }

    init(table: AttributeTable, storage: [UInt8]) {
        self.table = table
        self.storage = storage
    }

    /// Whether there is no value at all.
    public var isEmpty: Bool { storage.isEmpty }

    /// The values of an attribute that are UTF-8 text, in the order read; empty where there are none.
    public subscript(name: AttributeName) -> [String] {
        guard let slot = table.slot(of: name) else { return [] }
        return strings(at: slot)
    }

    /// The values at a slot that are UTF-8 text, in the order read.
    public func strings(at slot: AttributeSlot) -> [String] {
        var result: [String] = []
        forEachValue(at: slot) { value in
            if let text = String(validatingUTF8: value) { result.append(text) }
            return true
        }
        return result
    }

    /// The first value of an attribute as text; nil where there is none or it is no UTF-8.
    public func first(_ name: AttributeName) -> String? {
        table.slot(of: name).flatMap { first(at: $0) }
    }

    /// The first value at a slot as text; nil where there is none or it is no UTF-8.
    public func first(at slot: AttributeSlot) -> String? {
        var result: String?
        forEachValue(at: slot) { value in
            result = String(validatingUTF8: value)
            return false
        }
        return result
    }

    /// The values of an attribute as bytes, in the order read.
    public func bytes(_ name: AttributeName) -> [[UInt8]] {
        guard let slot = table.slot(of: name) else { return [] }
        var result: [[UInt8]] = []
        forEachValue(at: slot) { value in
            result.append(value.copied())
            return true
        }
        return result
    }

    /// Shows the values at one slot, in the order read, until `body` answers false.
    public func forEachValue(at slot: AttributeSlot, _ body: (Span<UInt8>) -> Bool) {
        forEachValue { $0 == slot ? body($1) : true }
    }

    /// Shows every value with its slot, in the order read, until `body` answers false.
    public func forEachValue(_ body: (AttributeSlot, Span<UInt8>) -> Bool) {
        let bytes = storage.span
        var position = 0
        while position + Self.headerSize <= bytes.count {
            let header = unsafe bytes.bytes
            let slot = unsafe header.unsafeLoadUnaligned(fromByteOffset: position, as: UInt16.self).littleEndian
            let size = unsafe header.unsafeLoadUnaligned(fromByteOffset: position + 2, as: UInt32.self).littleEndian
            let length = Int(size)
            position += Self.headerSize
            guard body(AttributeSlot(rawValue: slot), bytes.extracting(position..<(position + length))) else { return }
            position += length
        }
    }

    private static let headerSize = 6

    mutating func append(_ value: Span<UInt8>, to slot: AttributeSlot) {
        Self.append(value, to: slot, in: &storage)
    }

    static func append(_ value: Span<UInt8>, to slot: AttributeSlot, in storage: inout [UInt8]) {
        let header = (UInt64(UInt32(clamping: value.count)) << 16 | UInt64(slot.rawValue)).littleEndian
        unsafe withUnsafeBytes(of: header) { octets in
            unsafe storage.append(contentsOf: UnsafeRawBufferPointer(rebasing: octets.prefix(headerSize)))
        }
        unsafe value.withUnsafeBufferPointer { unsafe storage.append(contentsOf: $0) }
    }
}

extension AttributeValues: Hashable {
    /// Whether both have the same values under the same names, in whatever order.
    public static func == (a: Self, b: Self) -> Bool {
        if a.storage == b.storage && a.table == b.table { return true }
        return a.storage.count == b.storage.count && a.sorted() == b.sorted()
    }

    /// Hashes what does not depend on order.
    public func hash(into hasher: inout Hasher) { hasher.combine(storage.count) }

    /// Every name (lower case) with its values in byte order: the form two equal sets share.
    private func sorted() -> [String: [[UInt8]]] {
        var result: [String: [[UInt8]]] = [:]
        forEachValue { slot, value in
            if let name = table.name(at: slot) { result[name.folded, default: []].append(value.copied()) }
            return true
        }
        return result.mapValues { $0.sorted { $0.lexicographicallyPrecedes($1) } }
    }
}

extension String {
    /// The text that the bytes spell, or nil where they are no UTF-8.
    package init?(validatingUTF8 bytes: Span<UInt8>) {
        guard let text = try? UTF8Span(validating: bytes) else { return nil }
        self.init(copying: text)
    }
}

extension Span<UInt8> {
    /// An array of the same bytes.
    package func copied() -> [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
