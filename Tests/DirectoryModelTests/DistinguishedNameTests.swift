import DirectoryModel
import Foundation
import TestSupport
import Testing

@Suite struct DistinguishedNameTests {
    /// A name, and its parts as `type=value` with the value unescaped.
    @Test(arguments: [
        ("", []),
        ("UID=jsmith,DC=example,DC=net", [["UID=jsmith"], ["DC=example"], ["DC=net"]]),
        ("OU=Sales+CN=J.  Smith,DC=example,DC=net", [["OU=Sales", "CN=J.  Smith"], ["DC=example"], ["DC=net"]]),
        (#"CN=James \"Jim\" Smith\, III,DC=net"#, [[#"CN=James "Jim" Smith, III"#], ["DC=net"]]),
        (#"CN=Before\0dAfter,DC=net"#, [["CN=Before\rAfter"], ["DC=net"]]),
        (#"CN=Lu\C4\8Di\C4\87"#, [["CN=Lučić"]]),
        ("CN=Lučić", [["CN=Lučić"]]),
        (#"CN=\F0\9F\98\80"#, [["CN=😀"]]),
        (#"CN=Smith\, John,OU=x"#, [["CN=Smith, John"], ["OU=x"]]),
        (#"CN=Smith\2c John"#, [["CN=Smith, John"]]),
        ("CN=foo#bar", [["CN=foo#bar"]]),
        (##"CN=\#foo"##, [["CN=#foo"]]),
        (#"CN=a\=b=c"#, [["CN=a=b=c"]]),
        (#"CN=\ a\ "#, [["CN= a "]]),
        (#"CN=\20a\20"#, [["CN= a "]]),
        (#"CN=a\\"#, [[#"CN=a\"#]]),
        (#"CN=a\\,DC=b"#, [[#"CN=a\"#], ["DC=b"]]),
        (#"CN=a\+b\;c\<d\>e"#, [["CN=a+b;c<d>e"]]),
        (#"CN=\00"#, [["CN=\u{0}"]]),
        ("CN=", [["CN="]]),
        ("CN=,OU=", [["CN="], ["OU="]]),
        ("CN=a, OU=b ,  DC = c ", [["CN=a"], ["OU=b"], ["DC=c"]]),
        ("  CN=a + UID=b", [["CN=a", "UID=b"]]),
        ("CN=a\nb", [["CN=a\nb"]]),
        (#"CN=Ann\0ADEL:0f3c,CN=Deleted Objects,DC=x"#, [["CN=Ann\nDEL:0f3c"], ["CN=Deleted Objects"], ["DC=x"]]),
        ("2.5.4.3=Ana", [["2.5.4.3=Ana"]]),
        ("x-my-Attr9=v", [["x-my-Attr9=v"]]),
    ])
    func parses(text: String, parts: [[String]]) throws {
        let name = try DistinguishedName(text)
        let found = name.rdns.map { $0.attributes.map { "\($0.type)=\($0.stringValue ?? "?")" } }
        #expect(found == parts)
        #expect(name.text == text)
        let rebuilt = DistinguishedName(rdns: name.rdns)
        #expect(rebuilt == name)
        #expect(try DistinguishedName(rebuilt.text) == name)
    }

    @Test func keepsEncodedValues() throws {
        let name = try DistinguishedName("1.3.6.1.4.1.1466.0=#04024869,DC=net")
        #expect(name.rdns[0].attributes[0].value == .encoded([0x04, 0x02, 0x48, 0x69]))
        #expect(name.rdns[0].attributes[0].stringValue == nil)
        #expect(try DistinguishedName("1.3.6.1.4.1.1466.0=#0402486A,DC=net") != name)
        #expect(try DistinguishedName("1.3.6.1.4.1.1466.0=#04024869 ,dc=NET") == name)
        #expect(DistinguishedName(rdns: name.rdns).text == name.text)
    }

    @Test(arguments: [
        ("CN=a,", DistinguishedNameError.Code.missingType, 5),
        ("CN=a,,DC=b", .missingType, 5),
        (",CN=a", .missingType, 0),
        ("CN=a+", .missingType, 5),
        (" ", .missingType, 1),
        ("=a", .missingType, 0),
        ("é=a", .missingType, 0),
        ("CN", .missingEquals, 2),
        ("Smith, John", .missingEquals, 5),
        ("CN=a,John", .missingEquals, 9),
        ("my attr=a", .missingEquals, 3),
        ("C_N=a", .missingEquals, 1),
        ("5=a", .malformedType, 0),
        ("2.5.=a", .malformedType, 4),
        ("2.05.4=a", .malformedType, 2),
        (#"CN="quoted""#, .unescapedCharacter, 3),
        ("CN=a;DC=b", .unescapedCharacter, 4),
        ("CN=a<b", .unescapedCharacter, 4),
        ("CN=a>b", .unescapedCharacter, 4),
        ("CN=a\u{0}b", .unescapedCharacter, 4),
        (#"CN=a\"#, .malformedEscape, 4),
        (#"CN=a\g"#, .malformedEscape, 4),
        (#"CN=a\4"#, .malformedEscape, 4),
        (#"CN=\C3"#, .invalidUTF8, 3),
        (#"CN=\C3x"#, .invalidUTF8, 3),
        (#"CN=\80"#, .invalidUTF8, 3),
        (#"CN=\FF"#, .invalidUTF8, 3),
        (#"CN=\C0\80"#, .invalidUTF8, 3),
        (#"CN=\ED\A0\80"#, .invalidUTF8, 3),
        (#"CN=\F4\90\80\80"#, .invalidUTF8, 3),
        ("CN=#", .malformedHexString, 3),
        ("CN=#0", .malformedHexString, 3),
        ("CN=#0g", .malformedHexString, 3),
        ("CN=#04 05", .malformedHexString, 3),
    ])
    func refuses(text: String, code: DistinguishedNameError.Code, offset: Int) {
        let error = #expect(throws: DistinguishedNameError.self) { try DistinguishedName(text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
        #expect(error?.text == text)
    }

    @Test func explainsMistakes() {
        let error = #expect(throws: DistinguishedNameError.self) { try DistinguishedName("CN=Smith, John,DC=corp") }
        let expected =
            #""CN=Smith, John,DC=corp" is no distinguished name: there is no = after the attribute type "#
            + #"(a comma in a value is written \,) (at byte 14)"#
        #expect(error?.description == expected)
    }

    /// A canonical key, and spellings of its name.
    @Test(arguments: [
        ("cn=ana,dc=corp", ["CN=Ana,DC=corp", "commonName=ANA,domainComponent=Corp", "2.5.4.3=ana, DC = corp "]),
        ("cn=ana maria", ["CN=Ana  Maria", "CN=  Ana Maria", #"CN=\ Ana\20\20Maria\ "#]),
        (#"cn=smith\, john"#, [#"CN=Smith\, John"#, #"CN=Smith\2C John"#, #"CN=\53mith\2c  john"#]),
        ("cn=a=b", [#"CN=a\=b"#, "CN=a=b", #"CN=a\3Db"#]),
        (##"cn=\#a"##, [##"CN=\#a"##, #"CN=\23a"#, ##"CN=\ \#A"##]),
        ("cn=a#b", ["CN=a#b", ##"CN=a\#b"##]),
        ("cn=élan", ["CN=Élan", #"CN=\C3\89lan"#, "CN=e\u{301}lan"]),
        ("cn=ana+uid=7,o=x", ["CN=Ana+UID=7,O=x", "uid=7+cn=ana,o=X", "0.9.2342.19200300.100.1.1=7 + CN=ANA,o=x"]),
        ("dc=a,cn=b+ou=c+uid=d", ["DC=a,UID=d+OU=c+CN=b", "dc=A,ou=C+uid=d+cn=b"]),
        ("cn=", ["CN=", "CN= ", #"CN=\ \20 "#]),
        ("gn=a", ["givenName=A", "GN=a", "2.5.4.42=a"]),
        ("2.5.4.5=a", ["serialNumber=A", "2.5.4.5=a"]),
        ("labeleduri=http://X", ["labeledURI=http://X", "1.3.6.1.4.1.250.1.57=http://X"]),
        ("cn=ⱥ", ["CN=Ⱥ", #"CN=\C8\BA"#]),
        // The lower case of the letters takes the room of the attributes after them.
        ("cn=a+cn=b+cn=ⱥⱥⱥⱥⱥⱥⱥⱥⱥⱥ", ["CN=ȺȺȺȺȺȺȺȺȺȺ+CN=a+CN=b"]),
        (#"cn=\00\00"#, [#"CN=\00\00"#]),
        ("c=#0a", ["C=#0A", "countryName=#0a"]),
        ("", [""]),
    ])
    func comparesByAttributeRules(key: String, spellings: [String]) throws {
        let names = try spellings.map { try DistinguishedName($0) }
        for name in names {
            #expect(name.canonicalKey == key, "\(name)")
            #expect(name == names[0])
            #expect(name.hashValue == names[0].hashValue)
        }
        // The key is a name, and its own key.
        #expect(try DistinguishedName(key).canonicalKey == key)
    }

    @Test(arguments: [
        ("CN=a", "CN=b"), ("CN=a", "OU=a"), ("CN=a,DC=b", "CN=a"), ("CN=ab", "CN=a b"),
        (#"CN=a\,DC=b"#, "CN=a,DC=b"), ("CN=a+CN=b", "CN=a,CN=b"), ("labeledURI=a", "labeledURI=A"),
        ("automountKey=a", "1.3.6.1.1.1.1.32=A"), (##"CN=\#61"##, "CN=#61"), (#"CN=a\00"#, "CN=a"),
    ])
    func tellsApart(left: String, right: String) throws {
        #expect(try DistinguishedName(left) != DistinguishedName(right))
    }

    @Test(arguments: [
        ("CN=a,OU=x,DC=b", "DC=b", true), ("CN=a,OU=x,DC=b", "ou=X, dc=B", true),
        ("CN=a,OU=x,DC=b", "CN=a,OU=x,DC=b", false), ("DC=b", "CN=a,DC=b", false), ("CN=a", "", true), ("", "", false),
        ("", "DC=b", false), (#"CN=a\,DC=b"#, "DC=b", false), (#"CN=a\\,DC=b"#, "DC=b", true),
        (#"CN=a\\\,DC=b,DC=c"#, "DC=b,DC=c", false), ("CN=a,XDC=b", "DC=b", false), ("CN=a+DC=b", "DC=b", false),
        ("CN=a,CN=é,DC=b", "CN=e\u{301},DC=b", true), (#"CN=a\\,dc=B"#, "DC=b", true), (#"CN=a\,dc=B"#, "DC=b", false),
        ("CN=a,labeledURI=x", "labeledURI=X", false), ("CN=a,DC=b,DC=c", "DC=d,DC=c", false),
    ])
    func knowsDescendants(name: String, ancestor: String, expected: Bool) throws {
        #expect(try DistinguishedName(name).isDescendant(of: DistinguishedName(ancestor)) == expected)
    }

    @Test(arguments: [
        ("CN=a,OU=x,DC=b", "OU=x,DC=b"), (#"CN=a\,b, OU=x"#, "OU=x"), ("CN=a+UID=1,DC=b", "DC=b"), ("DC=b", ""),
        ("", nil),
    ])
    func namesTheParent(name: String, parent: String?) throws {
        #expect(try DistinguishedName(name).parent?.text == parent)
    }

    @Test func readsThePlace() throws {
        let name = try DistinguishedName(#"CN=Ana,OU=Sales\, West,OU=People,ou=Corp,DC=Corp,DC=example"#)
        #expect(name.organizationalUnits == ["Corp", "People", "Sales, West"])
        #expect(name.domain == "corp.example")
        #expect(try DistinguishedName("CN=Ana,O=Corp").domain == nil)
        #expect(try DistinguishedName("CN=Ana,O=Corp").organizationalUnits == [])
        #expect(try DistinguishedName("DC=a,CN=x,DC=b").domain == "b")
        let odd = "DC=a+CN=x,DC=#0401,domainComponent=b,0.9.2342.19200300.100.1.25=C"
        #expect(try DistinguishedName(odd).domain == "b.c")
        #expect(try DistinguishedName("CN=x+OU=a,OU=#0401,organizationalUnitName=b").organizationalUnits == ["b", "a"])
        #expect(DistinguishedName.root.domain == nil)
        #expect(DistinguishedName.root.isRoot)
    }

    @Test(arguments: [
        ("Smith, John", #"Smith\, John"#), (" a ", #"\ a\ "#), (" ", #"\ "#), ("#a#", ##"\#a#"##),
        (#"a"b\c"#, #"a\"b\\c"#), ("a\nb\u{0}", #"a\0Ab\00"#), ("é=;<>+", #"é=\;\<\>\+"#), ("", ""),
    ])
    func escapes(value: String, expected: String) {
        #expect(DistinguishedName.escape(value) == expected)
    }

    @Test func buildsAttributes() throws {
        let ana = try AttributeTypeAndValue(type: "CN", value: .text("Ana, the #1 "))
        let name = DistinguishedName(rdns: [RelativeDistinguishedName(ana)])
        #expect(name.text == #"CN=Ana\, the #1\ "#)
        #expect(name.rdns[0].attributes[0].stringValue == "Ana, the #1 ")
        #expect(try ana == AttributeTypeAndValue(type: "commonname", value: .text("ANA,  the #1")))
        for type in ["", " CN", "CN=x,OU", "CN,OU", "5", "C N", "CN+OU", "CN=x+OU"] {
            #expect(throws: DistinguishedNameError.self) { try AttributeTypeAndValue(type: type, value: .text("x")) }
        }
        #expect(throws: DistinguishedNameError.self) { try AttributeTypeAndValue(type: "CN", value: .encoded([])) }
    }

    @Test func codesAsText() throws {
        let name = try DistinguishedName(#"CN=Smith\, John"#)
        let data = try JSONEncoder().encode([name])
        #expect(try JSONDecoder().decode([DistinguishedName].self, from: data).map(\.text) == [name.text])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([DistinguishedName].self, from: Data(#"["CN"]"#.utf8))
        }
    }

    private static let alphabet = #"aBcéȺ 😀,+"\;<>=# 0ﬀ"# + "\u{0}\n\u{7F}\u{301}"

    /// Any value, escaped in any way and with its attribute under any name, parses back and is equal.
    @Test(arguments: SeededGenerator.seeds)
    func survivesRespelling(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let values = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                random.text(from: Self.alphabet, upTo: 12)
            }
            let plain = values.map { "CN=" + DistinguishedName.escape($0) }.joined(separator: ",")
            let name = try DistinguishedName(plain)
            #expect(name.rdns.map { $0.attributes[0].stringValue } == values)
            #expect(DistinguishedName(rdns: name.rdns).text == plain)

            let respelled = values.map { value in
                let type = ["cn", "CN", "commonName", "2.5.4.3", " Cn "].randomElement(using: &random) ?? "cn"
                let padded = Bool.random(using: &random) ? "  \(value) " : value
                return type + "=" + padded.utf8.map { Self.escape($0, using: &random) }.joined()
            }
            let other = try DistinguishedName(respelled.joined(separator: Bool.random(using: &random) ? "," : " , "))
            #expect(other == name)
            #expect(other.canonicalKey.utf8.elementsEqual(name.canonicalKey.utf8))
            #expect(try DistinguishedName(name.canonicalKey).canonicalKey == name.canonicalKey)
            #expect(try DistinguishedName("UID=1," + plain).isDescendant(of: other))
            #expect(try DistinguishedName("UID=1," + plain).parent == other)
        }
    }

    /// A byte as a pair of hexadecimal digits, in either case of the letter that it may be.
    private static func escape(_ byte: UInt8, using random: inout SeededGenerator) -> String {
        let isLetter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        let digits = String(isLetter && Bool.random(using: &random) ? byte ^ 0x20 : byte, radix: 16)
        let padded = digits.utf8.count == 1 ? "0" + digits : digits
        return "\\" + (Bool.random(using: &random) ? padded.uppercased() : padded)
    }

    /// Mangled names are read or refused, and what is read can be written and compared.
    @Test(arguments: SeededGenerator.seeds)
    func takesAnyText(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let model = #"CN=Smith\, John+UID=#04AB,2.5.4.11=Lu\C4\8D  x,DC=\ b"#
        var read = 0
        for _ in 0..<3_000 {
            let text = random.mutation(of: model, alphabet: Self.alphabet + "CF1")
            guard let name = try? DistinguishedName(text) else { continue }
            read += 1
            let rebuilt = DistinguishedName(rdns: name.rdns)
            #expect(rebuilt == name, "\(text)")
            #expect(try DistinguishedName(rebuilt.text) == name, "\(text)")
            #expect(try DistinguishedName(name.canonicalKey) == name, "\(text)")
            #expect(try name.isDescendant(of: #require(name.parent)), "\(text)")
        }
        #expect(read > 300)
    }
}
