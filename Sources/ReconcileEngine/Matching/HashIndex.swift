/// An open-addressing hash table from a key to a position, where the keys themselves lie elsewhere.
///
/// An entry is eight bytes: half the key's hash and the position. A look-up therefore touches the keys only where the
/// hashes agree, which is what makes joining a million accounts quick.
struct HashIndex {
    private var entries: [UInt64]
    private let mask: Int

    /// Makes a table for up to `capacity` positions.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        entries = [UInt64](repeating: 0, count: size)
        mask = size - 1
    }

    /// Files a position under a hash, unless one with the same key is there.
    ///
    /// - Parameter isSame: whether the key at a position is the one to be filed.
    /// - Returns: the position that is there already, or nil where the new one was filed.
    mutating func insert(_ position: Int, hash: UInt64, isSame: (Int) -> Bool) -> Int? {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while entries[slot] != 0 {
            if let found = Self.position(entries[slot], hash), isSame(found) { return found }
            slot = (slot + 1) & mask
        }
        // Zero means empty, so positions count from 1.
        entries[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: position + 1)
        return nil
    }

    /// The position whose key is the one looked for, or nil.
    func find(hash: UInt64, isSame: (Int) -> Bool) -> Int? {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while entries[slot] != 0 {
            if let found = Self.position(entries[slot], hash), isSame(found) { return found }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private static func position(_ entry: UInt64, _ hash: UInt64) -> Int? {
        guard entry >> 32 == hash >> 32 else { return nil }
        return Int(entry & 0xFFFF_FFFF) - 1
    }
}
