import ArgumentParser
import SyncPlanKit

struct PreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Shows who is in scope, and which rule decided it.",
        discussion: """
            Reads the directory, and asks the provider for nothing.

            EXAMPLES
              sync-plan preview
              sync-plan preview --format csv > scope.csv
              sync-plan preview --from yesterday.ldif --all
            """)

    /// How a preview is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, csv }

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "Read this recorded snapshot (see `sync-plan snapshot`) instead of the directory.", valueName: "file"),
        completion: .file(extensions: ["ldif"]))
    var from: String?

    @Option(help: "text for people, or csv: all objects, one a line (RFC 4180).")
    var format: Format = .text

    @Flag(help: "Show every object, however many there are.")
    var all = false

    func run() async throws {
        let options = self
        try await Terminal.run {
            let preview = try await options.common.look(from: options.from) { try await $0.preview(progress: $1) }
            let text = OverviewText(style: options.common.style, limit: options.all ? nil : 20)
            switch options.format {
            case .text: Terminal.write(text.render(preview))
            case .csv:
                Terminal.write(Array(text.csv(preview).utf8).span)
                for reason in preview.incomplete { Terminal.note("INCOMPLETE: \(reason)") }
                for note in preview.notes { Terminal.note("note: \(note)") }
            }
            return preview.incomplete.isEmpty ? .success : .incomplete
        }
    }
}

extension CommonOptions {
    /// Looks at the directory, or at a recorded snapshot of it, showing how far the reading has come.
    func look<Content>(
        from recording: String?,
        _ body: (Profile, @escaping @Sendable (RunProgress) -> Void) async throws -> Overview<Content>
    ) async throws -> Overview<Content> {
        let profile = try profile(recording: recording)
        let progress = ProgressLine()
        defer { progress.clear() }
        return try await body(profile, progress.show)
    }
}
