import ArgumentParser
import Foundation
import ReconcileEngine
import SyncPlanKit

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says why the plan does what it does about one person, group or account. Changes nothing.",
        discussion: """
            It shows what was read, what each rule says, the account that comes of it, the one that was found, and what is \
            to be done. Secrets are not shown.

            EXAMPLES
              sync-plan explain ana@corp.example
              sync-plan explain "CN=Ana Archer,OU=Staff,DC=corp,DC=example"
              sync-plan explain "Ana Archer" --from yesterday.ldif
              sync-plan explain ana@corp.example --format json | jq .verdict
            """)

    /// How an explanation is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var common: CommonOptions

    @Argument(help: "An address, a distinguished name, an identity or a name, of an object or an account.")
    var subject: String

    @Option(
        help: ArgumentHelp(
            "Read this recorded snapshot (see `sync-plan snapshot`) instead of the directory.", valueName: "file"),
        completion: .file(extensions: ["ldif"]))
    var from: String?

    @Option(help: "text for people, or json.")
    var format: Format = .text

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile(recording: options.from)
            let progress = ProgressLine()
            defer { progress.clear() }
            let explanation = try await profile.explain(options.subject, progress: progress.show)
            progress.clear()
            switch options.format {
            case .text: Terminal.write(ExplanationText(style: options.common.style).render(explanation))
            case .json:
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                Terminal.write(([UInt8](try encoder.encode(explanation)) + [0x0A]).span)
            }
            return .success
        }
    }
}
