import DirectoryModel
import Foundation
import TestSupport
import Testing

@Suite struct ObjectIDTests {
    // The example of MS-DTYP 2.3.4: mixed-endian bytes and their text.
    private static let bytes: [UInt8] = [
        0x33, 0x05, 0x14, 0x6B, 0x5D, 0x2C, 0x1E, 0x4F, 0x92, 0xC4, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB,
    ]
    private static let text = "6b140533-2c5d-4f1e-92c4-0123456789ab"

    @Test func readsAndWritesActiveDirectoryBytes() throws {
        let id = try ObjectID(activeDirectoryGUID: Self.bytes)
        #expect(id.text == Self.text)
        #expect("\(id)" == Self.text)
        #expect(id.activeDirectoryBytes == Self.bytes)
        #expect(id.ldapFilterValue == #"\33\05\14\6b\5d\2c\1e\4f\92\c4\01\23\45\67\89\ab"#)
        #expect(try id == ObjectID(activeDirectoryGUID: Self.bytes.span))
        #expect(try id == ObjectID(uuidText: Self.text.uppercased()))
        #expect(id == ObjectID(text: Self.text.uppercased()))
        #expect(try id.hash64 == ObjectID(uuidText: Self.text).hash64)
    }

    @Test func readsOctetsInTheOrderOfTheText() {
        let octets: [UInt8] = [
            0x6B, 0x14, 0x05, 0x33, 0x2C, 0x5D, 0x4F, 0x1E, 0x92, 0xC4, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB,
        ]
        #expect(ObjectID(uuidOctets: octets)?.text == Self.text)
        #expect(ObjectID(uuidOctets: ([0] + octets)[1...])?.text == Self.text)
        #expect(ObjectID(uuidOctets: octets.dropLast()) == nil)
        #expect(ObjectID(uuidOctets: octets + [0]) == nil)
    }

    @Test(arguments: [0, 1, 15, 17, 32])
    func refusesOtherLengths(count: Int) {
        let error = #expect(throws: ObjectIDError.self) {
            try ObjectID(activeDirectoryGUID: [UInt8](repeating: 7, count: count))
        }
        #expect(error?.code == .wrongLength)
        #expect(error?.description.contains("\(count) bytes") == true)
    }

    @Test(arguments: [
        "", "6b140533-2c5d-4f1e-92c4-0123456789a", "6b140533-2c5d-4f1e-92c4-0123456789abc", "{\(text)}",
        "urn:uuid:\(text)",
        "6b1405332c5d4f1e92c40123456789ab", "6b140533-2c5d-4f1e-92c4-0123456789ag",
        "6b140533-2c5d-4f1e-92c40-123456789ab",
        "6b14053３-2c5d-4f1e-92c4-0123456789", " \(text)",
    ])
    func isStrictAboutUUIDs(text: String) {
        let error = #expect(throws: ObjectIDError.self) { try ObjectID(uuidText: text) }
        #expect(error?.code == .malformedUUID)
        // As the key of a directory without UUIDs it is text like any other, if there is any.
        #expect(ObjectID(text: text)?.text == (text.isEmpty ? nil : text))
    }

    @Test func keepsOtherText() throws {
        let id = try #require(ObjectID(text: "E-0042"))
        #expect(id.text == "E-0042")
        #expect(id.activeDirectoryBytes == nil)
        #expect(id.ldapFilterValue == nil)
        #expect(id != ObjectID(text: "e-0042"))
        #expect(ObjectID(text: "é") != ObjectID(text: "e\u{301}"))
        #expect(id.hash64 == StableHash.hash(utf8: "E-0042"))
    }

    @Test func codesAsText() throws {
        let ids = try [ObjectID(uuidText: Self.text), try #require(ObjectID(text: "E-0042"))]
        let data = try JSONEncoder().encode(ids)
        #expect(String(decoding: data, as: UTF8.self) == #"["\#(Self.text)","E-0042"]"#)
        #expect(try JSONDecoder().decode([ObjectID].self, from: data) == ids)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ObjectID].self, from: Data(#"[""]"#.utf8)) }
    }

    /// Bytes and text of any GUID turn into each other, and identities sort as their texts do.
    @Test(arguments: SeededGenerator.seeds)
    func roundTrips(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var ids: [ObjectID] = []
        for _ in 0..<500 {
            let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let id = try ObjectID(activeDirectoryGUID: bytes)
            #expect(id.activeDirectoryBytes == bytes)
            #expect(try ObjectID(uuidText: id.text) == id)
            #expect(UUID(uuidString: id.text)?.uuidString.lowercased() == id.text)
            ids.append(id)
            if let other = ObjectID(text: random.text(from: "0fF-é{", upTo: 4)) { ids.append(other) }
        }
        let texts = ids.map(\.text).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        #expect(ids.sorted().map(\.text) == texts)
        #expect(Set(ids.map(\.hash64)).count == Set(ids).count)
    }
}
