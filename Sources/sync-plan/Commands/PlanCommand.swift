import ArgumentParser
import ReconcileEngine
import SyncPlanKit

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what would be done. Changes nothing.",
        discussion: """
            EXAMPLES
              sync-plan plan                         show the plan
              sync-plan plan --out staff.plan        save it too, to be applied later
              sync-plan plan --report staff.html     write it as a page, too
              sync-plan plan --from yesterday.ldif   plan from a recorded snapshot
              sync-plan plan show staff.plan         show a saved plan again
              sync-plan plan diff old.plan new.plan  show how two saved plans differ
              sync-plan plan --format jsonl | jq -r '.operation.address // empty'
            """,
        subcommands: [PlanShowCommand.self, PlanDiffCommand.self])

    @OptionGroup var common: CommonOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Save the plan to this file as well.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Read this recorded snapshot (see `sync-plan snapshot`) instead of the directory.", valueName: "file"),
        completion: .file(extensions: ["ldif"]))
    var from: String?

    @OptionGroup var forms: PlanForms

    @OptionGroup var exit: ExitOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile(recording: options.from)
            let progress = ProgressLine()
            defer { progress.clear() }
            let file = try await profile.plan(progress: progress.show)
            progress.clear()
            try options.forms.write(file, savingTo: options.out, options.common.style)
            return ExitStatus(of: file.plan, detailed: options.exit.isDetailed)
        }
    }
}
