import DirectoryModel
import TestSupport
import Testing

@Suite struct PunycodeTests {
    /// The samples of RFC 3492 section 7.1, without the mixed case that only the C reference code keeps.
    @Test(arguments: [
        ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
        ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"),
        ("Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"),
        ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
        ("यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd"),
        ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
        ("세계의모든사람들이한국어를이해한다면얼마나좋을까", "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c"),
        ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
        ("PorquénopuedensimplementehablarenEspañol", "PorqunopuedensimplementehablarenEspaol-fmd56a"),
        ("TạisaohọkhôngthểchỉnóitiếngViệt", "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g"),
        ("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"),
        ("安室奈美恵-with-SUPER-MONKEYS", "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n"),
        ("Hello-Another-Way-それぞれの場所", "Hello-Another-Way--fc4qua05auwb3674vfr0b"),
        ("ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"),
        ("MajiでKoiする5秒前", "MajiKoi5-783gue6qz075azm5e"),
        ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
        ("そのスピードで", "d9juau41awczczp"),
        ("-> $1.00 <-", "-> $1.00 <--"),
    ])
    func matchesTheStandard(text: String, encoded: String) {
        let scalars = Array(text.unicodeScalars)
        #expect(Punycode.encode(scalars) == encoded)
        #expect(Punycode.decode(encoded) == scalars)
    }

    /// Malformed, out of Unicode's range, a surrogate, or so long that a naive decoder overflows.
    @Test(arguments: [
        "é", "a-_", "a-b!", "99999999", "99999999999999999999999999999999", "zzzzzzzzzzzzzzzzzzzz", "a-z", "-!",
        String(repeating: "a", count: 257), String(repeating: "9", count: 256), "0", "1b",
    ])
    func refuses(encoded: String) {
        #expect(Punycode.decode(encoded) == nil)
    }

    @Test func refusesLongText() {
        #expect(Punycode.encode([Unicode.Scalar](repeating: "é", count: 257)) == nil)
        #expect(Punycode.encode([Unicode.Scalar](repeating: "\u{10FFFF}", count: 256)) != nil)
    }

    @Test(arguments: SeededGenerator.seeds)
    func roundTrips(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let limit: UInt32 = Bool.random(using: &random) ? 0x250 : 0x10FFFF
            let scalars = (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...limit, using: &random))
            }
            let encoded = Punycode.encode(scalars)
            #expect(encoded.flatMap(Punycode.decode) == scalars)
        }
    }

    /// Any text is decoded or refused, and what is decoded has that text as one of its codes.
    @Test(arguments: SeededGenerator.seeds)
    func takesAnyText(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var decoded = 0
        for _ in 0..<5_000 {
            let text = random.text(from: "abcz0189-AZ", upTo: 24)
            guard let scalars = Punycode.decode(text) else { continue }
            decoded += 1
            #expect(Punycode.encode(scalars).flatMap(Punycode.decode) == scalars, "\(text)")
        }
        #expect(decoded > 50)
    }
}
