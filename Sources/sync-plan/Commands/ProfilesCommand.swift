import ArgumentParser
import SyncPlanKit

struct ProfilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "Lists the configurations of a folder.",
        discussion: """
            A profile is a configuration file with a directory and a provider of its own; several can run side by side. \
            Nothing is connected to.

            EXAMPLES
              sync-plan profiles
              sync-plan profiles /etc/sync-plan --search staff
            """)

    @Argument(help: "The folder.", completion: .directory)
    var folder = "."

    @Option(help: "Only profiles with this text in their name.")
    var search: String?

    @Flag(help: "No colours, even on a terminal.")
    var noColor = false

    func run() async throws {
        let options = self
        try await Terminal.run {
            let listing = try ProfileListing(folder: options.folder, search: options.search)
            let style = Style(usesColor: !options.noColor && Terminal.wantsColor())
            Terminal.write(OverviewText(style: style).render(listing))
            return listing.mistakes.first.map { ExitStatus(of: $0) } ?? .success
        }
    }
}
