import Foundation
import GRDB
import TestSupport
import Testing

/// Being asked on a terminal, and stopping a run.
@Suite struct PromptTests {
    #if os(Linux)
        /// Runs `sync-plan apply` on a terminal of its own (script(1), of util-linux).
        private static func applyOnTerminal(
            _ site: Site, answering input: String, environment: [String: String] = [:]
        ) async throws -> Command.Outcome {
            let script = try #require(findProgram("script"))
            return try await Command.run(
                URL(fileURLWithPath: script), ["-qec", "'\(Command.program.path)' apply", "/dev/null"], in: site.folder,
                environment: ["TERM": "xterm"].merging(environment) { $1 }, input: input)
        }

        @Test(arguments: ["n\n", "\n", "", "yess\n", "q\n"]) func anythingButYesIsNo(_ answer: String) async throws {
            let site = try FileJourneyTests.site()
            let outcome = try await Self.applyOnTerminal(site, answering: answer)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.contains("Do this? [y/N]"), "\(outcome)")
            #expect(outcome.output.contains("Nothing has been changed."), "\(outcome)")
            #expect(!site.exists("mail.db"))
        }

        @Test(arguments: ["y\n", "yes\n", " YES \n"]) func yesIsYes(_ answer: String) async throws {
            let site = try FileJourneyTests.site()
            let outcome = try await Self.applyOnTerminal(site, answering: answer)
            #expect(outcome.status == 0, "\(outcome)")
            let count = try site.accounts().count
            #expect(count > 5 && outcome.output.contains("\(count) done."), "\(outcome)")
        }

        /// Where accounts are suspended or deleted only their number is yes.
        @Test(arguments: [
            ("y\n", false), ("yes\n", false), ("3\n", false), ("\n", false), ("2\n", true), (" 2 \n", true),
        ])
        func removalsAreConfirmedByTheirNumber(_ answer: String, isYes: Bool) async throws {
            let site = try FileJourneyTests.site(users: 40)
            try await site.run("apply", "--yes")
            let active = "SELECT count(*) FROM mailbox WHERE active"
            let before = try #require(Int(try site.rows(active)[0]))
            // Two people leave.
            let names = try site.rows("SELECT address FROM mailbox ORDER BY address LIMIT 2")
            let entries = try site.read("directory.ldif").components(separatedBy: "\n\n")
            let left = entries.filter { entry in !names.contains { entry.lowercased().contains("smtp:\($0)\n") } }
            try site.write(left.joined(separator: "\n\n"), to: "directory.ldif")
            let outcome = try await Self.applyOnTerminal(site, answering: answer)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.contains("This suspends or deletes 2. Type that number to do it: "), "\(outcome)")
            #expect(outcome.output.contains("Nothing has been changed.") == !isYes)
            #expect(try site.rows(active) == ["\(isYes ? before - 2 : before)"])
        }

        @Test func interruptionIsNo() async throws {
            let site = try FileJourneyTests.site()
            // Ctrl-C as the terminal takes it, two seconds later, and no further key after it.
            let script = "(sleep 2; printf '\\003'; sleep 6) | script -qec \"'$0' apply\" /dev/null"
            let outcome = try await Command.run(
                URL(fileURLWithPath: "/bin/sh"), ["-c", script, Command.program.path], in: site.folder)
            #expect(outcome.status == 130, "\(outcome)")
            #expect(outcome.output.contains("Nothing has been changed."), "\(outcome)")
            #expect(!site.exists("mail.db"))
        }

        @Test func colorsOnlyOnATerminalThatWantsThem() async throws {
            let escape = "\u{1B}["
            let site = try FileJourneyTests.site()
            #expect(try await Self.applyOnTerminal(site, answering: "n\n").output.contains(escape))
            for environment in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
                let outcome = try await Self.applyOnTerminal(site, answering: "n\n", environment: environment)
                #expect(outcome.output.contains("Do this?"))
                // A progress line may be taken away from the terminal all the same, which is no colour.
                #expect(
                    !outcome.output.contains("\(escape)1m") && !outcome.output.contains("\(escape)32m"), "\(outcome)")
            }
            #expect(try await !site.run("plan").output.contains(escape))
        }
    #endif

    @Test(.enabled(if: Slapd.isInstalled), arguments: [SIGINT, SIGTERM])
    func aSignalStopsARead(_ signal: Int32) async throws {
        let server = try Slapd(ldif: DirectoryGenerator(users: 10).ldif())
        let site = try Site.reading(server)
        try site.configure(": 2 s", ": 600 s")
        server.pause()
        let begin = ContinuousClock.now
        let outcome = try await site.run("apply", "--yes") { process in
            try await Task.sleep(for: .seconds(1))
            #expect(kill(process, signal) == 0)
        }
        #expect(outcome.status == 130, "\(outcome)")
        #expect(outcome.errors.contains("Stopped. Nothing has been changed."), "\(outcome)")
        #expect(ContinuousClock.now - begin < .seconds(300))
        #expect(!site.exists("mail.db"))
    }

    @Test func aSignalStopsAnApplyAndTheNextGoesOn() async throws {
        let site = try FileJourneyTests.site()
        try await site.run("apply", "--yes")
        let before = try site.accounts().count
        try site.write(DirectoryGenerator(users: 400).ldif(), to: "directory.ldif")
        try await site.run("plan", "--out", "staff.plan")
        let total = try await site.run("plan", "--format", "jsonl").operations().count

        // Somebody else's transaction keeps the first operations waiting until the signal has been taken.
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: site.path("mail.db"), configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let stopped = try await site.run("apply", "staff.plan", "--yes") { process in
            while ((try? site.rows("SELECT 1 FROM entry WHERE state = 'intended'", of: "sync-plan.state")) ?? [])
                .isEmpty
            {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(kill(process, SIGINT) == 0)
            try await Task.sleep(for: .seconds(2))
            try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        }
        #expect(stopped.status == 130, "\(stopped)")
        let done = try site.accounts().count - before
        #expect(done > 0 && done <= 4 && total > 100)
        let left = "\(total - done) not started. Run the same command again to go on."
        #expect(stopped.lastLine == "Stopped. \(done) done, \(left)")
        let rest = try await site.run("apply", "staff.plan", "--yes")
        #expect(rest.status == 0, "\(rest)")
        #expect(rest.lastLine == "\(total - done) done, \(done) done by an earlier run.")
        #expect(try site.accounts().count == before + total)
    }
}
