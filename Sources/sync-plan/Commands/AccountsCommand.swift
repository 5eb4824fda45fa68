import ArgumentParser
import SyncPlanKit

struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "Lists the provider's accounts, and whose they are.",
        discussion: """
            Asks the provider only. An account is managed where this profile made or adopted it, bound where it belongs to \
            a directory object otherwise, and unmanaged where it belongs to none.

            EXAMPLES
              sync-plan accounts
              sync-plan accounts --unmanaged
              sync-plan accounts --suspended --search corp.example --all
              sync-plan accounts --format csv > accounts.csv
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Only accounts with this text in an address, their name, their id or that of their directory object.")
    var search: String?

    @Flag(help: "Only accounts that this profile neither made nor adopted.")
    var unmanaged = false

    @Flag(help: "Only suspended accounts.")
    var suspended = false

    @Flag(help: "Only accounts that the configuration protects.")
    var protected = false

    @OptionGroup var list: ListOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            let progress = ProgressLine()
            defer { progress.clear() }
            let filter = AccountSummary.Filter(
                search: options.search, isUnmanaged: options.unmanaged, isSuspended: options.suspended,
                isProtected: options.protected)
            let accounts = try await profile.accounts(filter, progress: progress.show)
            progress.clear()
            let text = OverviewText(style: options.common.style, limit: options.list.all ? nil : 20)
            switch options.list.format {
            case .text: Terminal.write(text.render(accounts))
            case .csv: Terminal.write(text.csv(accounts))
            case .json: Terminal.write(try text.json(accounts))
            }
            if options.list.format != .text {
                for reason in accounts.incomplete { Terminal.note("INCOMPLETE: \(reason)") }
            }
            return accounts.incomplete.isEmpty ? .success : .incomplete
        }
    }
}

/// How a list is printed.
enum ListFormat: String, ExpressibleByArgument, CaseIterable { case text, csv, json }

/// How much of a list is printed, and how.
struct ListOptions: ParsableArguments {
    @Option(help: "text for people, csv (RFC 4180), or json; the last two leave nothing out.")
    var format: ListFormat = .text

    @Flag(help: "Show everything, however much there is.")
    var all = false
}
