/// Finds the slots of names as they come over the wire.
///
/// It stands beside the table while a read goes on, so that the tables that the objects keep stay small.
struct AttributeLookup {
    /// For each slot the length of its name and its first seven letters, which tell most names apart in one comparison.
    private var keys: [UInt64] = []
    /// The names in lower case, one after the other.
    private var letters: [UInt8] = []
    /// For each slot where its name ends in `letters`.
    private var ends: [Int] = []

    private static let keyLetters = 7

    /// Takes the names that a table has gained.
    mutating func learn(_ table: AttributeTable) {
        for name in table.names.dropFirst(keys.count) {
            name.folded.withBytes { keys.append(Self.key(of: $0)) }
            letters.append(contentsOf: name.folded.utf8)
            ends.append(letters.count)
        }
    }

    /// The slot of a name, looked for from the last hit on.
    ///
    /// The next value is of the same attribute or, since servers answer the attributes of all entries in nearly the same
    /// order, of the next one; so the first or second comparison mostly succeeds.
    func slot(of name: Span<UInt8>, from last: AttributeSlot?) -> AttributeSlot? {
        let key = Self.key(of: name)
        let start = min(last.map { Int($0.rawValue) } ?? 0, keys.count)
        return firstSlot(of: name, key, in: start..<keys.count) ?? firstSlot(of: name, key, in: 0..<start)
    }

    @inline(__always)
    private func firstSlot(of name: Span<UInt8>, _ key: UInt64, in range: Range<Int>) -> AttributeSlot? {
        for index in range where keys[index] == key && hasRest(of: name, at: index) {
            return AttributeSlot(rawValue: UInt16(truncatingIfNeeded: index))
        }
        return nil
    }

    @inline(__always)
    private static func key(of name: Span<UInt8>) -> UInt64 {
        var key = UInt64(truncatingIfNeeded: name.count)
        for index in 0..<min(name.count, keyLetters) { key = key << 8 | UInt64(name[index].asciiLowercased) }
        return key
    }

    /// Whether the name at a slot is as long as this one and has the same letters after those in the key.
    @inline(__always)
    private func hasRest(of name: Span<UInt8>, at slot: Int) -> Bool {
        let start = slot == 0 ? 0 : ends[slot - 1]
        guard ends[slot] - start == name.count else { return false }
        var index = Self.keyLetters
        while index < name.count {
            if letters[start + index] != name[index].asciiLowercased { return false }
            index += 1
        }
        return true
    }
}
