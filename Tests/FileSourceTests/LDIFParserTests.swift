import FileSource
import TestSupport
import Testing

/// What the grammar of RFC 2849 allows, and what it does not.
struct LDIFParserTests {
    struct Text: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var lines: [String]

        init(_ description: String, _ text: String, _ lines: [String]) {
            testDescription = description
            self.text = text
            self.lines = lines
        }
    }

    static let texts: [Text] = [
        Text("nothing", "", []),
        Text("a version alone", "version: 1\n", []),
        Text(
            "RFC 2849 example 1",
            """
            version: 1
            dn: cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com
            objectclass: top
            objectclass: person
            cn: Barbara Jensen
            cn: Barbara J Jensen
            telephonenumber: +1 408 555 1212
            description: A big sailing fan.

            dn: cn=Bjorn Jensen, ou=Accounting, dc=airius, dc=com
            objectclass: top
            sn: Jensen

            """,
            [
                "dn=cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com", "objectclass=top",
                "objectclass=person", "cn=Barbara Jensen", "cn=Barbara J Jensen", "telephonenumber=+1 408 555 1212",
                "description=A big sailing fan.", "dn=cn=Bjorn Jensen, ou=Accounting, dc=airius, dc=com",
                "objectclass=top", "sn=Jensen",
            ]),
        Text(
            "RFC 2849 example 2, a folded value",
            "version: 1\ndn:cn=Barbara Jensen\ndescription:Babs is a big sailing fan, and travels extensively in sea\n"
                + " rch of perfect sailing conditions.\ntitle:Product Manager, Rod and Reel Division\n",
            [
                "dn=cn=Barbara Jensen",
                "description=Babs is a big sailing fan, and travels extensively in search of perfect sailing conditions.",
                "title=Product Manager, Rod and Reel Division",
            ]),
        Text(
            "RFC 2849 example 3, base64",
            "version: 1\ndn: cn=Gern Jensen\ndescription:: V2hhdCBhIGNhcmVmdWwgcmVhZGVyIHlvdSBhcmUhICBUaGlzIHZhbHVl\n"
                + " IGlzIGJhc2UtNjQtZW5jb2RlZC4=\n",
            ["dn=cn=Gern Jensen", "description=What a careful reader you are!  This value is base-64-encoded."]),
        Text(
            "RFC 2849 example 4, UTF-8 names and options",
            "version: 1\ndn:: b3U95Za25qWt6YOoLG89QWlyaXVz\n# dn:: ou=<JapaneseOU>,o=Airius\nou;lang-ja:: 5Za25qWt6YOo\n"
                + "ou;lang-ja;phonetic: eigyoubu\n",
            ["dn=ou=営業部,o=Airius", "ou;lang-ja=営業部", "ou;lang-ja;phonetic=eigyoubu"]),
        Text("CRLF", "version: 1\r\n\r\ndn: cn=a\r\ncn: fol\r\n ded\r\n\r\n", ["dn=cn=a", "cn=folded"]),
        Text("no version and no line end", "dn: cn=a\ncn: a", ["dn=cn=a", "cn=a"]),
        Text("a byte order mark", "\u{FEFF}dn: cn=a\ncn: a\n", ["dn=cn=a", "cn=a"]),
        Text(
            "many empty lines", "\n\ndn: cn=a\ncn: a\n\n\n\ndn: cn=b\ncn: b\n\n",
            ["dn=cn=a", "cn=a", "dn=cn=b", "cn=b"]),
        Text("folds anywhere", "d\n n\n :\n  c\n n\n =a\nc\n n:\n : \n YQ\n ==\n", ["dn=cn=a", "cn=a"]),
        Text("a fold of nothing", "dn: cn=a\ncn: a\n \n", ["dn=cn=a", "cn=a"]),
        Text("comments, folded too", "# one\n  dn: cn=x\ndn: cn=a\n#two\ncn: a\n#\n", ["dn=cn=a", "cn=a"]),
        Text("empty values", "dn: cn=a\ncn:\nsn: \ntitle::\n", ["dn=cn=a", "cn=", "sn=", "title="]),
        Text("spaces before a value go, after it stay", "dn:   cn=a\ncn:   a  \n", ["dn=cn=a", "cn=a  "]),
        Text("spaces in base64 stay", "dn: cn=a\ncn:: IGEg\n", ["dn=cn=a", "cn= a "]),
        Text("raw UTF-8", "dn: cn=Zoë\ncn: Zoë\n", ["dn=cn=Zoë", "cn=Zoë"]),
        Text("colons in values", "dn: cn=a\nurl: ldap://x:389/\nx: :<\n", ["dn=cn=a", "url=ldap://x:389/", "x=:<"]),
        Text(
            "an identifier as a name", "dn: cn=a\n2.5.4.3: a\nmember;range=0-*: b\n",
            ["dn=cn=a", "2.5.4.3=a", "member;range=0-*=b"]),
        Text(
            "a name without values, and the root", "dn: cn=a\n\ndn:\nobjectClass: top\n",
            ["dn=cn=a", "dn=", "objectClass=top"]),
        Text("an attribute named version", "dn: cn=a\nversion: 7\n", ["dn=cn=a", "version=7"]),
    ]

    @Test(arguments: texts) func reads(_ text: Text) throws {
        let records = try parse(Array(text.text.utf8))
        #expect(lines(records) == text.lines)
        #expect(!records.entries.contains { !$0.hasEnded })
    }

    @Test(arguments: texts) func chunksMakeNoDifference(_ text: Text) throws {
        let bytes = Array(text.text.utf8)
        let whole = try parse(bytes)
        for size in 1...max(bytes.count, 1) {
            let pieces = try parse(bytes, chunkSize: size)
            #expect(pieces == whole, "chunks of \(size)")
        }
    }

    @Test func linesAreCountedAsTheyStand() throws {
        let records = try parse(Array("# a\n b\nversion: 1\n\ndn: cn=a\ncn: a\n b\n# c\n\n\ndn: cn=b\ncn: b\n".utf8))
        #expect(records.entries.map(\.line) == [5, 11])
        #expect(records.comments == ["1: ab", "8: c"])
    }

    struct Mistake: CustomTestStringConvertible, Sendable {
        var testDescription: String { String(decoding: bytes, as: UTF8.self) }
        var bytes: [UInt8]
        var code: LDIFError.Code
        var line: Int

        init(_ text: String, _ code: LDIFError.Code, line: Int) {
            self.init(Array(text.utf8), code, line: line)
        }

        init(_ bytes: [UInt8], _ code: LDIFError.Code, line: Int) {
            self.bytes = bytes
            self.code = code
            self.line = line
        }
    }

    static let mistakes: [Mistake] = [
        Mistake(" dn: cn=a\n", .malformedLine, line: 1),
        Mistake("dn: cn=a\ncn: a\n\n b\n", .malformedLine, line: 4),
        Mistake("dn: cn=a\ncn: a\n\r\n b\n", .malformedLine, line: 4),
        Mistake("dn: cn=a\ncn a\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\n: a\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\ncn : a\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\n-cn: a\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\ncñ: a\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\ncn=a: a\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\ncn: a\nc2VjcmV0\n", .malformedLine, line: 3),
        Mistake("dn: cn=a\ncn: a\rb\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\ncn: a\r\n b\r\r\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\ncn: a\u{0}b\n", .malformedLine, line: 2),
        Mistake("dn: cn=a\ncn: a\ndn: cn=b\ncn: b\n", .malformedLine, line: 3),
        Mistake("dn: cn=a\ncn: a\n \ndn: cn=b\n", .malformedLine, line: 4),
        Mistake("cn: a\n", .missingName, line: 1),
        Mistake("version: 1\n\ncn: a\n", .missingName, line: 3),
        Mistake("dn: cn=a\ncn: a\n\nsearch: 2\nresult: 0 Success\n", .missingName, line: 4),
        Mistake("dn: cn=a\ncn: a\n\nref: ldap://x/\n", .missingName, line: 4),
        Mistake("dn: cn=a\ncn:: YQ\n", .malformedBase64, line: 2),
        Mistake("dn: cn=a\ncn:: YQ=\n", .malformedBase64, line: 2),
        Mistake("dn: cn=a\ncn:: YQ==YQ==\n", .malformedBase64, line: 2),
        Mistake("dn: cn=a\ncn:: YR==\n", .malformedBase64, line: 2),
        Mistake("dn: cn=a\ncn:: Y===\n", .malformedBase64, line: 2),
        Mistake("dn: cn=a\ncn:: ====\n", .malformedBase64, line: 2),
        Mistake("dn: cn=a\ncn:: Y Q=\n", .malformedBase64, line: 2),
        Mistake("dn: cn=a\ncn:: YWFhYWFh_WFh\n", .malformedBase64, line: 2),
        Mistake("dn:: YQ\n", .malformedBase64, line: 1),
        Mistake("dn:: /w==\n", .encoding, line: 1),
        Mistake(Array("dn: cn=".utf8) + [0xFF, 10], .encoding, line: 1),
        Mistake([0xFF, 0xFE, 0x64, 0, 0x6E, 0, 0x3A, 0, 10, 0], .encoding, line: 1),
        Mistake([0xFE, 0xFF, 0, 0x64, 0, 0x6E, 0, 0x3A, 0, 10], .encoding, line: 1),
        Mistake("dn: cn=a\njpegPhoto:< file:///etc/passwd\n", .url, line: 2),
        Mistake("dn:< file:///etc/passwd\n", .url, line: 1),
        Mistake("dn: cn=a\nchangetype: add\ncn: a\n", .changeRecord, line: 2),
        Mistake("dn: cn=a\ncontrol: 1.2.3 true\nchangetype: delete\n", .changeRecord, line: 2),
        Mistake("dn: cn=a\nADD: mail\nmail: b\n-\n", .changeRecord, line: 2),
        Mistake("dn: cn=a\nmail: b\n-\n", .changeRecord, line: 3),
        Mistake("dn: cn=a\nreplace: mail\n", .changeRecord, line: 2),
        Mistake("dn: cn=a\ndelete: mail\n", .changeRecord, line: 2),
        Mistake("dn: cn=a\nincrement: uidNumber\n", .changeRecord, line: 2),
        Mistake("dn: cn=a\ncn: a\nnewrdn: cn=b\n", .changeRecord, line: 3),
        Mistake("version: 2\n", .version, line: 1),
        Mistake("version: one\n", .version, line: 1),
        Mistake("version: 1\n\ndn: cn=a\ncn: a\n\nversion: 1\n", .version, line: 6),
        Mistake("version: 1\nversion: 1\n", .version, line: 2),
    ]

    @Test(arguments: mistakes) func refuses(_ mistake: Mistake) throws {
        for size in 1...mistake.bytes.count {
            let error = #expect(throws: LDIFError.self) { try parse(mistake.bytes, chunkSize: size) }
            #expect(error?.code == mistake.code, "chunks of \(size)")
            #expect(error?.line == mistake.line, "chunks of \(size)")
        }
    }

    @Test func aValueIsNeverShown() throws {
        for text in [
            "dn: cn=a\nuserPassword: hunter2\r2\n", "dn: cn=a\nuserPassword:: hunter2\n", "dn: cn=a\nhunter2\n",
        ] {
            let error = #expect(throws: LDIFError.self) { try parse(Array(text.utf8)) }
            #expect(error?.line == 2)
            #expect(error.map { "\($0)".contains("hunter") } == false)
        }
    }

    @Test func aParserThatFailedStaysFailed() throws {
        var parser = LDIFParser()
        var records = Records()
        let bad = Array("cn: a\n\n".utf8)
        let good = Array("dn: cn=a\ncn: a\n\n".utf8)
        let first = #expect(throws: LDIFError.self) { try parser.parse(bad.span, into: &records) }
        let second = #expect(throws: LDIFError.self) { try parser.parse(good.span, into: &records) }
        let third = #expect(throws: LDIFError.self) { try parser.finish(into: &records) }
        #expect(first != nil && first == second && second == third)
        #expect(records.entries.isEmpty)
    }

    @Test(arguments: [1, 7, 64, 1000]) func recordsHaveALimit(chunkSize: Int) throws {
        let record = "dn: cn=a\n" + String(repeating: "x: 0123456789\n", count: 10)
        let length = record.utf8.count { $0 != 10 }
        let text = Array((record + "\n" + record).utf8)
        #expect(try parse(text, chunkSize: chunkSize, recordLimit: length).entries.count == 2)
        let error = #expect(throws: LDIFError.self) {
            try parse(text, chunkSize: chunkSize, recordLimit: length - 1)
        }
        #expect(error?.code == .recordTooLarge)
        #expect(error?.line == 11)
        // A line that never ends must not be gathered for ever either.
        let endless = [UInt8](repeating: UInt8(ascii: "a"), count: 5000)
        let other = #expect(throws: LDIFError.self) { try parse(endless, chunkSize: chunkSize, recordLimit: 4096) }
        #expect(other?.code == .recordTooLarge)
    }

    /// Whatever the bytes are, the parser reads them or says where it cannot, the same in one piece and in many.
    @Test(arguments: UInt64(1)...40) func noBytesStopIt(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let seeds = Self.texts.map { Array($0.text.utf8) } + Self.mistakes.map(\.bytes)
        for _ in 0..<250 {
            var bytes = seeds.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, using: &random) }
            let whole = Result { () throws(LDIFError) in try parse(bytes) }
            let size = Int.random(in: 1...16, using: &random)
            let pieces = Result { () throws(LDIFError) in try parse(bytes, chunkSize: size) }
            #expect(whole == pieces, "seed \(seed), chunks of \(size): \(bytes)")
            if case .failure(let error) = whole {
                let lines = bytes.count { $0 == 10 } + 1
                #expect((1...lines).contains(error.line), "seed \(seed): \(bytes)")
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        let marks: [UInt8] = [0, 10, 13, 32, 35, 45, 58, 60, 61, 0xC3, 0xEF, 0xFF]
        let byte =
            Bool.random(using: &random)
            ? marks.randomElement(using: &random)! : UInt8.random(in: 0...255, using: &random)
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(byte, at: place)
        case 1 where place < bytes.count: bytes[place] = byte
        case 2 where place < bytes.count: bytes.remove(at: place)
        default: bytes.removeSubrange(place...)
        }
    }
}
