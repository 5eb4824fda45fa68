import ArgumentParser
import DirectoryModel
import LDAPSource
import SyncPlanKit

struct AuthenticateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authenticate",
        abstract: "Checks somebody's password by the directory.",
        discussion: """
            The password is read from the terminal, without showing it, or from the first line of standard input. Prints \
            `ok` or `refused`, and exits with 0 or 77.

            EXAMPLES
              sync-plan authenticate ana@corp.example
              sync-plan authenticate ana --why < password
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The name that somebody signs in with.")
    var user: String

    @Flag(help: "Tell why somebody is refused: for administrators, not for whoever signs in.")
    var why = false

    func run() async throws {
        let options = self
        try await Terminal.run {
            let profile = try options.common.profile()
            try profile.requireAuthentication()
            let password = Terminal.readPassword("Password of \(options.user)")
            switch try await profile.authenticate(user: options.user, password: password) {
            case .accepted:
                Terminal.write("ok\n")
                return .success
            case .refused(let cause):
                Terminal.write(options.why ? "refused: \(cause)\n" : "refused\n")
                return .refused
            }
        }
    }
}
