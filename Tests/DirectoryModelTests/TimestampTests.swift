import DirectoryModel
import Foundation
import TestSupport
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2025-01-01T12:00:00Z", 1_735_732_800), ("2000-02-29T23:59:59Z", 951_868_799),
        ("1969-12-31T23:59:59Z", -1), ("1601-01-01T00:00:00Z", -11_644_473_600),
        ("1900-03-01T00:00:00Z", -2_203_891_200),
        ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func readsAndWrites(text: String, seconds: Int64) throws {
        let time = try Timestamp(iso8601: text)
        #expect(time.secondsSince1970 == seconds)
        #expect(time.iso8601 == text)
        #expect("\(time)" == text)
        #expect(Timestamp(secondsSince1970: seconds) == time)
        #expect(try Timestamp(generalizedTime: time.generalizedTime) == time)
        #expect(try JSONDecoder().decode(Timestamp.self, from: JSONEncoder().encode(time)) == time)
    }

    @Test(arguments: [
        ("2025-01-01T13:00:00+01:00", "2025-01-01T12:00:00Z"),
        ("2025-01-01T00:30:00.999-05:30", "2025-01-01T06:00:00Z"),
        ("2025-01-01t12:00:00z", "2025-01-01T12:00:00Z"), ("2025-01-01 12:00:00Z", "2025-01-01T12:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"), ("2024-02-29T00:00:00+23:59", "2024-02-28T00:01:00Z"),
        ("2025-01-01T12:00:00.00000000000000000000000000001Z", "2025-01-01T12:00:00Z"),
    ])
    func readsRFC3339(text: String, expected: String) throws {
        #expect(try Timestamp(iso8601: text).iso8601 == expected)
    }

    @Test(arguments: [
        ("", TimestampError.Code.malformed), ("2025-01-01", .malformed), ("2025-01-01T12:00Z", .malformed),
        ("2025-01-01T12:00:00", .malformed), ("2025-01-01T12:00:00.Z", .malformed), ("20250101T120000Z", .malformed),
        ("2025-01-01T12:00:00+0100", .malformed), ("2025-01-01T12:00:00Z ", .malformed),
        ("-2025-01-01T12:00:00Z", .malformed), ("2025-1-1T12:00:00Z", .malformed), ("２025-01-01T12:00:00Z", .malformed),
        ("2025-01-01T12:00:00+24:00", .malformed),
        ("2025-13-01T12:00:00Z", .outOfRange), ("2025-00-01T12:00:00Z", .outOfRange),
        ("2025-02-29T12:00:00Z", .outOfRange),
        ("1900-02-29T12:00:00Z", .outOfRange), ("2025-04-31T12:00:00Z", .outOfRange),
        ("2025-01-00T12:00:00Z", .outOfRange),
        ("2025-01-01T24:00:00Z", .outOfRange), ("2025-01-01T12:60:00Z", .outOfRange),
        ("2025-01-01T12:00:61Z", .outOfRange),
        ("0000-01-01T00:00:00Z", .outOfRange), ("9999-12-31T23:59:59-01:00", .outOfRange),
        ("0001-01-01T00:00:00+01:00", .outOfRange), ("9999-12-31T23:59:60Z", .outOfRange),
    ])
    func refusesISO8601(text: String, code: TimestampError.Code) {
        let error = #expect(throws: TimestampError.self) { try Timestamp(iso8601: text) }
        #expect(error?.code == code)
        #expect(error?.description.contains("2025-01-01T12:00:00Z") == true)
    }

    @Test(arguments: [
        ("20250101120000.0Z", "2025-01-01T12:00:00Z"), ("20250101120000Z", "2025-01-01T12:00:00Z"),
        ("199412161032Z", "1994-12-16T10:32:00Z"), ("199412160532-0500", "1994-12-16T10:32:00Z"),
        ("1994121610Z", "1994-12-16T10:00:00Z"), ("1994121611+01", "1994-12-16T10:00:00Z"),
        ("1994121610.5Z", "1994-12-16T10:30:00Z"), ("1994121610,51Z", "1994-12-16T10:30:36Z"),
        ("199412161032.5Z", "1994-12-16T10:32:30Z"), ("19941216103259.999Z", "1994-12-16T10:32:59Z"),
        ("20161231235960Z", "2017-01-01T00:00:00Z"),
    ])
    func readsGeneralizedTime(text: String, expected: String) throws {
        #expect(try Timestamp(generalizedTime: text).iso8601 == expected)
    }

    @Test(arguments: [
        ("", TimestampError.Code.malformed), ("20250101120000", .malformed), ("20250101Z", .malformed),
        ("202501011Z", .malformed), ("20250101120Z", .malformed), ("20250101120000.Z", .malformed),
        ("20250101120000z", .malformed), ("20250101120000+1", .malformed), ("20250101120000+01:00", .malformed),
        ("20250101120000Z0", .malformed), ("2025010112000é", .malformed), ("20250101120000+2400", .malformed),
        ("20251301120000Z", .outOfRange), ("20250230120000Z", .outOfRange), ("20250101240000Z", .outOfRange),
        ("00000101000000Z", .outOfRange), ("16010101000099Z", .outOfRange),
    ])
    func refusesGeneralizedTime(text: String, code: TimestampError.Code) {
        let error = #expect(throws: TimestampError.self) { try Timestamp(generalizedTime: text) }
        #expect(error?.code == code)
    }

    @Test func staysInItsYears() throws {
        #expect(Timestamp(secondsSince1970: .max) == .latest)
        #expect(Timestamp(secondsSince1970: .min) == .earliest)
        #expect(Timestamp.latest.iso8601 == "9999-12-31T23:59:59Z")
        #expect(Timestamp.earliest.iso8601 == "0001-01-01T00:00:00Z")
        let time = try Timestamp(iso8601: "2024-02-28T10:00:00Z")
        #expect(time.adding(days: 2).iso8601 == "2024-03-01T10:00:00Z")
        #expect(time.adding(days: -59).iso8601 == "2023-12-31T10:00:00Z")
        #expect(time.adding(days: .max) == .latest)
        #expect(time.adding(days: .min) == .earliest)
        #expect(time < time.adding(days: 1))
    }

    /// Every second between the years 1 and 9999 is the text that Foundation writes, and reads back.
    @Test(arguments: SeededGenerator.seeds)
    func agreesWithFoundation(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Foundation's calendar turns Julian before 1582.
        let formatter = ISO8601DateFormatter()
        for _ in 0..<500 {
            let seconds = Int64.random(in: -12_000_000_000...253_402_300_799, using: &random)
            let time = Timestamp(secondsSince1970: seconds)
            #expect(formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds))) == time.iso8601)
            #expect(try Timestamp(iso8601: time.iso8601).secondsSince1970 == seconds)
            let any = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
            #expect(try Timestamp(iso8601: Timestamp(secondsSince1970: any).iso8601).secondsSince1970 == any)
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func takesAnyText(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var read = 0
        for _ in 0..<2_000 {
            let iso = random.mutation(of: "2025-01-01T12:00:00.5+01:00", alphabet: "0129-:.+TZé")
            let ldap = random.mutation(of: "20250101120000.0Z", alphabet: "0129.,+-Z")
            for time in [try? Timestamp(iso8601: iso), try? Timestamp(generalizedTime: ldap)] {
                guard let time else { continue }
                read += 1
                #expect(try Timestamp(iso8601: time.iso8601) == time)
            }
        }
        #expect(read > 200)
    }
}

@Suite struct FileTimeTests {
    @Test(arguments: [
        ("116444736000000000", "1970-01-01T00:00:00Z"), ("133801632000000000", "2025-01-01T00:00:00Z"),
        ("133801632009999999", "2025-01-01T00:00:00Z"), ("1", "1601-01-01T00:00:00Z"), ("-1", "1600-12-31T23:59:59Z"),
        ("0", nil), ("9223372036854775807", nil), ("9223372036854775806", nil), ("-9223372036854775808", nil),
    ])
    func becomesATime(text: String, expected: String?) throws {
        let time = try #require(FileTime(decimal: text))
        #expect(time.timestamp?.iso8601 == expected)
        #expect(time.description == text)
        #expect(time.isNever == (text == "0" || text == "9223372036854775807"))
    }

    @Test(arguments: ["", "x", "1.5", " 1", "9223372036854775808", "0x1"])
    func refuses(text: String) {
        #expect(FileTime(decimal: text) == nil)
    }

    @Test func convertsTheWholeRange() throws {
        for time in [Timestamp.earliest, .latest, try Timestamp(iso8601: "2025-06-01T01:02:03Z")] {
            #expect(FileTime(time).timestamp == time)
        }
        #expect(FileTime.never.isNever)
        #expect(FileTime(rawValue: .max).secondsSince1970 == 910_692_730_085)
        #expect(FileTime(rawValue: .min).secondsSince1970 == -933_981_677_286)
        #expect(FileTime(rawValue: 1) < FileTime.never)
    }
}
