import ArgumentParser
import DirectoryModel
import SyncPlanKit

struct AttributesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attributes",
        abstract: "Lists the attributes that the directory has values for.",
        discussion: """
            Reads every attribute that the account may read, and shows how many users have it, with samples. Passwords \
            and their hashes are not shown.

            EXAMPLES
              sync-plan attributes
              sync-plan attributes --search quota
              sync-plan attributes --groups
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Only attributes with this text in their name or in a value.")
    var search: String?

    @Flag(help: "The attributes of groups instead of users.")
    var groups = false

    @Option(
        help: ArgumentHelp(
            "Read this recorded snapshot (see `sync-plan snapshot`) instead of the directory.", valueName: "file"),
        completion: .file(extensions: ["ldif"]))
    var from: String?

    func run() async throws {
        let options = self
        try await Terminal.run {
            let survey = try await options.common.look(from: options.from) {
                try await $0.attributes(of: options.groups ? .group : .user, search: options.search, progress: $1)
            }
            Terminal.write(OverviewText(style: options.common.style).render(survey))
            return survey.incomplete.isEmpty ? .success : .incomplete
        }
    }
}
