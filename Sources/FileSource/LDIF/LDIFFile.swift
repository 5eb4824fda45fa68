public import DirectoryModel

/// A directory in an LDIF file (RFC 2849): an export of `ldapsearch -LLL` or `slapcat`, or a snapshot recorded by an
/// ``LDIFWriter``.
///
/// The file is read to its end or not at all: what is no LDIF throws, and nothing is derived from the lines before.
/// - A recorded snapshot is as complete as it was when recorded. Without its last line, or with another number of entries
///   than that line says, it is partial.
/// - Any other file is complete at its end. An export that its tool cut off between two records cannot be told from a whole
///   one; one that ends in the middle of a line, or is written to while it is read, makes the snapshot partial.
/// - So does an entry without `objectClass`, since nobody can tell whether it is a user, and one with only a part of its values
///   (`member;range=0-1499`).
public struct LDIFFile: DirectoryReader {
    /// The file's path.
    public let path: String
    /// How the directory's objects are laid out.
    public let schema: DirectorySchema

    /// Describes a file; it is opened when it is read.
    public init(path: String, schema: DirectorySchema) {
        self.path = path
        self.schema = schema
    }

    /// The file's path.
    public var name: String { path }

    /// Reads the file.
    ///
    /// Users, groups and contacts are brought whatever `ReadRequest.kinds` says. Throws a ``FileError`` where the file cannot
    /// be read, an ``LDIFError`` where it is not understood, and a `CancellationError`.
    public func read(
        _ request: ReadRequest, progress: @escaping @Sendable (ReadProgress) -> Void
    ) async throws -> DirectorySnapshot {
        try await onThreadOfItsOwn { cancellation in try read(request, progress, cancellation).snapshot }
    }

    /// Reads the record that an ``LDIFWriter`` wrote.
    ///
    /// - Returns: the record; nil where the file holds none, or not all of it.
    /// - Throws: as ``read(_:progress:)`` does.
    public func record() async throws -> DirectoryRecord? {
        try await onThreadOfItsOwn { cancellation in
            let (snapshot, position) = try read(ReadRequest(), { _ in }, cancellation)
            guard let position else { return nil }
            return DirectoryRecord(snapshot: snapshot, position: position.text, updates: position.updates)
        }
    }

    /// Opens the file, then reads all of it.
    public func check(_ request: ReadRequest) async -> [CheckStep] {
        do {
            let snapshot = try await read(request) { _ in }
            let reasons = snapshot.completeness.reasons.map(\.description)
            return [
                CheckStep("open", passed: true, detail: path),
                CheckStep(
                    "read", passed: reasons.isEmpty,
                    detail: ([snapshot.contents] + reasons).joined(separator: "; ")),
            ]
        } catch let error as FileError {
            return [CheckStep("open", failed: error)]
        } catch {
            return [
                CheckStep("open", passed: true, detail: path), CheckStep("read", failed: error),
            ]
        }
    }

    /// How many entries lie between two reports of progress, at the least.
    private static let progressStep = 1000
    private static let chunkSize = 64 << 10

    private typealias Contents = (snapshot: DirectorySnapshot, position: (updates: Int, text: String)?)

    private func read(
        _ request: ReadRequest, _ progress: (ReadProgress) -> Void, _ cancellation: Cancellation
    ) throws -> Contents {
        do {
            return try parse(request, progress, cancellation)
        } catch var error as LDIFError {
            error.file = path
            throw error
        }
    }

    private func parse(
        _ request: ReadRequest, _ progress: (ReadProgress) -> Void, _ cancellation: Cancellation
    ) throws -> Contents {
        let file = try SystemFile(reading: path)
        let status = try file.status()
        var collector = SnapshotCollector(source: path, schema: schema, attributes: request.attributes)
        var parser = LDIFParser()
        var buffer = [UInt8](repeating: 0, count: Self.chunkSize)
        var reported = 0
        while true {
            try cancellation.check()
            let count = try file.read(into: &buffer)
            if count == 0 { break }
            try parser.parse(buffer.span.extracting(0..<count), into: &collector)
            if collector.entryCount - reported >= Self.progressStep {
                reported = collector.entryCount
                progress(ReadProgress(entries: reported, subject: path))
            }
        }
        try parser.finish(into: &collector)
        progress(ReadProgress(entries: collector.entryCount, subject: path))
        if parser.endsInMiddleOfLine {
            collector.fail(
                .malformedFile, "\(path) ends in the middle of line \(parser.line), so that it may have been cut off.",
                remedy: "Export it again; if it is whole, end its last line with a line feed.")
        }
        if try file.status() != status {
            collector.fail(
                .unfinished, "\(path) was written to while it was read.", remedy: "Read it once its export is over.")
        }
        let position = collector.position
        return (collector.finish(), position)
    }
}

extension DirectorySnapshot {
    /// What there is, for people: `2 users, 1 group, 0 contacts`.
    var contents: String {
        [(users.count, "user"), (groups.count, "group"), (contacts.count, "contact")]
            .map { count, noun in "\(count) \(noun)\(count == 1 ? "" : "s")" }.joined(separator: ", ")
    }
}
