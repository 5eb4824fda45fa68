import ArgumentParser
import Foundation
import PlanExecution
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

            Where most calls fail, the run ends, and the provider is left alone for a while that grows: the next run is \
            refused until then, unless --now says that it works again.

            EXAMPLES
              sync-plan apply                 plan, show, ask, do
              sync-plan apply staff.plan      carry out a plan that was saved and reviewed
              sync-plan apply --yes           without asking; `sync-plan run` is for timers
              sync-plan apply staff.plan --approve 9c1e07ab   with what one rule holds
              sync-plan apply staff.plan --only kind:create   a part of it
              sync-plan apply --yes --time-limit 30m --report run.jsonl   at night
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "A plan saved by `sync-plan plan --out`.", completion: .file())
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

    @Flag(help: "Try the provider even though it is left alone because most calls failed.")
    var now = false

    @Option(
        help: ArgumentHelp("Begin nothing after so long, such as 30m or 2h.", valueName: "time"),
        transform: Duration.argument)
    var timeLimit: Duration?

    @Option(help: ArgumentHelp("End when more operations than these have failed.", valueName: "count"))
    var maxFailures: Int?

    @Option(
        help: ArgumentHelp("Refuse a saved plan that is older; 24h by default.", valueName: "time"),
        transform: Duration.argument)
    var maxAge: Duration?

    @Option(
        help: "Report the run in this file too: .txt, .jsonl, or .xml for JUnit.", completion: .file(),
        transform: Self.reportFile)
    var report: ReportFile?

    func validate() throws {
        if let maxFailures, maxFailures < 0 { throw ValidationError("A number of failures is 0 or more.") }
        if maxAge != nil && file == nil { throw ValidationError("Only a saved plan has an age: name its file here.") }
        if !approve.isEmpty && file == nil {
            throw ValidationError(
                "What is approved is a part of a saved plan: save one with `sync-plan plan --out FILE`, and name it here."
            )
        }
    }

    func run() async throws {
        if !yes && !Terminal.isInteractive {
            throw ValidationError("There is no terminal to ask on. Use --yes to apply without being asked.")
        }
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            let lock = try profile.lock()
            if !options.now { try profile.requireNoQuarantine() }
            try options.report?.prepare()
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
                let report = try await profile.apply(selected)
                try options.report?.write(report)
                return ExitStatus(of: plan)
            }
            if !options.yes && !Terminal.confirms(plan) {
                Terminal.write("Nothing has been changed.\n")
                return .success
            }
            let report = try await profile.apply(
                selected, approving: lifted, options: options.executorOptions(profile), progress: progress.show)
            progress.clear()
            Terminal.write("\n" + ReportText(style: options.common.style).render(report))
            try options.report?.write(report)
            _ = consume lock
            return ExitStatus(of: report, plan: plan)
        }
    }

    /// What the configuration says, unless the command line says otherwise.
    private func executorOptions(_ profile: Profile) -> PlanExecutor.Options {
        var options = profile.configuration.apply.options
        options.ignoresQuarantine = now
        if let timeLimit { options.timeLimit = timeLimit }
        if let maxFailures { options.maximumFailures = maxFailures }
        return options
    }

    private static func reportFile(_ path: String) throws -> ReportFile {
        guard let file = ReportFile(path: path) else {
            throw ValidationError("The name of a report ends in .txt, .jsonl or .xml.")
        }
        return file
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
        try saved.requireFit(
            path, profile.header(), maximumAge: maxAge ?? profile.configuration.apply.maximumAge)
        return saved
    }
}
