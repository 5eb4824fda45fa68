import ArgumentParser
import Foundation

/// `manual`: the manual page, for whoever installs the program.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Prints the manual page.",
        discussion: """
            EXAMPLES
              sync-plan manual > sync-plan.1
              sync-plan manual | man -l -
            """,
        shouldDisplay: false)

    func run() throws {
        Terminal.write(Array(try ManualPage(dump: Data(SyncPlanCommand._dumpHelp().utf8)).text.utf8).span)
    }
}
