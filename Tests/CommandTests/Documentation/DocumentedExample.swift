import ArgumentParser
import Foundation
import SyncPlanKit
import TestSupport
import Testing

@testable import sync_plan

/// Something in the documentation that a reader may copy, and what a test does with it.
struct DocumentedExample: Sendable, CustomTestStringConvertible {
    /// What is done with an example.
    enum Treatment: String, Sendable, CaseIterable {
        /// A configuration, or a part of one: read, with the rest put in, and made into a profile.
        case configuration
        /// A file of rule tests: run.
        case ruleTests = "rule tests"
        /// A command in a block: run in a folder that has everything in it (`DocumentedFolder`).
        case run = "command run"
        /// A command that needs somebody's server, or stands in a sentence: run in an empty folder, where it must come
        /// as far as finding that out.
        case parsed = "command parsed"
        /// A part of a Swift file that is compiled, word for word.
        case swift = "Swift compiled"
        case json = "JSON parsed"
        case ldif = "LDIF read"
        /// What a program prints, and pictures.
        case output
        /// Run by somebody else, who is named in `elsewhere`.
        case elsewhere
        /// Nobody's: a mistake.
        case unknown
    }

    /// The page and the line.
    let place: String
    let text: String
    let treatment: Treatment

    var testDescription: String { "\(place): \(text.split(separator: "\n").first ?? "")" }

    // MARK: All of them

    static let all: [DocumentedExample] = MarkdownDocument.all.flatMap { document in
        document.blocks.flatMap { examples(of: $0, in: document) }
            + document.spans.filter { isCommand($0.text) }.map { span in
                var text = span.text.hasPrefix("sync-plan ") ? span.text : "sync-plan " + span.text
                // A command's name by itself stands for the command, and not for a line to be typed.
                if commands.contains(String(text.dropFirst("sync-plan ".count))) { text += " --help" }
                return DocumentedExample(place: "\(document.path):\(span.line)", text: text, treatment: .parsed)
            }
    }

    static func all(_ treatment: Treatment) -> [DocumentedExample] { all.filter { $0.treatment == treatment } }

    /// Each once, whatever pages it is on.
    static func different(_ treatment: Treatment) -> [DocumentedExample] {
        var seen: Set<String> = []
        return all(treatment).filter { seen.insert($0.text).inserted }
    }

    /// Whether a piece of code in a sentence is a command line.
    private static func isCommand(_ text: String) -> Bool {
        if text.contains("…") || text.contains("sudo ") { return false }
        let first = String(text.prefix { $0 != " " })
        return text.hasPrefix("sync-plan ") || commands.contains(first) && text.contains(" --")
    }

    /// The names of the commands.
    private static let commands = Set(
        SyncPlanCommand.configuration.subcommands.compactMap { $0.configuration.commandName })

    private static func examples(
        of block: MarkdownDocument.Code, in document: MarkdownDocument
    ) -> [DocumentedExample] {
        func example(_ treatment: Treatment) -> [DocumentedExample] {
            [DocumentedExample(place: "\(document.path):\(block.line)", text: block.text, treatment: treatment)]
        }
        switch block.language {
        case nil, "sh":
            return commandLines(of: block.text).map { line in
                DocumentedExample(
                    place: "\(document.path):\(block.line)", text: line, treatment: treatment(ofCommand: line))
            }
        case "yaml":
            let keys = ConfigurationFragment.keys(of: block.text)
            if keys.contains("cases") { return example(.ruleTests) }
            return example(keys.isEmpty ? .unknown : .configuration)
        case "swift": return example(.swift)
        case "json": return example(.json)
        case "ldif": return example(.ldif)
        case "", "text": return example(block.text.contains("\n$ ") ? .unknown : .output)
        default: return example(.unknown)
        }
    }

    /// The commands of a block: without comments, those over several lines as one.
    private static func commandLines(of text: String) -> [String] {
        text.replacing(#/\\\n\s*/#, with: "").split(separator: "\n")
            .map { $0.replacing(#/(^|\s+)#\s.*/#, with: "").trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    // MARK: Commands

    /// Whom a command needs that no folder can stand for.
    private static let needsAServer = ["sync-plan authenticate"]

    /// Commands that are not ours, or that no test can run, by how they begin, and who runs them.
    static let elsewhere: [(begins: String, by: String)] = [
        ("Examples/quickstart/run", ".ci/run"), ("Tests/run", ".ci/run"), ("Examples/embedding/run", "Tests/run"),
        ("Tests/Benchmarks/run", "by hand, before figures are written down"),
        ("Tests/Soak/", "by hand, before a release"), ("Documentation/build", ".ci/run"),
        ("Documentation/api-changes", "by hand, before a release"),
        ("swift run example-", "ExampleProgramTests"), ("UPDATE_GOLDEN=1 ", "by hand, after a change of what is shown"),
        // The steps of an administrator on a mail server: MailServerTests runs both servers with these files.
        ("apt-get install dovecot", "MailServerTests"), ("useradd ", "MailServerTests"),
        ("install -d", "MailServerTests"),
        ("cp ", "MailServerTests"), ("cat postfix/main.cf", "MailServerTests"), ("doveadm ", "MailServerTests"),
        ("postmap ", "MailServerTests"), ("sqlite3 ", "MailServerTests"),
        // What is done to a whole machine, as its superuser.
        (".ci/install", ".ci/run"), ("swift build -c release", "Tests/Soak/release"),
        ("prefix=", "by hand"), ("program=", "by hand"), ("sudo ", "by hand"), ("install -m", "by hand"),
        ("systemctl ", "by hand; UnattendedExampleTests have systemd verify the units"),
    ]

    private static func treatment(ofCommand line: String) -> Treatment {
        if line.contains("| sudo ") { return .elsewhere }
        if line.hasPrefix("sync-plan ") {
            return needsAServer.contains { line.hasPrefix($0) } ? .parsed : .run
        }
        return elsewhere.contains { line.hasPrefix($0.begins) } ? .elsewhere : .unknown
    }
}

/// A configuration as a page shows it, with what it leaves out put in.
struct ConfigurationFragment {
    let text: String

    /// Keys of a section that a page shows by themselves, and the section.
    private static let parents = ["account": "people"]

    /// The keys at the top of a text, in order.
    static func keys(of text: String) -> [String] {
        text.matches(of: #/(?m)^([a-z-]+):/#).map { String($0.1) }
    }

    /// The whole configuration.
    private var whole: String {
        var text = text
        if let parent = Self.keys(of: text).lazy.compactMap({ Self.parents[$0] }).first {
            text = "\(parent):\n" + text.split(separator: "\n").map { "  \($0)\n" }.joined()
        }
        let keys = Self.keys(of: text)
        if !keys.contains("source"), !keys.contains("backend") {
            // Passwords are only checked by a server.
            text +=
                keys.contains("authentication")
                ? "\nsource: { ldap: { url: ldaps://dc1.corp.example, base: 'DC=corp,DC=example' } }"
                : "\nsource: { ldif: { path: directory.ldif } }"
        }
        if !keys.contains("provider") { text += "\nprovider: { mailbox-database: { path: mail.db } }" }
        return text + "\n"
    }

    /// Reads it, with files for the secrets that it names, and makes a profile of it.
    func load() throws -> Profile {
        let site = try Site(whole)
        for match in whole.matches(of: #/[a-z]-file: *([^\s,}]+)/#) where !match.1.hasPrefix("/") {
            try site.write("secret\n", to: String(match.1))
        }
        let names = whole.matches(of: #/\$\{(\w+)\}/#).map { (String($0.1), "secret") }
        let environment = Dictionary(names) { first, _ in first }
        return try Profile(
            configuration: ConfigurationFile(path: site.path("sync-plan.yaml"), environment: environment).load())
    }
}
