import DirectoryModel
import Foundation
import TestSupport
import Testing

@Suite struct MailDomainTests {
    /// A spelling, the normal form, and what people read.
    @Test(arguments: [
        ("Corp.Example", "corp.example", "corp.example"),
        ("localhost", "localhost", "localhost"),
        ("3com.example", "3com.example", "3com.example"),
        ("a--b.example", "a--b.example", "a--b.example"),
        ("bücher.example", "xn--bcher-kva.example", "bücher.example"),
        ("BÜCHER.Example", "xn--bcher-kva.example", "bücher.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example"),
        ("faß.de", "xn--fa-hia.de", "faß.de"),
        ("βόλος.com", "xn--nxasmm1c.com", "βόλος.com"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト"),
        ("vie\u{302}\u{323}t.vn", "xn--vit-5kz.vn", "việt.vn"),
        ("か\u{3099}.jp", "xn--v8j.jp", "が.jp"),
        ("l·l.cat", "xn--ll-0ea.cat", "l·l.cat"),
        ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv", "مثال.إختبار"),
        ("\u{212A}elvin.example", "kelvin.example", "kelvin.example"),
        // An A-label that is none, or that would show as something it is not, stays as it is.
        ("xn--a.example", "xn--a.example", "xn--a.example"),
        ("xn--BCHER-Kva9.example", "xn--bcher-kva9.example", "xn--bcher-kva9.example"),
        ("xn--0.example", "xn--0.example", "xn--0.example"),
        ("[192.0.2.1]", "[192.0.2.1]", "[192.0.2.1]"),
        ("[IPv6:::]", "[ipv6:::]", "[ipv6:::]"),
        ("[IPv6:::1]", "[ipv6:::1]", "[ipv6:::1]"),
        ("[IPv6:1::]", "[ipv6:1::]", "[ipv6:1::]"),
        ("[IPv6:1:2:3:4:5:6:7:8]", "[ipv6:1:2:3:4:5:6:7:8]", "[ipv6:1:2:3:4:5:6:7:8]"),
        ("[IPv6:::ffff:192.0.2.1]", "[ipv6:::ffff:192.0.2.1]", "[ipv6:::ffff:192.0.2.1]"),
    ])
    func hasOneNormalForm(text: String, normal: String, unicode: String) throws {
        let domain = try MailDomain(text)
        #expect(domain.text == normal)
        #expect(domain.unicodeText == unicode)
        #expect(try MailDomain(unicode) == domain)
        #expect(domain.isAddressLiteral == text.hasPrefix("["))
    }

    @Test(arguments: [
        "", ".", "corp.example.", ".corp", "a..b", "-a", "a-", "a b", "a_b", "a@b", "☃", "a\u{200B}", "ａ", "x.\u{301}",
        "x\u{302}", "e\u{327}\u{301}",
        "xn--ü", "½", "①", "Ⅷ", "\u{1100}\u{1161}", "a\u{640}", "[]", "[1.2.3.4", "1.2.3.4]", "[1.2.3.4.5]", "[01.2.3]",
        "[IPv6:]", "[IPv6::]", "[IPv6::1]", "[IPv6:1:2:3:4:5:6:7:8:9]", "[IPv6:1:2:3]", "[IPv6:1::2::3]",
        "[IPv6:::12345]",
        "[IPv6::::]", "[IPv6:1:2:3:4:5:6:7::8]", "[IPv6:192.0.2.1]", "[IPv6:::192.0.2]", "[IPv6:g::]",
        String(repeating: "a", count: 64), String(repeating: "ü", count: 60) + "a.b",
        [63, 63, 63, 62].map { String(repeating: "a", count: $0) }.joined(separator: "."),
        String(repeating: "ü", count: 5_000), String(repeating: "e\u{301}", count: 5_000),
    ])
    func refuses(text: String) {
        #expect(throws: MailAddressError.self) { try MailDomain(text) }
    }

    @Test func acceptsTheLongest() throws {
        let labels = [63, 63, 63, 61].map { String(repeating: "a", count: $0) }
        #expect(try MailDomain(labels.joined(separator: ".")).text.utf8.count == 253)
    }

    @Test(arguments: [
        ("mail.corp.example", "corp.example", true), ("corp.example", "corp.example", false),
        ("mycorp.example", "corp.example", false), ("corp.example", "mail.corp.example", false),
        ("a.b.CORP.example", "corp.example", true), ("x.bücher.example", "xn--bcher-kva.example", true),
        ("[192.0.2.1]", "1]", false), ("example", "corp.example", false),
    ])
    func knowsSubdomains(domain: String, other: String, expected: Bool) throws {
        guard let other = try? MailDomain(other) else {
            #expect(!expected)
            return
        }
        #expect(try MailDomain(domain).isSubdomain(of: other) == expected)
    }

    /// Labels of letters of many scripts turn into ASCII and back.
    @Test(arguments: SeededGenerator.seeds)
    func roundTrips(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let label = "a" + random.text(from: "az09äöüßéñçřřłбджя中文字かなหมाहिन्दी", upTo: 9)
            guard let domain = try? MailDomain(label + ".example") else { continue }
            #expect(domain.text.utf8.allSatisfy { $0 < 0x80 })
            #expect(try MailDomain(domain.unicodeText).text == domain.text)
            #expect(domain.unicodeText == label + ".example", "\(domain)")
        }
    }
}
