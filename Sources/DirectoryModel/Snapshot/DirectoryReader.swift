/// What every source of users and groups can do.
///
/// A reader throws only where nothing could be read: the server is not there, the credentials are refused, the file is
/// missing. What goes wrong after the first entry makes the snapshot partial instead.
public protocol DirectoryReader: Sendable {
    /// What is read, for people: `ldaps://dc1.corp.example` or a file's path; never with a secret in it.
    var name: String { get }

    /// What is unsafe about the way it is read, one sentence each, to be told in every run; mostly empty.
    var warnings: [String] { get }

    /// Reads the directory once, from the beginning to the end.
    ///
    /// - Parameter progress: called now and then, from any thread, with what has been read so far.
    func read(
        _ request: ReadRequest, progress: @escaping @Sendable (ReadProgress) -> Void
    ) async throws -> DirectorySnapshot

    /// Tries what a read needs, step by step, and tells what works and why the first failing step does not.
    func check(_ request: ReadRequest) async -> [CheckStep]
}

extension DirectoryReader {
    /// Nothing.
    public var warnings: [String] { [] }
}

/// What a read should bring.
public struct ReadRequest: Sendable, Hashable {
    /// The attributes that the rules need.
    public var attributes: AttributeSelection
    /// The kinds of object that the rules look at; sources that cannot tell before reading bring more.
    public var kinds: Set<ObjectKind>

    /// Makes a request, by default for everything.
    public init(
        attributes: AttributeSelection = .all, kinds: Set<ObjectKind> = [.user, .group, .contact]
    ) {
        self.attributes = attributes
        self.kinds = kinds
    }

    /// A request for all that this one or the other asks for.
    public func union(_ other: ReadRequest) -> ReadRequest {
        guard case .only(let names) = attributes, case .only(let others) = other.attributes else {
            return ReadRequest(attributes: .all, kinds: kinds.union(other.kinds))
        }
        return ReadRequest(attributes: .only(names + others), kinds: kinds.union(other.kinds))
    }
}

/// How far a read has come.
public struct ReadProgress: Sendable, Hashable {
    /// How many entries have been read.
    public let entries: Int
    /// What is being read, for people.
    public let subject: String

    /// Makes a report.
    public init(entries: Int, subject: String) {
        self.entries = entries
        self.subject = subject
    }
}

/// One step of a check: what was tried, and what came of it.
public struct CheckStep: Sendable {
    /// What was tried, in a few words: `connect`, `bind`, `search`.
    public let title: String
    /// Whether it worked.
    public let passed: Bool
    /// What was found, or what went wrong and what to do about it.
    public let detail: String
    /// The error that a read or a call would have thrown; nil where the step worked, or found something else amiss.
    public let error: (any Error)?
    /// A line for a shell that tries the same with another tool; nil where there is none.
    ///
    /// It has no secret in it.
    public let command: String?

    /// Makes a step.
    public init(_ title: String, passed: Bool, detail: String, command: String? = nil) {
        self.init(title: title, passed: passed, detail: detail, error: nil, command: command)
    }

    /// Makes a step that failed with an error, which says what to do.
    public init(_ title: String, failed error: any Error, command: String? = nil) {
        self.init(title: title, passed: false, detail: "\(error)", error: error, command: command)
    }

    /// The same step under another title.
    public func titled(_ title: String) -> CheckStep {
        CheckStep(title: title, passed: passed, detail: detail, error: error, command: command)
    }

    private init(title: String, passed: Bool, detail: String, error: (any Error)?, command: String?) {
        self.title = title
        self.passed = passed
        self.detail = detail
        self.error = error
        self.command = command
    }
}
