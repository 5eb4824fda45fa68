import ArgumentParser
import SyncPlanKit

/// `config`: the configuration itself, without a directory or a provider.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Shows the configuration as it counts, and what may stand in one.",
        discussion: """
            EXAMPLES
              sync-plan config show
              sync-plan config schema > sync-plan.schema.json
            """,
        subcommands: [ConfigShowCommand.self, ConfigSchemaCommand.self])
}

/// `config show`: every value and where it comes from.
struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows every value that counts, with where it comes from; secrets are hidden.",
        discussion: """
            A value comes from a line of the file, from the environment, or is a default. What depends on the kind of \
            directory is not among the defaults. Nothing is connected to, and files with secrets are not read.

            EXAMPLES
              sync-plan config show
              sync-plan config show --config staff.yaml
              sync-plan config show --format json | jq .values
            """)

    /// How a configuration is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var common: CommonOptions

    @Option(help: "text: YAML with comments, or json.")
    var format: Format = .text

    func run() async throws {
        let options = self
        try await Terminal.run {
            let configuration = try ConfigurationFile(path: options.common.config).effective()
            let text = ConfigurationText(style: options.common.style)
            switch options.format {
            case .text: Terminal.write(text.render(configuration))
            case .json: Terminal.write(text.json(configuration).span)
            }
            return .success
        }
    }
}

/// `config schema`: what may stand in a configuration, for editors.
struct ConfigSchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of configurations, for editors.",
        discussion: """
            An editor that knows YAML by schemas completes keys, explains them and marks mistakes if the file begins with \
            the line `# yaml-language-server: $schema=sync-plan.schema.json`.

            EXAMPLES
              sync-plan config schema > sync-plan.schema.json
              sync-plan config schema | jq '.definitions.limits.properties'
            """)

    func run() async throws {
        try await Terminal.run {
            Terminal.write(ConfigurationSchema.bytes.span)
            return .success
        }
    }
}
