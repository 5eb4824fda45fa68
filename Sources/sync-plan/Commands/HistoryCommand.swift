public import ArgumentParser
import DirectoryModel
import Foundation
import PlanExecution
public import SyncPlanKit

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists past runs, the latest first.",
        discussion: """
            Runs are remembered for 400 days (`apply.history`). Those that had nothing to do are left out without --all. \
            Nothing is changed, and nobody is asked: all of it is in the state database.

            EXAMPLES
              sync-plan history
              sync-plan history --since 7d --failed
              sync-plan history --address ana@corp.example
              sync-plan history show last
              sync-plan history show 12 --only kind:delete
            """,
        subcommands: [HistoryShowCommand.self])

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "Only runs since then: 7d, 2026-11-01, or 2026-11-01T12:00:00Z.", valueName: "time"), transform: Self.time)
    var since: Timestamp?

    @Flag(help: "Only runs in which something failed or did not fit any more, or that did not come to their end.")
    var failed = false

    @Option(help: "Only runs that had to do with this address.", transform: Self.address)
    var address: MailAddress?

    @Option(help: ArgumentHelp("How many runs at most; 20 unless all are wanted.", valueName: "count"))
    var limit: Int?

    @OptionGroup var list: ListOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            let runs = try profile.history(
                HistoryFilter(
                    since: options.since, isFailed: options.failed, address: options.address,
                    includesIdle: options.list.all,
                    limit: options.limit.map { max(0, $0) } ?? (options.list.all ? nil : 20)))
            let text = HistoryText(style: options.common.style)
            switch options.list.format {
            case .text: Terminal.write(text.render(runs))
            case .csv: Terminal.write(text.csv(runs))
            case .json: Terminal.write(try text.json(runs))
            }
            return .success
        }
    }

    private static func time(_ text: String) throws -> Timestamp {
        let now = Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970))
        guard let time = HistoryFilter.time(text, before: now) else {
            throw ValidationError("\"\(text)\" is not a time such as 7d, 2026-11-01 or 2026-11-01T12:00:00Z.")
        }
        return time
    }

    private static func address(_ text: String) throws -> MailAddress {
        do { return try MailAddress(text) } catch { throw ValidationError("\(error)") }
    }
}

/// `history show`: one past run with what it did.
struct HistoryShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows what a past run did, field by field, and what became of it.",
        discussion: """
            EXAMPLES
              sync-plan history show last
              sync-plan history show 12 --only address:ana@corp.example
              sync-plan history show 12 --format json | jq '.entries[].operation.changes'
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The number of a run, as `sync-plan history` lists it, or `last`.")
    var choice: RunChoice

    @OptionGroup var selection: SelectionOptions

    @OptionGroup var list: ListOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            let run = try profile.run(options.choice).selecting(options.selection.value)
            let text = HistoryText(style: options.common.style, limit: options.list.all ? nil : 20)
            switch options.list.format {
            case .text: Terminal.write(text.render(run))
            case .csv: Terminal.write(text.csv(run))
            case .json: Terminal.write(try text.json(run))
            }
            return .success
        }
    }
}

extension RunChoice: ExpressibleByArgument {
    /// Reads `last` or a number.
    public init?(argument: String) { self.init(argument) }
}
