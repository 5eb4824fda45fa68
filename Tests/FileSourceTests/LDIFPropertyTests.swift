import DirectoryModel
import FileSource
import TestSupport
import Testing

/// Laws that hold for every snapshot, tried on random ones.
struct LDIFPropertyTests {
    /// Writing and reading back changes nothing.
    @Test(arguments: UInt64(1)...60) func whatWasWrittenIsRead(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let schema = DirectorySchema.presets.randomElement(using: &random)!
        let written = snapshot(schema: schema, using: &random)
        let text = try recording(written, includesSecrets: true)
        #expect(text.split(separator: 10).allSatisfy { $0.count <= 76 }, "seed \(seed)")
        #expect(text.allSatisfy { $0 == 10 || (32..<127).contains($0) }, "seed \(seed)")
        let read = try await FileSourceTests.snapshot(of: text, schema: schema)
        #expect(read.users == written.users, "seed \(seed)")
        #expect(read.groups == written.groups, "seed \(seed)")
        #expect(read.contacts == written.contacts, "seed \(seed)")
        #expect(read.users.map(\.dn.text) == written.users.map(\.dn.text), "seed \(seed)")
        #expect(read.completeness.reasons == written.completeness.reasons, "seed \(seed)")
        #expect((read.completeness.proof == nil) == (written.completeness.proof == nil), "seed \(seed)")
        let again = try recording(read, includesSecrets: true)
        #expect(body(again) == body(text), "seed \(seed)")
    }

    /// A recording with a byte changed is refused, or has lost nobody without a word.
    @Test(arguments: UInt64(1)...20) func noSmallDamageLosesPeopleInSilence(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let written = DirectorySnapshot(
            users: (0..<5).map { Made.person("p\($0)", more: ["objectClass": ["user"]]) }, groups: [Made.group("g")])
        let text = try recording(written)
        for _ in 0..<40 {
            var damaged = text
            let place = Int.random(in: 0..<damaged.count, using: &random)
            // The first line is what makes it a recording; without it no reader can know what it was.
            if place < 26 { continue }
            damaged[place] = UInt8.random(in: 0...255, using: &random)
            do {
                let read = try await FileSourceTests.snapshot(of: damaged)
                let people = read.users.count + read.groups.count + read.contacts.count
                #expect(people == 6 || read.completeness.proof == nil, "seed \(seed), byte \(place): \(damaged[place])")
            } catch is LDIFError {}
        }
    }

    /// The lines after the comments at the beginning, which name the file.
    private func body(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        Array(text.split(separator: 10).drop { !$0.elementsEqual("version: 1".utf8) })
    }

    // MARK: Random values

    private func snapshot(schema: DirectorySchema, using random: inout SeededGenerator) -> DirectorySnapshot {
        var builder = SnapshotBuilder(source: text(using: &random), schema: schema, attributes: .all)
        builder.beginSearch("values")
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let dn = DistinguishedName(rdns: [rdn(using: &random), rdn(using: &random)])
            builder.beginEntry(
                dn: dn.text, kind: [.user, .group, .contact].randomElement(using: &random)!, id: id(using: &random))
            for (name, value) in values(schema, using: &random) {
                if let slot = builder.slot(forUTF8: Array(name.utf8).span, after: nil) {
                    builder.append(value.span, to: slot)
                }
            }
            builder.endEntry()
        }
        builder.endSearch(pages: 1)
        if random.next().isMultiple(of: 3) {
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let remedy = Bool.random(using: &random) ? text(using: &random) : nil
                builder.fail(Incompleteness(.refused, text(using: &random), remedy: remedy))
            }
        }
        return builder.finish()
    }

    private func values(
        _ schema: DirectorySchema, using random: inout SeededGenerator
    ) -> [(name: String, value: [UInt8])] {
        let classes = ["top", "user", "group", "contact", "computer", "inetOrgPerson", "groupOfNames", "person"]
        let names = [
            "objectClass", schema.objectID.attribute.text, "cn", "mail", "x-a;lang-de", "2.5.4.4", "a_b", "version",
            "jpegPhoto", "userPassword", "userCertificate;binary",
        ]
        return (0..<Int.random(in: 0...12, using: &random)).map { _ in
            let name = names.randomElement(using: &random)!
            if name == "objectClass" { return (name, Array(classes.randomElement(using: &random)!.utf8)) }
            guard schema.isBinary(AttributeName(name)) else { return (name, Array(text(using: &random).utf8)) }
            let length = Int.random(in: 0...40, using: &random)
            return (name, (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }

    private func id(using random: inout SeededGenerator) -> ObjectID {
        let text = Bool.random(using: &random) ? text(using: &random) : ""
        return ObjectID(text: text) ?? Made.id("\(random.next())")
    }

    private func rdn(using random: inout SeededGenerator) -> RelativeDistinguishedName {
        let value = text(using: &random)
        return RelativeDistinguishedName(
            try! AttributeTypeAndValue(type: "CN", value: .text(value.isEmpty ? "a" : value)))
    }

    private func text(using random: inout SeededGenerator) -> String {
        let pieces = [
            " ", ":", "<", "#", "\n", "\r", "\r\n", "\u{0}", "\u{7F}", "\\", ",", "=", "+", "\"", "ü", "e\u{301}", "日本",
            "🙂", "\u{202E}", "a", "Zz", "0", "some longer words ", "sync-plan: end 3",
        ]
        let length =
            random.next().isMultiple(of: 8)
            ? Int.random(in: 0...4000, using: &random) : Int.random(in: 0...12, using: &random)
        return (0..<length).map { _ in pieces.randomElement(using: &random)! }.joined()
    }
}
