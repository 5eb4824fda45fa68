internal import DirectoryModel
internal import FileSource
internal import ReconcileEngine

/// A plan in one of the forms in which it is shown to people and programs.
public struct PlanReport: Sendable {
    /// A form.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Text for people, as on a terminal.
        case text
        /// Markdown for a ticket or a merge request on GitHub or GitLab.
        case markdown
        /// One HTML page with everything in it, to search and filter.
        case html
        /// One JSON document, as `Documentation/plan.schema.json` describes it.
        case json
        /// The plan's own lines, one JSON object each; see `Plan.writeLines(to:)`.
        case jsonl
        /// One record for each operation (RFC 4180).
        case csv

        /// The form that the name of a file calls for; nil for a name that calls for none.
        public init?(path: String) {
            guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return nil }
            switch path[dot...].dropFirst().lowercased() {
            case "txt": self = .text
            case "md", "markdown": self = .markdown
            case "html", "htm": self = .html
            case "json": self = .json
            case "jsonl": self = .jsonl
            case "csv": self = .csv
            default: return nil
            }
        }

        /// The ends of file names that call for a form, for people.
        public static let extensions = ".txt, .md, .html, .json, .jsonl or .csv"
    }

    /// The plan.
    public let file: PlanFile
    /// How text is marked.
    public var style = Style()
    /// How many operations of a kind, held operations and notes are shown to people before the rest is only counted; nil
    /// for all.
    ///
    /// Pages and forms for programs always have everything.
    public var limit: Int? = 20
    /// The last sentence, which tells what was done with the plan.
    public var ending = "Nothing has been changed."
    private let approvals: [String?]

    /// Makes a report.
    ///
    /// - Parameter path: where the plan is saved; nil where it is not, so that nothing of it can be approved.
    public init(_ file: PlanFile, savedAs path: String?) {
        self.file = file
        approvals = path.map { file.approvalCommands(savedAs: $0) } ?? []
    }

    /// Writes the report.
    ///
    /// - Parameter write: takes the next bytes, of text whole lines.
    public func write<Failure>(
        as format: Format, to write: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        switch format {
        case .jsonl: try file.plan.writeLines(to: write)
        case .json: try write(document.span)
        case .html: try write(PlanPage(PlanOutline(file.plan), file, approvals: approvals, ending: ending).bytes.span)
        case .text:
            let text = PlanText(style: style, limit: limit).render(file.plan, approvals: approvals, ending: ending)
            try write(Array(text.utf8).span)
        case .markdown:
            let markdown = PlanMarkdown(
                limit: limit, outline: PlanOutline(file.plan), header: file.header, digest: file.digest,
                approvals: approvals, ending: ending)
            try write(Array(markdown.text.utf8).span)
        case .csv: try write(Array(PlanTable(plan: file.plan, tokens: file.approvalTokens).text.utf8).span)
        }
    }

    /// Writes the report to a file that only its owner can read, in the form that its name calls for.
    ///
    /// - Throws: ``PlanFileError`` where the name calls for no form, and `FileError` where it cannot be written.
    public func write(to path: String) throws {
        guard let format = Format(path: path) else {
            throw PlanFileError(path, .unwritable, "its name should end in \(Format.extensions)")
        }
        let file = try FileReplacement(of: path)
        try write(as: format) { bytes throws(FileError) in try file.write(bytes) }
        try file.finish()
    }

    /// The plan as one JSON document.
    private var document: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("syncPlan")
            writer.object {
                $0.key("format")
                $0.number("\(file.header.format)")
                for (key, value) in [
                    ("tool", file.header.tool), ("configuration", file.header.configuration),
                    ("provider", file.header.provider), ("madeAt", file.header.madeAt.description),
                    ("sha256", file.digest.text),
                ] {
                    $0.key(key)
                    $0.string(value)
                }
            }
            file.plan.writeMembers(to: &writer)
            writer.key("approvals")
            writer.array(file.approvalTokens) { writer, token in
                if let token { writer.string(token) } else { writer.null() }
            }
        }
        return writer.bytes + [0x0A]
    }
}
