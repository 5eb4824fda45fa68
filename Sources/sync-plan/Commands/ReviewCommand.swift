import ArgumentParser
import SyncPlanKit

struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Shows what another configuration would do differently. Changes nothing.",
        discussion: """
            Both plans are made of the same directory and the same accounts, read once, and of what the old \
            configuration remembers. - is what only the old configuration leads to, + what only the new one does.

            EXAMPLES
              sync-plan review sync-plan.yaml new.yaml
              sync-plan review sync-plan.yaml new.yaml --from yesterday.ldif
              sync-plan review --detailed-exitcode sync-plan.yaml new.yaml
            """)

    @Argument(help: "The configuration as it is.", completion: .file(extensions: ["yaml", "yml"]))
    var old: String

    @Argument(help: "The configuration as it could be.", completion: .file(extensions: ["yaml", "yml"]))
    var new: String

    @Option(
        help: ArgumentHelp(
            "Read this recorded snapshot (see `sync-plan snapshot`) instead of the directory.", valueName: "file"),
        completion: .file(extensions: ["ldif"]))
    var from: String?

    @OptionGroup var exit: ExitOptions

    @OptionGroup var colors: ColorOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profiles = try [options.old, options.new].map {
                try Profile(configuration: ConfigurationFile(path: $0).load(), recording: options.from)
            }
            let progress = ProgressLine()
            defer { progress.clear() }
            let comparison = try await profiles[0].review(profiles[1], progress: progress.show)
            progress.clear()
            let text = ReviewText(style: options.colors.style)
            Terminal.write(text.render(comparison, from: options.old, to: options.new))
            return ExitStatus(of: comparison, detailed: options.exit.isDetailed)
        }
    }
}
