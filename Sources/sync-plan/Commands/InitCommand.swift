public import ArgumentParser
import Foundation
public import SyncPlanKit

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Asks a few questions and writes a commented configuration to begin with.",
        discussion: """
            Each answer is tried at once, with the words of `sync-plan check`; what does not work can be corrected, or \
            kept. Secrets are kept in files of their own that only you can read, or in the environment. Nothing is \
            written before the last question, and nothing that is there is replaced without being asked.

            What is said on the command line is not asked. Without a terminal nothing is asked at all: what is not said \
            stands there as an example.

            EXAMPLES
              sync-plan init
              sync-plan init --preset inet-org-person --config ldap.yaml
              sync-plan init --server corp.example --account svc@corp.example
              sync-plan init --no-questions --ldif staff.ldif --group Staff
              sync-plan init --scim https://scim.example/v2 --token-variable TOKEN
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "What the directory is: active-directory, inet-org-person or ldif.")
    var preset: ConfigurationTemplate.Directory?

    @Option(help: ArgumentHelp("The directory's server, or the domain whose servers DNS names.", valueName: "address"))
    var server: String?

    @Option(
        help: ArgumentHelp("The authority of the server's certificate, a PEM file.", valueName: "file"),
        completion: .file(extensions: ["pem", "crt"]))
    var caFile: String?

    @Option(help: ArgumentHelp("The account that reads the directory.", valueName: "name"))
    var account: String?

    @Option(
        help: ArgumentHelp("The file with its password, which only you can read.", valueName: "file"),
        completion: .file())
    var passwordFile: String?

    @Option(help: ArgumentHelp("The variable of the environment with its password.", valueName: "name"))
    var passwordVariable: String?

    @Option(help: ArgumentHelp("Below which entry everybody is.", valueName: "dn"))
    var base: String?

    @Option(
        help: ArgumentHelp("The file of LDIF records that is the directory.", valueName: "file"),
        completion: .file(extensions: ["ldif"]))
    var ldif: String?

    @Option(help: ArgumentHelp("A mail domain; repeatable.", valueName: "domain"))
    var domain: [String] = []

    @Option(help: ArgumentHelp("A group whose members get an account; repeatable.", valueName: "name"))
    var group: [String] = []

    @Option(
        help: ArgumentHelp("The mailbox database that has the accounts.", valueName: "file"),
        completion: .file(extensions: ["db"]))
    var mailboxDatabase: String?

    @Option(help: ArgumentHelp("The SCIM 2.0 service that has the accounts.", valueName: "address"))
    var scim: String?

    @Option(
        help: ArgumentHelp("What kind of service it is: rfc, entra-legacy, cleanmail or zivver.", valueName: "kind"),
        completion: .list(["rfc", "entra-legacy", "cleanmail", "zivver"]))
    var scimProfile: String?

    @Option(
        help: ArgumentHelp("The file with its token, which only you can read.", valueName: "file"), completion: .file())
    var tokenFile: String?

    @Option(help: ArgumentHelp("The variable of the environment with its token.", valueName: "name"))
    var tokenVariable: String?

    @Flag(help: "Ask nothing, even on a terminal.")
    var noQuestions = false

    @Flag(help: "Replace a file that is there already.")
    var force = false

    func validate() throws {
        let pairs: [(String?, String?, String)] = [
            (passwordFile, passwordVariable, "--password-file and --password-variable"),
            (tokenFile, tokenVariable, "--token-file and --token-variable"), (server, ldif, "--server and --ldif"),
            (mailboxDatabase, scim, "--mailbox-database and --scim"),
        ]
        for (one, other, names) in pairs where one != nil && other != nil {
            throw ValidationError("\(names) exclude each other: leave one of them out.")
        }
    }

    func run() async throws {
        let options = self
        try await Terminal.run {
            let path = options.common.config
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let name = URL(fileURLWithPath: path).lastPathComponent
            var (template, given) = options.answers
            template.schema = Self.schema(beside: folder)
            let exists: @Sendable (String) -> Bool = { file in
                !options.force
                    && FileManager.default.fileExists(atPath: file.hasPrefix("/") ? file : "\(folder)/\(file)")
            }
            var interview = SetupInterview(template, given: given, name: name, exists: exists)
            if options.noQuestions || !Terminal.isInteractive {
                if let file = interview.replacements.first {
                    throw ConfigurationError(file: file, "The file is there already. --force replaces it.")
                }
                try interview.write(in: folder)
                Terminal.write("Wrote \(path). Fill in your own names, then run `sync-plan check`.\n")
                return .success
            }
            let dialogue = SetupDialogue(folder: folder, style: options.common.style)
            guard try await dialogue.hold(&interview) else {
                Terminal.write("Nothing has been written.\n")
                return .success
            }
            try interview.write(in: folder)
            Terminal.write(options.farewell(interview, path))
            return .success
        }
    }

    /// What was said on the command line, and the topics that need not be asked.
    private var answers: (ConfigurationTemplate, Set<SetupInterview.Topic>) {
        var given: Set<SetupInterview.Topic> = []
        let directory = preset ?? (ldif == nil ? nil : .ldif)
        var template = ConfigurationTemplate(directory ?? .activeDirectory)
        func take<Value>(_ value: Value?, _ topics: SetupInterview.Topic..., set: (Value) -> Void) {
            guard let value else { return }
            set(value)
            given.formUnion(topics)
        }
        take(directory, .directory) { _ in }
        take(server, .server) { template.server = $0 }
        take(caFile, .authority) { template.caFile = $0 }
        take(account, .account) { template.account = $0 }
        take(passwordFile, .password, .passwordPlace) { template.password = .file($0) }
        take(passwordVariable, .password, .passwordPlace) { template.password = .variable($0) }
        take(base, .base) { template.base = $0 }
        take(ldif, .ldif) { template.ldif = $0 }
        take(domain.isEmpty ? nil : domain, .domains) { template.domains = $0 }
        take(group.isEmpty ? nil : group, .groups) { template.groups = $0 }
        take(mailboxDatabase, .provider, .mailboxes) { template.provider = .mailboxDatabase(path: $0) }
        take(scim, .provider, .service) { template.provider = .scim(url: $0, profile: scimProfile ?? "rfc") }
        take(scim == nil ? nil : scimProfile, .profile) { _ in }
        take(tokenFile, .token, .tokenPlace) { template.token = .file($0) }
        take(tokenVariable, .token, .tokenPlace) { template.token = .variable($0) }
        return (template, given)
    }

    /// The schema for editors, beside the configuration or where it is installed with the program; nil for nowhere.
    private static func schema(beside folder: String) -> String? {
        let name = "sync-plan.schema.json"
        if FileManager.default.fileExists(atPath: "\(folder)/\(name)") { return name }
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        let shared = program?.deletingLastPathComponent().appendingPathComponent("share/sync-plan/\(name)").path
        return shared.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    }

    /// What to do next.
    private func farewell(_ interview: SetupInterview, _ path: String) -> String {
        var lines = ["", "Wrote \(interview.files.map(\.name).joined(separator: ", "))."]
        for case .variable(let name) in interview.secretPlaces {
            lines.append("The variable \(name) has to be in the environment of each run.")
        }
        let option = path == "sync-plan.yaml" ? "" : " --config \(path)"
        lines += [
            "", "Next:", "  sync-plan check\(option)      tries all of it again",
            "  sync-plan preview\(option)    shows who is in scope, and why",
            "  sync-plan plan\(option)       shows what would be done; only apply changes anything", "",
        ]
        return lines.joined(separator: "\n")
    }
}

extension ConfigurationTemplate.Directory: ExpressibleByArgument {}
