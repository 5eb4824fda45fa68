import DirectoryModel
import FileSource
import Foundation
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// Saved plans: the same plan comes back, and any other file is refused.
@Suite struct PlanFileTests {
    private static let header = PlanHeader(
        configuration: "c0ffee", provider: "mail.db", madeAt: Timestamp(secondsSince1970: 1_700_000_000), tool: "9.8.7")

    private static func saved(_ plan: Plan, in folder: ConfigurationFolder) throws -> (path: String, file: PlanFile) {
        let file = PlanFile(plan: plan, header: header)
        try file.write(to: folder.path("staff.plan"))
        return (folder.path("staff.plan"), file)
    }

    @Test(arguments: [Plans.everything, Plans.many, Plans.incomplete, Plans.hostile, Plans.plan([], [])])
    func comesBackAsItWas(_ plan: Plan) throws {
        let folder = try ConfigurationFolder()
        let (path, file) = try Self.saved(plan, in: folder)
        let read = try PlanFile(path: path)
        #expect(read.plan == plan)
        #expect(read.header == Self.header)
        #expect(read.digest == file.digest && read.digest.text.count == 64)
        #expect(read.digest.short == read.digest.text.prefix(12))
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.folder.path) == ["staff.plan"])
        // Writing again over it gives the same bytes.
        let bytes = FileManager.default.contents(atPath: path)
        try read.write(to: path)
        #expect(FileManager.default.contents(atPath: path) == bytes)
    }

    @Test func looksLikeThis() throws {
        let folder = try ConfigurationFolder()
        let (path, _) = try Self.saved(Plans.everything, in: folder)
        try expectGolden(try String(contentsOfFile: path, encoding: .utf8), "everything.jsonl")
    }

    @Test func linesOfHostileValuesAreJSON() throws {
        let folder = try ConfigurationFolder()
        let (path, _) = try Self.saved(Plans.hostile, in: folder)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try expectGolden(text, "hostile.jsonl")
        for line in text.split(separator: "\n") {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
    }

    @Test func cutShortAnywhereIsRefused() throws {
        let folder = try ConfigurationFolder()
        let (path, _) = try Self.saved(Plans.everything, in: folder)
        let data = try #require(FileManager.default.contents(atPath: path))
        let ends = data.indices.filter { data[$0] == 0x0A }
        #expect(ends.count > 12)
        // After every line but the last, within every line, and without the last line break's line.
        let cuts = ends.dropLast().map { $0 + 1 } + ends.map { $0 - 3 } + [0, 1]
        for cut in cuts {
            try data.prefix(cut).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: PlanFileError.self, "cut after \(cut) bytes") { try PlanFile(path: path) }
            #expect(error?.code == .incomplete)
            #expect(error?.description.contains("sync-plan plan --out \(path)") == true)
        }
    }

    @Test(arguments: [UInt64](1...300)) func anyOtherByteIsRefused(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try ConfigurationFolder()
        let (path, file) = try Self.saved(Plans.everything, in: folder)
        var data = try #require(FileManager.default.contents(atPath: path))
        let place = Int.random(in: 0..<data.count, using: &random)
        switch seed % 3 {
        case 0: data[place] ^= UInt8.random(in: 1...255, using: &random)
        case 1: data.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: data.remove(at: place)
        }
        try data.write(to: URL(fileURLWithPath: path))
        do {
            // A line break more or less at the very end is the only change that may pass: it changes nothing.
            let read = try PlanFile(path: path)
            #expect(place >= data.count - 70, "seed \(seed): byte \(place) of \(data.count)")
            #expect(read.plan == file.plan && read.digest == file.digest, "seed \(seed)")
        } catch {
            #expect(error.code == .changed || error.code == .incomplete, "seed \(seed): \(error)")
        }
    }

    @Test func lineMovedToAnotherPlaceIsRefused() throws {
        let folder = try ConfigurationFolder()
        let (path, _) = try Self.saved(Plans.everything, in: folder)
        var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        lines.swapAt(4, 5)
        _ = try folder.write(lines.joined(separator: "\n") + "\n", named: "staff.plan")
        #expect(throws: PlanFileError.self) { try PlanFile(path: path) }
    }

    @Test func fitsOnlyForSoLong() throws {
        let file = PlanFile(plan: Plans.everything, header: Self.header)
        var now = Self.header
        let made = Self.header.madeAt.secondsSince1970
        for (later, fits): (Int64, Bool) in [(-60, true), (0, true), (86400, true), (86401, false)] {
            now.madeAt = Timestamp(secondsSince1970: made + later)
            let outcome = Result { try file.requireFit("p", now, maximumAge: .seconds(86400)) }
            if case .failure(let error) = outcome {
                #expect(!fits && (error as? PlanFileError)?.code == .tooOld)
                #expect("\(error)".contains("it was made at \(Self.header.madeAt), which is too long ago"))
            } else {
                #expect(fits)
            }
        }
    }

    @Test func fitsOnlyWhereItWasMade() throws {
        let file = PlanFile(plan: Plans.everything, header: Self.header)
        #expect(throws: Never.self) { try file.requireFit("p", Self.header) }
        let later = PlanHeader(
            configuration: "c0ffee", provider: "mail.db", madeAt: Timestamp(secondsSince1970: 1_800_000_000),
            tool: "9.8.7")
        #expect(throws: Never.self) { try file.requireFit("p", later) }
        let cases: [(PlanHeader, PlanFileError.Code, String)] = [
            (
                PlanHeader(configuration: "c0ffee", provider: "mail.db", madeAt: later.madeAt), .otherVersion,
                "it was made by sync-plan 9.8.7, and this is \(SyncPlan.version)"
            ),
            (
                PlanHeader(configuration: "c0ffee", provider: "other.db", madeAt: later.madeAt, tool: "9.8.7"),
                .otherProfile,
                "it is for mail.db, and the configuration names other.db"
            ),
            (
                PlanHeader(configuration: "decaf", provider: "mail.db", madeAt: later.madeAt, tool: "9.8.7"),
                .otherProfile,
                "the configuration has been changed since it was made"
            ),
        ]
        for (header, code, detail) in cases {
            let error = #expect(throws: PlanFileError.self) { try file.requireFit("p", header) }
            #expect(error?.code == code && error?.detail == detail)
        }
    }

    @Test func digestsTellPlansApart() {
        let digests = [Plans.everything, Plans.many, Plans.incomplete, Plans.hostile].map {
            PlanDigest(of: $0, under: Self.header)
        }
        #expect(Set(digests).count == 4)
        var later = Self.header
        later.madeAt = Timestamp(secondsSince1970: 0)
        #expect(PlanDigest(of: Plans.everything, under: later) != digests[0])
        #expect(PlanDigest(of: Plans.everything, under: Self.header) == digests[0])
    }

    @Test func whatIsNoFile() throws {
        let folder = try ConfigurationFolder()
        let missing = #expect(throws: PlanFileError.self) { try PlanFile(path: folder.path("none")) }
        #expect(missing?.code == .unreadable)
        for (path, code) in [(folder.path("none/staff.plan"), FileError.Code.missing), (folder.folder.path, .isFolder)]
        {
            let unwritable = #expect(throws: FileError.self) {
                try PlanFile(plan: Plans.everything, header: Self.header).write(to: path)
            }
            #expect(unwritable?.code == code && unwritable?.path == path && unwritable?.operation == .writing)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.folder.path).isEmpty)
    }
}
