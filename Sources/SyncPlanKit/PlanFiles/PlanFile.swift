internal import Crypto
internal import DirectoryModel
public import FileSource
import Foundation
public import ReconcileEngine

/// A plan saved as JSON Lines (requirement BE3): a header, the plan's own lines, and a last line with the digest of
/// everything before it.
///
/// Whoever cuts the file short or edits it makes it unusable.
public struct PlanFile: Sendable {
    /// What the plan belongs to.
    public let header: PlanHeader
    /// The plan.
    public let plan: Plan
    /// What identifies it.
    public let digest: PlanDigest

    /// Puts a file together.
    public init(plan: Plan, header: PlanHeader) {
        self.plan = plan
        self.header = header
        digest = PlanDigest(of: plan, under: header)
    }

    private struct FirstLine: Codable { var syncPlan: PlanHeader }
    private struct LastLine: Codable {
        struct End: Codable { var sha256: String }
        var end: End
    }

    static func writeBody<Failure>(
        _ plan: Plan, _ header: PlanHeader, to write: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        try write(line(FirstLine(syncPlan: header)).span)
        try plan.writeLines(to: write)
    }

    /// Writes the file, which appears at the path in one step, once all of it is on the disk.
    ///
    /// Only its owner can read it, since it tells what is going to happen to whom.
    ///
    /// - Throws: `FileError` where it cannot be written.
    public func write(to path: String) throws(FileError) {
        let file = try FileReplacement(of: path)
        try Self.writeBody(plan, header) { bytes throws(FileError) in try file.write(bytes) }
        try file.write(Self.line(LastLine(end: .init(sha256: digest.text))).span)
        try file.finish()
    }

    /// Reads a file and checks that it is whole and unchanged.
    ///
    /// - Throws: ``PlanFileError`` where it cannot be read, was cut short or edited, or is of another format.
    public init(path: String) throws(PlanFileError) {
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) } catch {
            throw PlanFileError(path, .unreadable, ConfigurationFile.reason(error))
        }
        var lines = data.split(separator: 0x0A)
        guard let last = lines.popLast(), let end = try? JSONDecoder().decode(LastLine.self, from: last) else {
            throw PlanFileError(path, .incomplete, "its last line is missing, so it was cut short")
        }
        var hash = SHA256()
        hash.update(data: data[data.startIndex..<last.startIndex])
        let digest = PlanDigest(hash)
        guard digest.text == end.end.sha256 else {
            throw PlanFileError(path, .changed, "its content does not match the digest in its last line")
        }
        guard !lines.isEmpty, let first = try? JSONDecoder().decode(FirstLine.self, from: lines.removeFirst()) else {
            throw PlanFileError(path, .unreadable, "its first line is no header of a plan")
        }
        guard first.syncPlan.format == PlanHeader.currentFormat else {
            throw PlanFileError(path, .otherVersion, "its format is version \(first.syncPlan.format)")
        }
        do { plan = try Plan(lines: lines) } catch {
            throw PlanFileError(path, .unreadable, "\(error)")
        }
        header = first.syncPlan
        self.digest = digest
    }

    /// Checks that the plan was made by this version of the tool, with the given configuration, for the given provider,
    /// and not too long ago.
    ///
    /// - Parameters:
    ///   - expected: the header of a plan made now.
    ///   - age: how old the plan may be; nil for any age.
    /// - Throws: ``PlanFileError`` that says which of them differs.
    public func requireFit(
        _ path: String, _ expected: PlanHeader, maximumAge age: Duration? = nil
    ) throws(PlanFileError) {
        if header.tool != expected.tool {
            throw PlanFileError(
                path, .otherVersion, "it was made by sync-plan \(header.tool), and this is \(expected.tool)")
        }
        if header.provider != expected.provider {
            throw PlanFileError(
                path, .otherProfile, "it is for \(header.provider), and the configuration names \(expected.provider)")
        }
        if header.configuration != expected.configuration {
            throw PlanFileError(path, .otherProfile, "the configuration has been changed since it was made")
        }
        let seconds = expected.madeAt.secondsSince1970 - header.madeAt.secondsSince1970
        if let age, Duration.seconds(seconds) > age {
            throw PlanFileError(path, .tooOld, "it was made at \(header.madeAt), which is too long ago")
        }
    }

    private static func line(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and nothing else: there is no way for this to fail.
        return [UInt8]((try? encoder.encode(value)) ?? Data()) + [0x0A]
    }
}

/// A saved plan that cannot be used.
public struct PlanFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure, for programs; new kinds may appear.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The file cannot be read, or is no plan.
        public static let unreadable = Code(rawValue: "unreadable")
        /// The file's name does not say in which form it is to be written.
        public static let unwritable = Code(rawValue: "unwritable")
        /// The file was cut short.
        public static let incomplete = Code(rawValue: "incomplete")
        /// The file was edited.
        public static let changed = Code(rawValue: "changed")
        /// The plan was made by another version of the tool.
        public static let otherVersion = Code(rawValue: "other-version")
        /// The plan was made with another configuration, or for another provider.
        public static let otherProfile = Code(rawValue: "other-profile")
        /// The plan is older than allowed.
        public static let tooOld = Code(rawValue: "too-old")
    }

    /// The file's path.
    public let path: String
    /// The kind of failure.
    public let code: Code
    /// What is wrong, without a capital or a full stop.
    public let detail: String

    init(_ path: String, _ code: Code, _ detail: String) {
        self.path = path
        self.code = code
        self.detail = detail
    }

    /// What happened, to which file, and what to do.
    public var description: String {
        if code == .unwritable { return "\(path) cannot be written: \(detail)." }
        return "The plan \(path) cannot be used: \(detail). Make a new plan with `sync-plan plan --out \(path)`."
    }
}
