public import ArgumentParser
import Foundation
public import SyncPlanKit

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Writes a commented configuration to begin with.",
        discussion: """
            EXAMPLES
              sync-plan init                      for Active Directory: sync-plan.yaml
              sync-plan init --preset inet-org-person --config ldap.yaml
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "What the directory is: active-directory, inet-org-person or ldif.")
    var preset: ConfigurationTemplate = .activeDirectory

    @Flag(help: "Replace a file that is there already.")
    var force = false

    func run() async throws {
        let path = common.config
        try await Terminal.run { [self] in
            if FileManager.default.fileExists(atPath: path) && !force {
                throw ConfigurationError(file: path, "The file is there already. --force replaces it.")
            }
            guard
                FileManager.default.createFile(
                    atPath: path, contents: Data(preset.text.utf8), attributes: [.posixPermissions: 0o600])
            else {
                throw ConfigurationError(file: path, "The file cannot be written. Check the folder and its rights.")
            }
            Terminal.write("Wrote \(path). Fill in your own names, then run `sync-plan check`.\n")
            return .success
        }
    }
}

extension ConfigurationTemplate: ExpressibleByArgument {}
