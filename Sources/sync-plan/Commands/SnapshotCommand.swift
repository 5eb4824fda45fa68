import ArgumentParser
import DirectoryModel
import SyncPlanKit

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Records the directory to a file that can be read instead of it.",
        discussion: """
            The file is LDIF (RFC 2849), readable by its owner only, without passwords. A read that was not complete is \
            marked as such, and stays so.

            EXAMPLES
              sync-plan snapshot today.ldif
              sync-plan snapshot --only-needed today.ldif
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file to write.", completion: .file(extensions: ["ldif"]))
    var file: String

    @Flag(help: "Record only the attributes that the rules need, instead of all that the account may read.")
    var onlyNeeded = false

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            let progress = ProgressLine()
            defer { progress.clear() }
            let snapshot = try await profile.record(
                to: options.file, onlyNeeded: options.onlyNeeded, progress: progress.show)
            progress.clear()
            Terminal.write(
                "Wrote \(options.file): \(snapshot.users.count) users, \(snapshot.groups.count) groups, "
                    + "\(snapshot.contacts.count) contacts.\n")
            for reason in snapshot.completeness.reasons { Terminal.note("INCOMPLETE: \(reason)") }
            return snapshot.completeness.proof == nil ? .incomplete : .success
        }
    }
}
