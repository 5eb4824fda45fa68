import DirectoryModel
import FileSource
import Foundation
import TestSupport

/// The records of a text, as a parser hands them over.
struct Records: LDIFConsumer, Equatable {
    struct Value: Equatable {
        var name: String
        var bytes: [UInt8]
    }

    struct Entry: Equatable {
        var dn: String
        var line: Int
        var values: [Value] = []
        var hasEnded = false
    }

    var entries: [Entry] = []
    var comments: [String] = []

    mutating func beginEntry(dn: String, line: Int) { entries.append(Entry(dn: dn, line: line)) }

    mutating func append(_ value: Span<UInt8>, to name: Span<UInt8>) {
        entries[entries.count - 1].values.append(Value(name: text(name), bytes: array(value)))
    }

    mutating func endEntry() { entries[entries.count - 1].hasEnded = true }

    mutating func comment(_ text: Span<UInt8>, line: Int) { comments.append("\(line):\(self.text(text))") }

    private func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.withUnsafeBufferPointer { Array($0) } }

    private func text(_ bytes: Span<UInt8>) -> String { String(decoding: array(bytes), as: UTF8.self) }
}

/// Parses bytes that come in chunks of at most `chunkSize`.
func parse(
    _ bytes: [UInt8], chunkSize: Int = .max, recordLimit: Int = LDIFParser.defaultRecordLimit
) throws(LDIFError) -> Records {
    var records = Records()
    var parser = LDIFParser(recordLimit: recordLimit)
    var position = 0
    while position < bytes.count {
        let end = position + min(chunkSize, bytes.count - position)
        try parser.parse(bytes.span.extracting(position..<end), into: &records)
        position = end
    }
    try parser.finish(into: &records)
    return records
}

/// Each entry's name and values, one a line.
func lines(_ records: Records) -> [String] {
    records.entries.flatMap { entry in
        ["dn=\(entry.dn)"] + entry.values.map { "\($0.name)=\(String(decoding: $0.bytes, as: UTF8.self))" }
    }
}

/// What `body` throws.
func error<Failure: Error>(
    of type: Failure.Type, _ body: () async throws -> Void
) async throws -> Failure? {
    do {
        try await body()
        return nil
    } catch let failure as Failure {
        return failure
    }
}

/// A private folder that is removed with the value.
final class Folder: Sendable {
    let url: URL

    init() throws { url = try temporaryFolder("files") }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Writes a file and answers its path.
    func file(_ bytes: some Sequence<UInt8>, named name: String = "directory.ldif") throws -> String {
        try Data(bytes).write(to: url.appendingPathComponent(name))
        return path(name)
    }

    /// What is in the folder.
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() } }
}

/// Reads a text as a file.
func snapshot(
    of bytes: some Sequence<UInt8>, schema: DirectorySchema = .activeDirectory, _ request: ReadRequest = ReadRequest()
) async throws -> DirectorySnapshot {
    let folder = try Folder()
    return try await LDIFFile(path: try folder.file(bytes), schema: schema).read(request) { _ in }
}

/// The text that a snapshot is recorded as.
func recording(_ snapshot: DirectorySnapshot, includesSecrets: Bool = false) throws -> [UInt8] {
    var text: [UInt8] = []
    try LDIFWriter(includesSecrets: includesSecrets).write(snapshot) { text += $0 }
    return text
}
