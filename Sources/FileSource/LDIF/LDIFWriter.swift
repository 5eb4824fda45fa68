public import DirectoryModel

/// Records snapshots as LDIF content records (RFC 2849) that an ``LDIFFile`` reads back as the same snapshot.
///
/// Users come first, then groups, then contacts, each in the snapshot's order, with their values in the order read: the same
/// snapshot gives the same bytes. What LDIF has no words for stands in comments that begin with `# sync-plan:`: where the
/// snapshot came from, why it is partial, and a last line, without which the file counts as cut off.
public struct LDIFWriter: Sendable {
    /// Attributes from which somebody could log in or work out a password: written only where it was asked for.
    public static let secretAttributes = AttributeName.secret

    /// Whether ``secretAttributes`` are written too; otherwise the file is silent on them and says so.
    public var includesSecrets: Bool

    /// Makes a writer.
    public init(includesSecrets: Bool = false) {
        self.includesSecrets = includesSecrets
    }

    /// Records a snapshot in a file that only its owner can read.
    ///
    /// The file appears at `path` in one step, and in place of what was there, only once all of it is on the disk. Throws a
    /// ``FileError``, or a `CancellationError`; then what was there is left as it was.
    public func write(_ snapshot: DirectorySnapshot, to path: String) async throws {
        try await write(SnapshotRecording(snapshot, includesSecrets: includesSecrets), to: path)
    }

    /// Writes a record in the same way, which ``LDIFFile/record()`` reads.
    ///
    /// ``secretAttributes`` are in it whatever ``includesSecrets`` says, since it stands for the directory.
    public func write(_ record: DirectoryRecord, to path: String) async throws {
        try await write(SnapshotRecording(record), to: path)
    }

    private func write(_ recording: SnapshotRecording, to path: String) async throws {
        try await onThreadOfItsOwn { cancellation in
            let file = try FileReplacement(of: path)
            var recording = recording
            try recording.write(into: { bytes in
                try cancellation.check()
                try file.write(bytes.span)
            })
            try file.finish()
        }
    }

    /// Hands the text of a snapshot to `sink` in pieces of about 64 KiB, for a stream.
    ///
    /// Throws what `sink` throws, and a ``FileError`` where an attribute has a name that LDIF cannot hold.
    public func write(_ snapshot: DirectorySnapshot, into sink: ([UInt8]) throws -> Void) throws {
        var recording = SnapshotRecording(snapshot, includesSecrets: includesSecrets)
        try recording.write(into: sink)
    }
}
