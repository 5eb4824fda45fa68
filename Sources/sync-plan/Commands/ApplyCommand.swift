import ArgumentParser
import Foundation
import ReconcileEngine
import SyncPlanKit

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Shows a plan, asks, and carries it out.",
        discussion: """
            Without a file it plans first. With one it carries out exactly that plan, and each operation only if the \
            account still is as the plan saw it. Run again after an interruption, it goes on where it stopped.

            What a safety rule holds back in a saved plan is carried out where every rule that holds it is approved, each \
            by the token that the plan shows for it. A token means one rule in one plan, and nothing else.

            EXAMPLES
              sync-plan apply                 plan, show, ask, do
              sync-plan apply staff.plan      carry out a plan that was saved and reviewed
              sync-plan apply --yes           without asking, for a timer
              sync-plan apply staff.plan --approve 9c1e07ab   with what one rule holds
              sync-plan apply staff.plan --only kind:create   a part of it
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "A plan saved by `sync-plan plan --out`.")
    var file: String?

    @Option(
        help: ArgumentHelp("Carry out what a safety rule holds back in the saved plan; repeatable.", valueName: "token")
    )
    var approve: [String] = []

    @OptionGroup var selection: SelectionOptions

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Flag(help: "Show every operation and note, however many there are.")
    var all = false

    func validate() throws {
        if !approve.isEmpty && file == nil {
            throw ValidationError(
                "What is approved is a part of a saved plan: save one with `sync-plan plan --out FILE`, and name it here."
            )
        }
        if !yes && !Terminal.isInteractive {
            throw ValidationError("There is no terminal to ask on. Use --yes to apply without being asked.")
        }
    }

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            let lock = try profile.lock()
            let progress = ProgressLine()
            defer { progress.clear() }
            let file = try await options.plan(profile, progress)
            progress.clear()
            let approved = try file.violations(approvedBy: options.approve)
            let part = options.selection.value
            let selected = part.isEverything ? file : try file.selecting(part, approving: approved)
            let lifted = part.isEverything ? approved : []
            let plan = selected.plan.approving(lifted)
            let text = PlanText(style: options.common.style, limit: options.all ? nil : 20)
            Terminal.write(text.render(plan, approvals: options.commands(for: file, without: approved), ending: ""))
            if plan.operations.isEmpty {
                // That there was nothing to do is remembered.
                _ = try await profile.apply(selected)
                return ExitStatus(of: plan)
            }
            if !options.yes && !Terminal.confirms(plan) {
                Terminal.write("Nothing has been changed.\n")
                return .success
            }
            let report = try await profile.apply(selected, approving: lifted, progress: progress.show)
            progress.clear()
            Terminal.write("\n" + ReportText(style: options.common.style).render(report))
            _ = consume lock
            return ExitStatus(of: report, plan: plan)
        }
    }

    /// The commands that approve what is still held.
    private func commands(for saved: PlanFile, without approved: Set<Int>) -> [String?] {
        guard let path = file else { return [] }
        return saved.approvalCommands(savedAs: path).enumerated().filter { !approved.contains($0.offset) }
            .map { $0.element.map { "\($0)\(approve.map { " --approve \($0)" }.joined())" } }
    }

    private func plan(_ profile: Profile, _ progress: ProgressLine) async throws -> PlanFile {
        guard let path = file else { return try await profile.plan(progress: progress.show) }
        let saved = try PlanFile(path: path)
        try saved.requireFit(path, profile.header())
        return saved
    }
}
