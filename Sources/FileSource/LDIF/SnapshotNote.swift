internal import DirectoryModel

/// A comment by which a recorded snapshot says what LDIF has no words for: `# sync-plan: KEYWORD ARGUMENT`.
///
/// Other programs pass comments over. The rest of the line is written by the rules of values: folded, and as
/// `# sync-plan:: BASE64` where it is not plain text.
enum SnapshotNote: Equatable {
    /// The file is a recorded snapshot, in version 1 of these notes. The first line.
    case snapshot
    /// Where the snapshot was read, for people.
    case source(String)
    /// The name of the schema it was read with.
    case schema(String)
    /// What the file holds, for people.
    case contents(String)
    /// A reason why the snapshot is partial. Without any it is complete.
    case incomplete(Incompleteness.Code, String)
    /// What to do about the reason before.
    case remedy(String)
    /// How often the snapshot was brought up to date since everything was read, and where its source's changes go on.
    case position(updates: Int, String)
    /// What the next entry is, where its values do not say so.
    case object(ObjectKind, ObjectID)
    /// The next entry is a group whose list of members was read in part.
    case partialMembers
    /// The snapshot has been written to its end, with so many entries. The last line.
    case end(entries: Int)

    private static let version = "1"
    static let label = "# sync-plan"

    /// The text after the label.
    var text: String {
        switch self {
        case .snapshot: "snapshot \(Self.version)"
        case .source(let name): "source \(name)"
        case .schema(let name): "schema \(name)"
        case .contents(let text): "contents \(text)"
        case .incomplete(let code, let detail): "incomplete \(code.rawValue) \(detail)"
        case .remedy(let text): "remedy \(text)"
        case .position(let updates, let text): "position \(updates) \(text)"
        case .object(let kind, let id): "object \(kind.rawValue) \(id.text)"
        case .partialMembers: "partial-members"
        case .end(let entries): "end \(entries)"
        }
    }

    /// The note in a comment, which is the text after `#`; nil where it is somebody else's comment.
    ///
    /// A note that is damaged or unknown throws: passing over a reason why the snapshot is partial would make it complete.
    init?(comment: Span<UInt8>, line: Int) throws(LDIFError) {
        let label = " sync-plan:"
        guard comment.count >= label.utf8.count, let text = String(validatingUTF8: comment), text.hasPrefix(label)
        else {
            return nil
        }
        var value = text.utf8.dropFirst(label.utf8.count)
        let isBase64 = value.first == LDIFSyntax.colon
        if isBase64 { value = value.dropFirst() }
        var bytes = Array(value.drop { $0 == LDIFSyntax.space })
        if isBase64 { bytes = Base64.decode(bytes.span) ?? [] }
        guard let text = String(validatingUTF8: bytes.span), let note = SnapshotNote(text: text) else {
            throw LDIFError(
                .snapshot, line: line,
                problem: "This note of a recorded snapshot is damaged, or a later version wrote it. Record it again.")
        }
        self = note
    }

    private init?(text: String) {
        let (keyword, argument) = Self.split(text)
        switch keyword {
        case "snapshot" where argument == Self.version: self = .snapshot
        case "source": self = .source(argument)
        case "schema": self = .schema(argument)
        case "contents": self = .contents(argument)
        case "incomplete":
            let (code, detail) = Self.split(argument)
            self = .incomplete(Incompleteness.Code(rawValue: code), detail)
        case "remedy": self = .remedy(argument)
        case "position":
            let (updates, text) = Self.split(argument)
            guard let updates = Int(updates) else { return nil }
            self = .position(updates: updates, text)
        case "object":
            let (kind, id) = Self.split(argument)
            guard let kind = ObjectKind(rawValue: kind), let id = ObjectID(text: id) else { return nil }
            self = .object(kind, id)
        case "partial-members": self = .partialMembers
        case "end":
            guard let entries = Int(argument) else { return nil }
            self = .end(entries: entries)
        default: return nil
        }
    }

    /// The text before the first space, and the text after it.
    private static func split(_ text: String) -> (String, String) {
        let scalars = text.unicodeScalars
        guard let space = scalars.firstIndex(of: " ") else { return (text, "") }
        return (String(scalars[..<space]), String(scalars[scalars.index(after: space)...]))
    }
}
