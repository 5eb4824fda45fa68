import DirectoryModel
import TestSupport
import Testing

@Suite struct StableHashTests {
    /// Values that must never change: they may be stored.
    @Test(
        arguments: [
            ("", 12_247_492_342_891_114_318), ("a", 7_448_398_990_447_463_910),
            ("12345678", 13_341_378_852_331_911_502),
            ("123456789", 14_160_494_801_008_787_157), ("ana@corp.example", 15_392_942_108_519_919_716),
        ] as [(String, UInt64)])
    func isTheSameForEver(text: String, expected: UInt64) {
        #expect(StableHash.hash(utf8: text) == expected)
    }

    @Test func hashesBytesAndTextAlike() {
        for text in ["", "a", "é", "ana@corp.example", String(repeating: "x", count: 1_000)] {
            let bytes = Array(text.utf8)
            #expect(StableHash.hash(bytes.span) == StableHash.hash(utf8: text))
        }
        #expect(StableHash.hash(utf8: "é") != StableHash.hash(utf8: "e\u{301}"))
    }

    /// No two of many similar keys have the same hash, nor many the same low or high bits.
    @Test func spreads() {
        var hashes = Set<UInt64>()
        var low = [Int](repeating: 0, count: 1_024)
        var high = low
        var count = 0
        for number in 0..<50_000 {
            for text in ["user\(number)@corp.example", "u\(number)"] {
                let hash = StableHash.hash(utf8: text)
                hashes.insert(hash)
                low[Int(hash & 1_023)] += 1
                high[Int(hash >> 54)] += 1
                count += 1
            }
        }
        for length in 0..<300 { hashes.insert(StableHash.hash(utf8: String(repeating: "\u{0}", count: length))) }
        #expect(hashes.count == count + 300)
        // About 98 keys fall on each of 1,024 places; twice as many would be a sign of clustering.
        #expect(low.allSatisfy { 40..<196 ~= $0 })
        #expect(high.allSatisfy { 40..<196 ~= $0 })
    }

    /// Each bit of the input changes about half of the bits of the hash.
    @Test(arguments: SeededGenerator.seeds)
    func everyBitCounts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for length in [1, 3, 7, 8, 9, 16, 31] {
            var changed = 0
            var trials = 0
            for _ in 0..<20 {
                var bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                let hash = StableHash.hash(bytes.span)
                for bit in 0..<length * 8 {
                    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                    let difference = (StableHash.hash(bytes.span) ^ hash).nonzeroBitCount
                    #expect(difference > 8, "length \(length), bit \(bit)")
                    changed += difference
                    trials += 1
                    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                }
            }
            #expect(30.0...34.0 ~= Double(changed) / Double(trials), "length \(length)")
        }
    }
}
