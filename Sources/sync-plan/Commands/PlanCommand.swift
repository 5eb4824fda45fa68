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
              sync-plan plan --from yesterday.ldif   plan from a recorded snapshot
              sync-plan plan --format jsonl | jq -r '.operation.address // empty'
            """)

    /// How a plan is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, jsonl }

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, help: "Save the plan to this file as well.")
    var out: String?

    @Option(help: "Read this recorded snapshot (see `sync-plan snapshot`) instead of the directory.")
    var from: String?

    @Option(help: "text for people, or jsonl: one JSON object a line.")
    var format: Format = .text

    @Flag(help: "Show every operation and note, however many there are.")
    var all = false

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit with 2 where there are changes to be made.")
    var detailedExitCode = false

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile(recording: options.from)
            let progress = ProgressLine()
            defer { progress.clear() }
            let file = try await profile.plan(progress: progress.show)
            progress.clear()
            if let out = options.out { try file.write(to: out) }
            switch options.format {
            case .text:
                let text = PlanText(style: options.common.style, limit: options.all ? nil : 20)
                let approvals = options.out.map { file.approvalCommands(savedAs: $0) } ?? []
                Terminal.write(text.render(file.plan, approvals: approvals, ending: "Nothing has been changed."))
                if let out = options.out {
                    Terminal.write("Saved as \(out); apply it with `sync-plan apply \(out)`.\n")
                }
            case .jsonl:
                file.plan.writeLines { Terminal.write($0) }
            }
            return ExitStatus(of: file.plan, detailed: options.detailedExitCode)
        }
    }
}
