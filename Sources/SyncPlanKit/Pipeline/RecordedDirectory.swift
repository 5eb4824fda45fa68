public import DirectoryModel
internal import FileSource

/// A directory of which a record is kept in a file: each read brings the record up to date instead of reading everything.
///
/// The file stands for the directory: it is readable by its owner only, and one that is missing, damaged or of other wishes
/// costs a full read and nothing else.
public struct RecordedDirectory: DirectoryReader {
    private let directory: any IncrementalReader
    private let file: LDIFFile
    /// What the record is made for; other wishes are read without it.
    private let request: ReadRequest
    private let fullReadEvery: Int

    /// Describes the directory; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - path: the file that the record is kept in.
    ///   - request: what a run asks for.
    ///   - fullReadEvery: after how many updates everything is read, to compare.
    public init(
        _ directory: any IncrementalReader, schema: DirectorySchema, path: String, request: ReadRequest,
        fullReadEvery: Int
    ) {
        self.directory = directory
        file = LDIFFile(path: path, schema: schema)
        self.request = request
        self.fullReadEvery = fullReadEvery
    }

    /// The directory's own name.
    public var name: String { directory.name }
    /// The directory's own warnings.
    public var warnings: [String] { directory.warnings }

    /// Tries what a read needs, and whether changes can be followed.
    public func check(_ request: ReadRequest) async -> [CheckStep] {
        let steps = await directory.check(request)
        return steps.allSatisfy(\.passed) ? steps + [await directory.checkChanges(request)] : steps
    }

    /// Brings the record up to date and answers what it says then.
    ///
    /// - Throws: as the directory does, and `FileError` where the record cannot be written.
    public func read(
        _ request: ReadRequest, progress: @escaping @Sendable (ReadProgress) -> Void
    ) async throws -> DirectorySnapshot {
        if request != self.request { return try await directory.read(request, progress: progress) }
        var notes: [String] = []
        let before = await load(&notes)
        var read = try await directory.read(request, since: before, progress: progress)
        notes += read.notes
        if let record = read.record, record.updates >= fullReadEvery {
            read = try await directory.read(request, since: nil, progress: progress)
            notes += read.notes + Self.comparison(of: record.snapshot, with: read.snapshot)
        }
        if let record = read.record { try await LDIFWriter().write(record, to: file.path) }
        var snapshot = read.snapshot
        snapshot.notes = notes
        return snapshot
    }

    private func load(_ notes: inout [String]) async -> DirectoryRecord? {
        do {
            return try await file.record()?.named(name)
        } catch let error as FileError where error.code == .missing {
            return nil
        } catch {
            notes.append("Everything is read: the record cannot be used. \(error)")
            return nil
        }
    }

    private static func comparison(of record: DirectorySnapshot, with whole: DirectorySnapshot) -> [String] {
        if whole.completeness.proof == nil { return [] }
        let ids = record.differences(from: whole)
        if ids.isEmpty { return [] }
        let names = [record, whole].flatMap { snapshot in
            snapshot.users.filter { ids.contains($0.id) }.map(\.dn.text)
                + snapshot.groups.filter { ids.contains($0.id) }.map(\.dn.text)
        }
        let example = names.min().map { ", such as \($0)" } ?? ""
        return [
            "Reading everything found \(ids.count) objects other than following changes had\(example). What was read "
                + "counts. If nobody changed them in this moment, tell the authors."
        ]
    }
}
