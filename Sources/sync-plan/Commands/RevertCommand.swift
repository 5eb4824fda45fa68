import ArgumentParser
import SyncPlanKit

struct RevertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Plans the undoing of a past run. Changes nothing.",
        discussion: """
            What the run suspended is reactivated, fields get their old values back, what it deleted is made again as far \
            as that can be, and what it made is suspended, or with --delete deleted. An account that somebody has changed \
            since is left as it is. The plan is saved with --out and carried out with `sync-plan apply`, as any other; that \
            run can be reverted, too.

            EXAMPLES
              sync-plan revert last
              sync-plan revert 12 --out undo.plan
              sync-plan revert 12 --only kind:reactivate --out undo.plan
              sync-plan revert 12 --delete --report undo.html
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The number of a run, as `sync-plan history` lists it, or `last`.")
    var choice: RunChoice

    @Option(name: .shortAndLong, help: "Save the plan to this file as well.")
    var out: String?

    @Flag(help: "Delete the accounts that the run made, with what they hold by now, instead of suspending them.")
    var delete = false

    @OptionGroup var selection: SelectionOptions

    @OptionGroup var forms: PlanForms

    @OptionGroup var exit: ExitOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            let progress = ProgressLine()
            defer { progress.clear() }
            let file = try await profile.revert(
                options.choice, deletingMade: options.delete, progress: progress.show
            ).selecting(options.selection.value)
            progress.clear()
            try options.forms.write(file, savingTo: options.out, options.common.style)
            return ExitStatus(of: file.plan, detailed: options.exit.isDetailed)
        }
    }
}
