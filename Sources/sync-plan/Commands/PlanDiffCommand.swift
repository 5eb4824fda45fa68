import ArgumentParser
import ReconcileEngine
import SyncPlanKit

/// `plan diff`: what one saved plan has and another has not.
struct PlanDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows how two saved plans differ. Changes nothing.",
        discussion: """
            - is what only the first plan has, + what only the second one does. The exit code is 0, or with \
            --detailed-exitcode 2 where they differ; that a plan has something held back makes no difference to it.

            EXAMPLES
              sync-plan plan diff monday.plan tuesday.plan
              sync-plan plan diff --detailed-exitcode reviewed.plan now.plan
            """)

    @Argument(help: "A plan saved by `sync-plan plan --out`.", completion: .file())
    var old: String

    @Argument(help: "Another one.", completion: .file())
    var new: String

    @OptionGroup var exit: ExitOptions

    @OptionGroup var colors: ColorOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let plans = try [options.old, options.new].map { try PlanFile(path: $0).plan }
            let comparison = PlanComparison(from: plans[0], to: plans[1])
            let text = ReviewText(style: options.colors.style)
            Terminal.write(text.render(comparison, from: options.old, to: options.new))
            return ExitStatus(of: comparison, detailed: options.exit.isDetailed)
        }
    }
}
