import Foundation
import SCIMProvider
import TestSupport
import Testing

/// Reading and writing what servers send.
@Suite struct JSONTests {
    /// A text, and how it is written again.
    @Test(arguments: [
        ("null", "null"), (" [ true , false ] ", "[true,false]"), ("{}", "{}"), ("[]", "[]"),
        ("-0.50E+10", "-0.50E+10"), ("123456789012345678901234567890", "123456789012345678901234567890"),
        (#""\u0041\n\/\"\\ \u00e9 \ud83d\ude00""#, #""A\n/\"\\ é 😀""#), (#""\ud83d""#, "\"\u{FFFD}\""),
        (#""\ud83dA""#, "\"\u{FFFD}A\""), (#"{"b":1,"a":{"c":[null]}}"#, #"{"b":1,"a":{"c":[null]}}"#),
        ("\u{FEFF}{}", "{}"), (#""A\u030A""#, "\"A\u{30A}\""), (#"{"a":1,"a":2}"#, #"{"a":1,"a":2}"#),
    ])
    func whatIsReadIsWrittenAgain(_ text: String, _ written: String) throws {
        let bytes = try JSONParser.parse(Array(text.utf8)).bytes
        #expect(bytes == Array(written.utf8), "\(String(decoding: bytes, as: UTF8.self))")
    }

    @Test(arguments: [
        "", " ", "nul", "truely", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "[1,]", "{\"a\":1,}", "\"",
        "\"\\\"",
        "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"\u{1}\"", "01", "-", "1.", ".5", "1e", "+1", "0x1", "1 1", "NaN",
        "<html>",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func whatIsNoTextIsRefused(_ bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
    }

    @Test func nestingHasAnEnd() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONParser.parse(nested(JSONParser.deepest))
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(JSONParser.deepest + 1)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(1_000_000)) }
    }

    /// Whatever comes ends in a value or an error, and a value is read again as itself.
    @Test func spoiledTextsDoNoHarm() throws {
        let text = Array(
            #"{"schemas":["urn:x"],"totalResults":2,"Resources":[{"id":"1","a":true,"n":-1.5e3},{"é":"\ud83d\ude00\n"}]}"#
                .utf8)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { break }
            }
            guard let value = try? JSONParser.parse(bytes) else { continue }
            #expect(try JSONParser.parse(value.bytes) == value)
        }
    }

    @Test func foundationReadsTheSame() throws {
        let text = #"{"a":["\u00e9\t","x"],"b":{"c":1.5,"d":null,"e":false}}"#
        let ours = try JSONSerialization.jsonObject(with: Data(try JSONParser.parse(Array(text.utf8)).bytes))
        let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8))
        #expect((ours as? NSDictionary) == (theirs as? NSDictionary))
    }
}
