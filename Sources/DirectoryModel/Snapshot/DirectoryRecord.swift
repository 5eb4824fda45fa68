/// A complete snapshot that is kept, with what a source needs to bring it up to date instead of reading everything again.
public struct DirectoryRecord: Sendable {
    /// What was read: always complete.
    public private(set) var snapshot: DirectorySnapshot
    /// Where the source's changes go on, in the words of the source; of no meaning to anybody else.
    public let position: String
    /// How often it was brought up to date since everything was read.
    public let updates: Int

    /// Makes a record; nil where the snapshot is partial, for what is missing would never be noticed.
    public init?(snapshot: DirectorySnapshot, position: String, updates: Int) {
        guard snapshot.completeness.proof != nil else { return nil }
        self.snapshot = snapshot
        self.position = position
        self.updates = updates
    }
}

extension DirectoryRecord {
    /// The record made by a source of this name.
    public func named(_ source: String) -> DirectoryRecord {
        var record = self
        record.snapshot = DirectorySnapshot(
            source: source, schema: snapshot.schema, attributes: snapshot.attributes, users: snapshot.users,
            groups: snapshot.groups, contacts: snapshot.contacts, partialGroups: snapshot.partialGroups,
            completeness: snapshot.completeness)
        return record
    }
}

/// A source that can tell what has changed since an earlier read.
public protocol IncrementalReader: DirectoryReader {
    /// Brings a record up to date; where that cannot be proved to be everything, reads everything.
    ///
    /// - Parameter record: what an earlier read of the same source left; nil to read everything.
    /// - Throws: as ``DirectoryReader/read(_:progress:)`` does.
    func read(
        _ request: ReadRequest, since record: DirectoryRecord?, progress: @escaping @Sendable (ReadProgress) -> Void
    ) async throws -> RecordedRead

    /// Tries whether changes can be followed, and tells why not.
    func checkChanges(_ request: ReadRequest) async -> CheckStep
}

/// What reading a directory that is recorded came to.
public struct RecordedRead: Sendable {
    /// The directory.
    public let snapshot: DirectorySnapshot
    /// What to keep for the next read; nil where the snapshot is partial, or the source cannot tell what changes.
    public let record: DirectoryRecord?
    /// How many objects were read, where the record was brought up to date; nil where everything was read.
    public let objectsRead: Int?
    /// Why everything was read although there was a record, or why there will be none: sentences for people.
    public let notes: [String]

    /// Makes a result.
    public init(snapshot: DirectorySnapshot, record: DirectoryRecord?, objectsRead: Int?, notes: [String]) {
        self.snapshot = snapshot
        self.record = record
        self.objectsRead = objectsRead
        self.notes = notes
    }
}
