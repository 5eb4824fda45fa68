import ArgumentParser
import SyncPlanKit

struct GroupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "Lists the groups of the directory, and which rules name them.",
        discussion: """
            EXAMPLES
              sync-plan groups
              sync-plan groups --search sales --nested
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Only groups with this text in their name, distinguished name or address.")
    var search: String?

    @Flag(help: "Count people who are members by way of other groups, instead of direct members.")
    var nested = false

    @Option(
        help: ArgumentHelp(
            "Read this recorded snapshot (see `sync-plan snapshot`) instead of the directory.", valueName: "file"),
        completion: .file(extensions: ["ldif"]))
    var from: String?

    func run() async throws {
        let options = self
        try await Terminal.run {
            let groups = try await options.common.look(from: options.from) {
                try await $0.groups(search: options.search, nested: options.nested, progress: $1)
            }
            Terminal.write(OverviewText(style: options.common.style).render(groups))
            return groups.incomplete.isEmpty ? .success : .incomplete
        }
    }
}
