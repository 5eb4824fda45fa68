import DirectoryModel
import Foundation
import TestSupport
import Testing

@Suite struct MailAddressTests {
    private static let local64 = String(repeating: "l", count: 64)
    /// Four labels, 190 octets with their dots.
    private static let domain189 = [63, 63, 61].map { String(repeating: "d", count: $0) }.joined(separator: ".")

    /// A spelling, the normal form, and the local part without quotes.
    @Test(arguments: [
        ("ana@corp.example", "ana@corp.example", "ana"),
        ("Ana.B@Corp.Example", "ana.b@corp.example", "ana.b"),
        ("ana@localhost", "ana@localhost", "ana"),
        ("o'neil+tag=x/y@corp.example", "o'neil+tag=x/y@corp.example", "o'neil+tag=x/y"),
        ("!#$%&'*+-/=?^_`{|}~@corp.example", "!#$%&'*+-/=?^_`{|}~@corp.example", "!#$%&'*+-/=?^_`{|}~"),
        (#""loc@lpart"@somedomain.com"#, #""loc@lpart"@somedomain.com"#, "loc@lpart"),
        (#""Ana"@corp.example"#, "ana@corp.example", "ana"),
        (#""a\n\a"@corp.example"#, "ana@corp.example", "ana"),
        (#""ana maria"@corp.example"#, #""ana maria"@corp.example"#, "ana maria"),
        (#""a\"b\\c"@corp.example"#, #""a\"b\\c"@corp.example"#, #"a"b\c"#),
        (#""a..b"@corp.example"#, #""a..b"@corp.example"#, "a..b"),
        (#"".a"@corp.example"#, #"".a"@corp.example"#, ".a"),
        (#"""@corp.example"#, #"""@corp.example"#, ""),
        (#""\@\@"@corp.example"#, #""@@"@corp.example"#, "@@"),
        ("JOSÉ@corp.example", "josé@corp.example", "josé"),
        ("пользователь@пример.испытание", "пользователь@xn--e1afmkfd.xn--80akhbyknj4f", "пользователь"),
        ("ana@BÜCHER.example", "ana@xn--bcher-kva.example", "ana"),
        ("ana@bu\u{308}cher.example", "ana@xn--bcher-kva.example", "ana"),
        ("ana@XN--BCHER-KVA.example", "ana@xn--bcher-kva.example", "ana"),
        ("ana@[192.0.2.1]", "ana@[192.0.2.1]", "ana"),
        ("ana@[IPv6:2001:DB8::1]", "ana@[ipv6:2001:db8::1]", "ana"),
        ("1@2.3", "1@2.3", "1"),
        ("\u{212A}im@corp.example", "kim@corp.example", "kim"),
        (local64 + "@" + domain189, local64 + "@" + domain189, local64),
    ])
    func hasOneNormalForm(text: String, normal: String, local: String) throws {
        let address = try MailAddress(text)
        #expect(address.text == normal)
        #expect("\(address)" == normal)
        #expect(address.unquotedLocalPart == local)
        #expect(address.localPart + "@" + address.domain.text == normal)
        #expect(try MailAddress(normal) == address)
        #expect(try MailAddress(normal).text.utf8.elementsEqual(address.text.utf8))
        #expect(address.hash64 == StableHash.hash(utf8: normal))
    }

    @Test(arguments: [
        ("", MailAddressError.Code.empty, 0),
        ("ana", .missingAt, 3),
        ("ana@@corp.example", .severalAts, 4),
        ("ana@corp@example", .severalAts, 8),
        ("@corp.example", .emptyLocalPart, 0),
        ("ana@", .invalidDomain, 4),
        (".ana@corp.example", .misplacedDot, 0),
        ("ana.@corp.example", .misplacedDot, 3),
        ("a..na@corp.example", .misplacedDot, 1),
        ("ana maria@corp.example", .invalidCharacter, 3),
        (" ana@corp.example", .invalidCharacter, 0),
        ("ana@corp.example ", .invalidDomain, 16),
        ("Ana <ana@corp.example>", .invalidCharacter, 3),
        ("a(comment)@corp.example", .invalidCharacter, 1),
        (#"a"b"@corp.example"#, .invalidCharacter, 1),
        (#""ana@corp.example"#, .malformedQuotes, 0),
        (#""ana\"@corp.example"#, .malformedQuotes, 0),
        (#""ana"b@corp.example"#, .malformedQuotes, 5),
        (#""ana""#, .missingAt, 5),
        (#"""#, .malformedQuotes, 0),
        (#""\"#, .malformedQuotes, 0),
        ("ana\n@corp.example", .invalidCharacter, 3),
        ("\"ana\tb\"@corp.example", .invalidCharacter, 4),
        ("ana\u{200B}@corp.example", .invalidCharacter, 3),
        ("ana\u{A0}@corp.example", .invalidCharacter, 3),
        ("ana\u{202E}@corp.example", .invalidCharacter, 3),
        ("ana@corp\u{AD}.example", .invalidCharacter, 8),
        ("ana@corp..example", .invalidDomain, 9),
        ("ana@.corp.example", .invalidDomain, 4),
        ("ana@corp.example.", .invalidDomain, 16),
        ("ana@-corp.example", .invalidDomain, 4),
        ("ana@corp-.example", .invalidDomain, 4),
        ("ana@my_corp.example", .invalidDomain, 6),
        ("ana@corp.example/x", .invalidDomain, 16),
        ("ana@\u{301}a.example", .invalidInternationalLabel, 4),
        ("ana@☃.example", .invalidInternationalLabel, 4),
        ("ana@ｃorp.example", .invalidInternationalLabel, 4),
        ("ana@xn--ü.example", .invalidInternationalLabel, 4),
        ("ana@ü-.example", .invalidDomain, 4),
        ("ana@-ü.example", .invalidDomain, 4),
        ("ana@aü_.example", .invalidDomain, 7),
        ("ana@corp。example", .invalidInternationalLabel, 4),
        ("ana@[192.0.2]", .invalidLiteral, 4),
        ("ana@[192.0.2.256]", .invalidLiteral, 4),
        ("ana@[192.0.2.1", .invalidLiteral, 4),
        ("ana@[", .invalidLiteral, 4),
        ("ana@[IPv6:1::2::3]", .invalidLiteral, 4),
        ("ana@[tag:content]", .invalidLiteral, 4),
        (local64 + "l@corp.example", .tooLong, 64),
        (local64 + "@" + domain189 + "d", .tooLong, 254),
        ("a@" + String(repeating: "d", count: 64) + ".example", .invalidDomain, 2),
        ("a@" + String(repeating: "d.", count: 600) + "d", .tooLong, 254),
    ])
    func refuses(text: String, code: MailAddressError.Code, offset: Int) {
        let error = #expect(throws: MailAddressError.self) { try MailAddress(text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
        #expect(error?.text == text)
    }

    @Test(arguments: [
        ("ana@@corp.example", "ana@@corp.example: two @ outside quotes (at byte 4)"),
        ("ana\u{200B}@corp.example", #"ana\u{200B}@corp.example: the invisible character U+200B (at byte 3)"#),
        ("Ana B@corp.example", "Ana B@corp.example: a space outside quotes (at byte 3)"),
        ("a,b@corp.example", "a,b@corp.example: , outside quotes (at byte 1)"),
        ("@corp.example", "@corp.example: nothing before the @"),
        ("ana@my_corp.example", "ana@my_corp.example: _ in the domain (at byte 6)"),
        ("\u{1B}[31m@x", #"\u{1B}[31m@x: the invisible character U+001B"#),
    ])
    func explainsMistakes(text: String, description: String) {
        let error = #expect(throws: MailAddressError.self) { try MailAddress(text) }
        #expect(error?.description == description)
    }

    @Test func comparesBytes() throws {
        #expect(try MailAddress("é@corp.example") != MailAddress("e\u{301}@corp.example"))
        let sorted = try ["a@z", "a.b@a", "b@a", "z@a", "é@a"].map { try MailAddress($0) }
        #expect(sorted.reversed().sorted().map(\.text) == ["a.b@a", "a@z", "b@a", "z@a", "é@a"])
        #expect(try !(MailAddress("a@b") < MailAddress("A@B")))
    }

    @Test func codesAsText() throws {
        let addresses = try [MailAddress("Ana@corp.example"), MailAddress(#""a@b"@corp.example"#)]
        let data = try JSONEncoder().encode(addresses)
        #expect(try JSONDecoder().decode([MailAddress].self, from: data) == addresses)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([MailAddress].self, from: Data(#"["ana@@corp"]"#.utf8))
        }
        #expect("\(try #require(error))".contains("two @ outside quotes"))
    }

    /// Any content of quotes is one address, and reading its normal form changes nothing.
    @Test(arguments: SeededGenerator.seeds)
    func keepsAnyLocalPart(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let content = random.text(from: #"aB9.@"\ éẞİ()<>,;😀"#, upTo: 12)
            let escaped = content.unicodeScalars.map { scalar in
                scalar == "\"" || scalar == "\\" || Bool.random(using: &random) ? "\\\(scalar)" : "\(scalar)"
            }
            let address = try MailAddress("\"" + escaped.joined() + "\"@Corp.example")
            #expect(address.unquotedLocalPart == content.lowercased())
            #expect(address.domain.text == "corp.example")
            #expect(try MailAddress(address.text).text.utf8.elementsEqual(address.text.utf8))
        }
    }

    /// Mangled addresses are read or refused, and what is read is in normal form.
    @Test(arguments: SeededGenerator.seeds)
    func takesAnyText(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var read = 0
        for model in [
            "Ana.b+c@Corp.example", #""a@\"b"@bücher.Example"#, "a@[IPv6:1::2:192.0.2.1]", "é@xn--bcher-kva.a",
        ] {
            for _ in 0..<500 {
                let text = random.mutation(of: model, alphabet: "aZ0.-@\"\\[]: ü\u{308}ßİ☃\u{0}\u{200D}x")
                guard let address = try? MailAddress(text) else { continue }
                read += 1
                #expect(try MailAddress(address.text).text.utf8.elementsEqual(address.text.utf8), "\(text)")
                #expect(address.text.utf8.count <= 254)
                #expect(try MailDomain(address.domain.unicodeText) == address.domain, "\(text)")
            }
        }
        #expect(read > 300)
    }

    /// The lower case of every letter is its own lower case, so that the normal form is one.
    @Test func lowerCaseIsStable() throws {
        var checked = 0
        for value in UInt32(0x80)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenLowercased else { continue }
            let address = try MailAddress("\(scalar)@corp.example")
            #expect(try MailAddress(address.text).text.utf8.elementsEqual(address.text.utf8))
            checked += 1
        }
        #expect(checked > 1_000)
    }
}
