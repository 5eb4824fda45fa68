import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import sync_plan

/// Help, version, and command lines that make no sense.
@Suite struct UsageTests {
    /// The words of every command there is, the program's own being none.
    private static let commands: [[String]] = {
        func names(_ type: any ParsableCommand.Type, _ path: [String]) -> [[String]] {
            [path]
                + type.configuration.subcommands.flatMap { names($0, path + [$0.configuration.commandName ?? ""]) }
        }
        return names(SyncPlanCommand.self, [])
    }()

    /// At least two examples, of which the parser takes every one.
    @Test(arguments: commands) func helpHasExamples(_ command: [String]) async throws {
        let help = try await Site().run(command + ["--help"])
        #expect(help.status == 0)
        #expect(help.errors == "")
        #expect(help.output.contains("USAGE: sync-plan"), "\(help)")
        // Examples are there to be copied: none is broken into two lines.
        let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
        let examples = lines.drop { $0 != "EXAMPLES" }.dropFirst().prefix { !$0.isEmpty }
        #expect(examples.count >= 2 && examples.allSatisfy { $0.hasPrefix("  sync-plan ") }, "\(help)")
        for example in examples {
            let words = Self.words(of: String(example))
            #expect(throws: Never.self, "\(example)") { _ = try SyncPlanCommand.parseAsRoot(words) }
            #expect(words.starts(with: command), "\(example) is no example of this command")
        }
    }

    /// The arguments of a line for a shell: what comes after two spaces or # is a remark, and after these signs the shell's.
    private static func words(of line: String) -> [String] {
        let command = line.drop { $0 == " " }.prefix { !"|<>#;".contains($0) }.components(separatedBy: "  ")[0]
        return command.matches(of: #/"([^"]*)"|[^ "]+/#).dropFirst().map { String($0.1 ?? $0.0) }
    }

    @Test(arguments: [
        (["aply"], "Did you mean \"sync-plan apply\"?"), (["plan", "shwo"], "Did you mean \"sync-plan plan show\"?"),
        (["confg", "show"], "Did you mean \"sync-plan config\"?"), (["xyzzy"], "`sync-plan --help` lists"),
    ])
    func theNearestCommandIsSuggested(_ arguments: [String], says: String) async throws {
        let outcome = try await Site().run(arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(says), "\(outcome)")
    }

    // MARK: Shells

    private static let shells: [(name: String, script: String)] = [
        (
            "bash",
            """
            source "$1"; complete -p sync-plan >/dev/null || exit 1
            ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
                _sync-plan sync-plan "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; echo "${COMPREPLY[@]}"; }
            ask sync-plan prev; ask sync-plan plan --for; ask sync-plan plan --format mark; ask sync-plan config sch
            """
        ),
        (
            "fish",
            """
            source $argv[1]
            for line in 'sync-plan prev' 'sync-plan plan --for' 'sync-plan plan --format mark' 'sync-plan config sch'
                complete -C $line
            end
            """
        ),
    ]

    /// Where the script calls the program.
    private static func completionSite(_ shell: String) async throws -> (site: Site, environment: [String: String]) {
        let site = try Site()
        let written = try await site.run("--generate-completion-script", shell)
        #expect(written.status == 0, "\(written)")
        try site.write(written.output, to: "completion")
        let path = "\(Command.program.deletingLastPathComponent().path):/usr/bin:/bin"
        return (site, ["HOME": site.folder.path, "PATH": path])
    }

    /// The scripts load, and complete a command, an option, a value and a command of a command.
    @Test(.enabled(if: hasPrograms(["bash", "fish"])), arguments: shells)
    func completions(_ shell: String, script: String) async throws {
        let (site, environment) = try await Self.completionSite(shell)
        try site.write(script, to: "script")
        let outcome = try await Command.run(
            URL(fileURLWithPath: try #require(findProgram(shell))), [site.path("script"), site.path("completion")],
            in: site.folder, environment: environment)
        for word in ["preview", "--format", "markdown", "schema"] {
            #expect(outcome.output.contains(word), "\(outcome)")
        }
        #expect(outcome.errors == "", "\(outcome)")
    }

    #if os(Linux)
        /// The zsh completes only on a terminal.
        @Test(.enabled(if: hasPrograms(["zsh", "script"]))) func completionsOfZsh() async throws {
            let (site, environment) = try await Self.completionSite("zsh")
            let shell = try TerminalSession(
                ["-f", "-i"], in: site.folder, environment: environment.merging(["TERM": "dumb"]) { $1 },
                program: try #require(findProgram("zsh")))
            shell.type("autoload -Uz compinit; compinit -u -D; source completion; print rea''dy\n")
            try shell.wait(for: "ready")
            let lines = [
                ("sync-plan prev", "preview "), ("sync-plan plan --for", "--format "),
                ("sync-plan plan --format mark", "markdown "), ("sync-plan config sch", "schema "),
            ]
            for (line, completed) in lines {
                shell.type("\(line)\t")
                try shell.wait(for: completed)
                shell.type("\u{15}")
            }
            shell.type("exit\n")
            #expect(shell.end() == 0)
        }
    #endif

    @Test(.enabled(if: hasPrograms(["mandoc"]))) func theManualPageIsInOrder() async throws {
        let site = try Site()
        let manual = try await site.run("manual")
        try site.write(manual.output, to: "sync-plan.1")
        let mandoc = URL(fileURLWithPath: try #require(findProgram("mandoc")))
        let lint = try await Command.run(mandoc, ["-T", "lint", "-W", "warning", "sync-plan.1"], in: site.folder)
        #expect(lint.status == 0 && lint.output == "", "\(lint)")
        let page = try await Command.run(mandoc, ["-T", "ascii", "sync-plan.1"], in: site.folder).output
            .replacing(#/.\u{8}/#, with: "")
        for command in Self.commands where command != ["manual"] {
            #expect(page.contains("\n   \(command.joined(separator: " "))") || command.isEmpty, "\(command) is missing")
        }
        #expect(page.contains("sync-plan apply staff.plan --only kind:create") && page.contains("--detailed-exitcode"))
    }

    @Test(arguments: [
        (["LC_ALL": "C"], "->"), (["LANG": "C", "LC_CTYPE": "POSIX"], "->"), (["LANG": "de_DE.ISO-8859-1"], "->"),
        (["LC_ALL": "C.UTF-8", "LANG": "C"], "→"), (["LANG": "en_US.utf8"], "→"), ([:], "→"),
    ])
    func signsAreASCIIWhereUTF8IsNotTaken(_ environment: [String: String], arrow: String) async throws {
        let site = try Site(
            FileJourneyTests.configuration, files: ["directory.ldif": DirectoryGenerator(users: 200).ldif()],
            environment: environment)
        let plan = try await site.run("plan")
        #expect(plan.status == 0 && plan.output.contains("in scope)  \(arrow)  "), "\(plan)")
        #expect(plan.output.contains(arrow == "->" ? " ... and " : " … and "), "\(plan)")
        // What programs read is the same everywhere.
        let markdown = try await site.run("plan", "--format", "markdown")
        #expect(markdown.output.contains(" → "))
    }

    @Test func helpListsEveryExitStatus() async throws {
        let help = try await Site().run(["--help"]).output
        for status in [0, 2, 3, 4, 5, 64, 69, 73, 75, 77, 78, 130] {
            #expect(help.contains(try Regex("\\b\(status) +[a-z]")), "\(status) is missing")
        }
    }

    @Test func versionIsSemantic() async throws {
        let version = try await Site().run(["--version"])
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(version)")
    }

    @Test(arguments: [
        (["frobnicate"], "frobnicate"), (["plan", "--formt", "jsonl"], "--format"),
        (["plan", "--format", "xml"], "jsonl"),
        (["plan", "surplus"], "surplus"), (["preview", "--format", "jsonl"], "csv"), (["authenticate"], "<user>"),
        (["groups", "--search"], "--search"), (["history", "--since", "yesterday"], "2026-11-01"),
        (["history", "show"], "<choice>"), (["revert", "first"], "first"), (["accounts", "--format", "xml"], "csv"),
        (["plan", "--out"], "--out"), (["snapshot"], "<file>"),
        (["init", "--preset", "novell"], "active-directory"), (["apply", "one.plan", "two.plan", "--yes"], "two.plan"),
        (["apply", "--yes", "--approve", "01234567"], "sync-plan plan --out"),
        (["apply"], "--yes"), (["apply", "staff.plan"], "--yes"),
    ])
    func nonsenseIsUsage(_ arguments: [String], says: String) async throws {
        let site = try Site()
        let outcome = try await site.run(arguments)
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains(says), "\(outcome)")
        #expect(outcome.output == "")
        #expect(try site.contents().isEmpty)
    }

    @Test(arguments: [
        "check", "plan", "snapshot x.ldif", "apply --yes", "run", "explain ana", "review sync-plan.yaml new.yaml",
        "preview",
        "attributes", "groups", "authenticate ana", "accounts", "history", "history show last", "revert 1",
    ])
    func withoutConfiguration(_ line: String) async throws {
        let site = try Site()
        let outcome = try await site.run(line.split(separator: " ").map(String.init))
        #expect(outcome.status == 78, "\(outcome)")
        #expect(outcome.errors.contains("sync-plan.yaml: The configuration cannot be read"), "\(outcome)")
        #expect(outcome.errors.contains("sync-plan init"))
        #expect(try site.contents().isEmpty)
    }

    @Test func mistakesAreShownWithTheirLine() async throws {
        let site = try Site("source:\n  ldif: { path: a.ldif }\nprovdier:\n  mailbox-database: { path: mail.db }\n")
        let outcome = try await site.run("plan")
        #expect(outcome.status == 78)
        #expect(
            outcome.errors
                == "sync-plan: sync-plan.yaml:3: provdier: there is no such key. Did you mean \"provider\"?\n")
    }

    @Test func directoryFileMissingOrMalformed() async throws {
        let site = try FileJourneyTests.site()
        try await site.run("apply", "--yes")
        let before = try site.accounts()
        try #require(before.count > 5)
        let whole = try site.read("directory.ldif")
        let cases: [(text: String?, status: Int32, says: String)] = [
            (nil, 69, "directory.ldif: There is no such file."),
            (whole + "\nthis is no LDIF\n", 78, "directory.ldif:"),
            (String(whole.dropLast(2)), 5, "cut off"), (String(whole.dropLast(5)), 78, "is not base64"),
            ("", 3, "The directory has no user"),
        ]
        for (text, status, says) in cases {
            if let text {
                try site.write(text, to: "directory.ldif")
            } else {
                try FileManager.default.removeItem(atPath: site.path("directory.ldif"))
            }
            for arguments in [["plan"], ["apply", "--yes"]] {
                let outcome = try await site.run(arguments)
                #expect(outcome.status == status, "\(outcome)")
                #expect((outcome.output + outcome.errors).contains(says), "\(outcome)")
            }
            #expect(try site.accounts() == before)
        }
    }

    @Test func providerOutOfReach() async throws {
        let site = try FileJourneyTests.site()
        try site.configure("path: mail.db", "path: none/mail.db")
        let noFolder = try await site.run("plan")
        #expect(noFolder.status == 69, "\(noFolder)")
        #expect(noFolder.errors.contains("There is no folder"))

        try site.configure("path: none/mail.db", "path: sync-plan.yaml")
        let noDatabase = try await site.run("apply", "--yes")
        #expect(noDatabase.status == 69, "\(noDatabase)")
        #expect(noDatabase.errors.contains("not a SQLite database"))
        #expect(try site.read("sync-plan.yaml").contains("path: sync-plan.yaml"))
    }

    @Test func nothingIsAppliedWithoutAJournal() async throws {
        let site = try FileJourneyTests.site()
        try site.write("state: missing/folder.state\n" + (try site.read("sync-plan.yaml")), to: "sync-plan.yaml")
        let outcome = try await site.run("apply", "--yes")
        #expect(outcome.status == 73, "\(outcome)")
        #expect(outcome.errors.contains("missing/folder.state"), "\(outcome)")
        #expect(!site.exists("mail.db"))
    }
}
