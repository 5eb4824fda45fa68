public import ArgumentParser
import DirectoryModel
import Dispatch
import Foundation
public import SyncPlanKit
import Synchronization

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Plans and carries out without asking, for timers and services.",
        discussion: """
            It says nothing where nothing was to be done and nothing is wrong, and else one line on standard error for each \
            change and each problem, with what to type. Safety rules hold what they hold. People are told, and metrics \
            written, as the configuration says under `notify` and `metrics`.

            With --every it stays, and runs again and again: never two at once, and where one takes longer than that, the \
            next follows at once. SIGHUP reads the configuration anew, SIGTERM ends it once what is under way is done.

            EXAMPLES
              sync-plan run                     from cron or a timer
              sync-plan run --time-limit 25m    ended where it takes longer
              sync-plan run --every 30m         as a service
              sync-plan run --config staff.yaml --log json --verbose
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("Stay, and run again after so long, such as 30m.", valueName: "time"),
        transform: Duration.argument)
    var every: Duration?

    @Option(
        help: ArgumentHelp("End everything after so long, reading included, such as 25m.", valueName: "time"),
        transform: Duration.argument)
    var timeLimit: Duration?

    @Option(
        help: """
            plain, journald, syslog or json; journald by itself where standard error is the system's journal, else plain.
            """)
    var log: LogForm?

    @Flag(name: .shortAndLong, help: "Log each run, and what needs nobody's attention.")
    var verbose = false

    func run() async throws {
        let options = self
        let name = URL(fileURLWithPath: common.config).deletingPathExtension().lastPathComponent
        let form = log ?? .fitting
        // Lines of a log are no place for a progress that is written over.
        let progress = form == .plain && isatty(STDERR_FILENO) != 0 ? ProgressLine() : nil
        let log = RunLog(form, profile: name, style: common.colors.errorStyle, progress: progress)
        try await Terminal.run(telling: { log.write(LogEntry(.notice, .service, $0)) }) {
            defer { progress?.clear() }
            do {
                let configuration = try options.load()
                if let every = options.every {
                    return await options.stay(CurrentConfiguration(configuration), every, log, progress)
                }
                return await options.perform(configuration, log, progress).status
            } catch {
                log.write(LogEntry(.error, .problem, "\(error)"))
                return ExitStatus(of: error)
            }
        }
    }

    private func load() throws -> Configuration { try ConfigurationFile(path: common.config).load() }

    private func perform(
        _ configuration: Configuration, _ log: RunLog, _ progress: ProgressLine?
    ) async -> RunOutcome {
        var run = ScheduledRun(configuration, path: common.config) { log.write($0) }
        run.isVerbose = verbose
        if let timeLimit { run.timeLimit = timeLimit }
        return await run.perform { progress?.show($0) }
    }

    /// Runs until somebody stops it, from one beginning to the next.
    private func stay(
        _ configuration: CurrentConfiguration, _ every: Duration, _ log: RunLog, _ progress: ProgressLine?
    ) async -> ExitStatus {
        signal(SIGHUP, SIG_IGN)
        let hangUp = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        hangUp.setEventHandler { reload(configuration, log) }
        hangUp.resume()
        defer { hangUp.cancel() }
        if verbose { log.write(LogEntry(.info, .service, "Runs every \(every).")) }
        ServiceManager.tell("READY=1")
        defer { ServiceManager.tell("STOPPING=1") }
        while !Task.isCancelled {
            let begin = ContinuousClock.now
            ServiceManager.tell("STATUS=A run is under way.")
            let outcome = await perform(configuration.value, log, progress)
            progress?.clear()
            // What could not be ended goes on in this process: whoever started it starts it again.
            if outcome.isAbandoned { return outcome.status }
            ServiceManager.tell("STATUS=\(outcome.began): \(outcome.summary.text)")
            try? await Task.sleep(until: max(begin + every, .now))
        }
        return .success
    }

    /// Reads the configuration anew; one with a mistake in it is told of and not used.
    private func reload(_ configuration: CurrentConfiguration, _ log: RunLog) {
        do {
            let new = try load()
            // The secrets that it names are there, too.
            _ = try Profile(configuration: new)
            configuration.value = new
            log.write(LogEntry(.notice, .service, "The configuration was read anew, and holds from the next run on."))
        } catch {
            log.write(LogEntry(.error, .service, "\(error) The configuration that was read before stays in use."))
        }
    }
}

/// The configuration that the next run goes by.
private final class CurrentConfiguration: Sendable {
    private let current: Mutex<Configuration>

    init(_ configuration: Configuration) { current = Mutex(configuration) }

    var value: Configuration {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

extension LogForm: ExpressibleByArgument {}
