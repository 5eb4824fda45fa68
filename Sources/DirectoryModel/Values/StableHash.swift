/// A 64-bit hash that is the same in every process and on every machine, unlike `Hasher`.
///
/// It spreads well enough to join millions of keys by it, and two keys of the same hash are rare but possible, so a hit is
/// confirmed by comparing the keys. It is not cryptographic: who wants a collision can make one.
public enum StableHash {
    private static let lengthFactor: UInt64 = 0xD6E8_FEB8_6659_FD93
    private static let wordFactor: UInt64 = 0x9FB2_1C65_1E98_DF25
    private static let firstFinal: UInt64 = 0xBF58_476D_1CE4_E5B9
    private static let secondFinal: UInt64 = 0x94D0_49BB_1331_11EB

    /// The hash of bytes; no bytes have one too.
    public static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        let count = bytes.count
        var state = wordFactor ^ (UInt64(truncatingIfNeeded: count) &* lengthFactor)
        guard count >= 8 else {
            // Fewer than eight bytes fit one word; their number is in the start value.
            var word: UInt64 = 0
            for index in bytes.indices { word = word << 8 | UInt64(bytes[index]) }
            return finish(absorb(word, into: state))
        }
        var index = 0
        while index &+ 8 <= count {
            state = absorb(bytes.word(at: index), into: state)
            index &+= 8
        }
        // The rest is read as the last eight bytes: it overlaps what was read, which loses nothing and needs no loop.
        if index < count { state = absorb(bytes.word(at: count &- 8), into: state) }
        return finish(state)
    }

    /// The hash of the UTF-8 bytes of a text.
    ///
    /// Texts that differ only in Unicode composition have different hashes.
    public static func hash(utf8 text: String) -> UInt64 {
        text.withBytes { bytes in hash(bytes) }
    }

    /// The hash of two words, such as the halves of a UUID.
    public static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
        finish(absorb(second, into: absorb(first, into: wordFactor)))
    }

    /// One step.
    ///
    /// For any word it is a bijection of the state, so that no word makes what came before it count for nothing.
    @inline(__always)
    private static func absorb(_ word: UInt64, into state: UInt64) -> UInt64 {
        let product = (state ^ word) &* wordFactor
        return product ^ (product >> 32)
    }

    /// Spreads every bit of the state over all bits of the result.
    @inline(__always)
    private static func finish(_ state: UInt64) -> UInt64 {
        var mixed = (state ^ (state >> 30)) &* firstFinal
        mixed = (mixed ^ (mixed >> 27)) &* secondFinal
        return mixed ^ (mixed >> 31)
    }
}
