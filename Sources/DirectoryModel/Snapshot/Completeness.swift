/// Whether a read saw everything it was asked for.
///
/// Nothing may be suspended, deleted or taken out of a group because it was *not* seen, unless the read can prove that
/// it saw everything (requirement BE1). So ``complete(_:)`` carries a ``CompletenessProof``, the functions that build
/// such operations demand one, and only ``SnapshotBuilder`` can make it.
public enum Completeness: Sendable, Hashable {
    /// Every search ended in success on every page, and every entry was understood.
    case complete(CompletenessProof)
    /// Something is missing; the reasons are never empty.
    case partial([Incompleteness])

    /// The proof, where the read was complete.
    public var proof: CompletenessProof? {
        if case .complete(let proof) = self { proof } else { nil }
    }

    /// Why the read was partial; empty where it was complete.
    public var reasons: [Incompleteness] {
        if case .partial(let reasons) = self { reasons } else { [] }
    }
}

/// The evidence that a read saw everything: each search with how it ended.
///
/// There is no public initialiser: a proof comes from a ``SnapshotBuilder`` that saw every search end in success.
public struct CompletenessProof: Sendable, Hashable {
    /// The searches that make up the read, in the order they ran; never empty.
    public let searches: [SearchEvidence]

    init(searches: [SearchEvidence]) { self.searches = searches }
}

/// One search, or one file, that was read to its proper end.
public struct SearchEvidence: Sendable, Hashable {
    /// What was read, for people: a base and a filter, or a file's name.
    public let subject: String
    /// How many entries it gave.
    public let entries: Int
    /// How many pages it took; 1 where there are no pages.
    public let pages: Int
    /// The parts below the base that other servers have, as URLs (RFC 4511 §4.5.3): those servers were not asked.
    public let referrals: [String]
}

/// One reason why a read is partial.
public struct Incompleteness: Sendable, Hashable, CustomStringConvertible {
    /// The kind of reason, for programs; new kinds may appear.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The server gave fewer entries than there are: a size or administrative limit.
        public static let sizeLimit = Code(rawValue: "size-limit")
        /// The server, or the caller's own time-out, ended the search early.
        public static let timeLimit = Code(rawValue: "time-limit")
        /// The connection was lost between the first and the last page.
        public static let connectionLost = Code(rawValue: "connection-lost")
        /// The server refused or broke off a search.
        public static let refused = Code(rawValue: "refused")
        /// An entry could not be understood.
        public static let undecodableEntry = Code(rawValue: "undecodable-entry")
        /// An entry came twice and was not the same: the directory changed while it was read.
        public static let changedWhileRead = Code(rawValue: "changed-while-read")
        /// The file ended in the middle, or was not understood from some line on.
        public static let malformedFile = Code(rawValue: "malformed-file")
        /// The reader stopped without saying that it had come to the end.
        public static let unfinished = Code(rawValue: "unfinished")
        /// The read was cancelled.
        public static let cancelled = Code(rawValue: "cancelled")
    }

    /// The kind of reason.
    public let code: Code
    /// What happened, to what: result code with its name, the server's own text, the entry's name.
    public let detail: String
    /// What to change so that the next read is complete; nil where there is nothing to advise.
    public let remedy: String?

    /// Makes a reason.
    public init(_ code: Code, _ detail: String, remedy: String? = nil) {
        self.code = code
        self.detail = detail
        self.remedy = remedy
    }

    /// ``detail``, then ``remedy``.
    public var description: String { remedy.map { "\(detail) \($0)" } ?? detail }
}
