import ArgumentParser
import DirectoryModel
import Foundation
import SyncPlanKit

/// The command: arguments, exit codes, and nothing else.
///
/// All it does is in `SyncPlanKit`.
@main
struct SyncPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync-plan",
        abstract: "Keeps the accounts of a mail or SaaS provider in step with a directory.",
        discussion: """
            It reads users and groups, works out the accounts they should have, and shows the difference as a plan. \
            Nothing is changed until a plan is applied.

            EXAMPLES
              sync-plan init       answer a few questions: a configuration to begin with
              sync-plan check      see whether directory and provider can be reached
              sync-plan plan       show what would be done
              sync-plan plan show staff.plan   show a saved plan, also as HTML or Markdown
              sync-plan apply      show it, ask, and do it
              sync-plan run        do it without asking, for timers and services
              sync-plan preview    show who is in scope, and why
              sync-plan explain ana@corp.example   say why
              sync-plan review old.yaml new.yaml   show what other rules would change
              sync-plan accounts   show what the provider has, and whose it is
              sync-plan history    show past runs
              sync-plan revert 12  plan the undoing of one
              sync-plan test FILE  try rules on small directories, without a server

            EXIT CODES
              0  done, or nothing to do             69  directory or provider not there
              1  a case of `test` failed
              2  changes pending, or a difference   73  a file cannot be written
              3  held by a safety rule              75  another run is active
              4  applied in part                    77  credentials or rights refused
              5  directory read in part             78  mistake in the configuration
              64 mistake on the command line       130  stopped
            """,
        version: SyncPlan.version,
        subcommands: [
            InitCommand.self, CheckCommand.self, PlanCommand.self, ApplyCommand.self, RunCommand.self,
            ExplainCommand.self, ReviewCommand.self, HistoryCommand.self, RevertCommand.self, AccountsCommand.self,
            PreviewCommand.self, AttributesCommand.self, GroupsCommand.self, SnapshotCommand.self,
            ProfilesCommand.self, AuthenticateCommand.self, TestCommand.self, ConfigCommand.self, ManualCommand.self,
        ])

    /// Begins.
    ///
    /// Threads want priorities that only the superuser may give, and libdispatch tells the system's log of each that it
    /// could not give. That has to be ended before there are threads, and so on the main one.
    @MainActor static func main() async {
        unsafe setenv("LIBDISPATCH_LOG", "NO", 0)
        let arguments = Array(CommandLine.arguments.dropFirst())
        var command: any ParsableCommand
        do { command = try parseAsRoot(arguments) } catch {
            exit(withError: UnknownCommand(in: arguments).map { ValidationError("\($0)") } ?? error)
        }
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp(
            "The configuration file; without it $SYNC_PLAN_CONFIG, or sync-plan.yaml.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    private var givenConfig: String?

    @OptionGroup var colors: ColorOptions

    /// The path of the configuration file.
    var config: String {
        let environment = ProcessInfo.processInfo.environment["SYNC_PLAN_CONFIG"] ?? ""
        return givenConfig ?? (environment.isEmpty ? "sync-plan.yaml" : environment)
    }

    /// The profile of the configuration; what is unsafe about its source is told at once.
    ///
    /// - Parameter recording: a recorded snapshot to read instead of the source; nil for the source.
    func profile(recording: String? = nil) throws -> Profile {
        let profile = try Profile(configuration: ConfigurationFile(path: config).load(), recording: recording)
        for warning in profile.reader.warnings { Terminal.note("WARNING: \(warning)") }
        return profile
    }

    var style: Style { colors.style }
}

/// How text is marked.
///
/// What a command and its subcommands both take is a group, because the command would keep a flag of its own to itself.
struct ColorOptions: ParsableArguments {
    @Flag(help: "No colours, even on a terminal. The environment variable NO_COLOR does the same.")
    var noColor = false

    var style: Style { Style(usesColor: !noColor && Terminal.wantsColor(), columns: Terminal.columns) }

    /// How text on standard error is marked.
    var errorStyle: Style { Style(usesColor: !noColor && Terminal.wantsColor(on: STDERR_FILENO)) }
}

extension Duration {
    /// Reads a time on the command line.
    static func argument(_ text: String) throws -> Duration {
        guard let time = Duration(text: text) else {
            throw ValidationError("\"\(text)\" is not a time such as 30m or 2h.")
        }
        return time
    }
}

/// Whether the exit code tells that there is something to be done.
struct ExitOptions: ParsableArguments {
    @Flag(
        name: .customLong("detailed-exitcode"), help: "Exit with 2 where there are changes to be made, or a difference."
    )
    var isDetailed = false
}
