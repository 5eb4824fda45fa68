import ArgumentParser
import DirectoryModel
import SyncPlanKit

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tells whether everything works, and if not, why and what to do.",
        discussion: """
            Reads the configuration, reaches for the directory and the provider, and changes nothing.

            EXAMPLES
              sync-plan check
              sync-plan check --config staff.yaml
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let common = common
        try await Terminal.run {
            let profile = try common.profile()
            let steps =
                [CheckStep("configuration", passed: true, detail: "\(common.config) makes sense.")]
                + (await profile.check())
            Terminal.write(ReportText(style: common.style).render(steps))
            return ExitStatus(of: steps)
        }
    }
}
