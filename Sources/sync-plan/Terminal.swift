import ArgumentParser
import DirectoryModel
import Dispatch
import Foundation
import PlanExecution
import ReconcileEngine
import SyncPlanKit
import Synchronization

/// Talking to whoever runs the command: results go to standard output, everything else to standard error.
enum Terminal {
    static var isInteractive: Bool { isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 }

    static func wantsColor(on stream: Int32 = STDOUT_FILENO) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(stream) != 0 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// How wide the terminal is; nil where there is none, and where it is too narrow to make anything of it.
    static var columns: Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) != 0, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return size.ws_col >= 40 ? Int(size.ws_col) : nil
    }

    /// Whether the locale takes UTF-8; where none is said (POSIX.1-2024, section 8.2), it does nearly everywhere.
    private static let takesUTF8: Bool = {
        let environment = ProcessInfo.processInfo.environment
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "UTF-8"
        return locale.lowercased().replacing("-", with: "").contains("utf8")
    }()

    /// The program's own signs as the locale takes them; what comes from a directory stays as it is.
    private static func localized(_ text: String) -> Data {
        if takesUTF8 { return Data(text.utf8) }
        let signs = ["→": "->", "…": "...", "‹": "<", "›": ">"]
        return Data(signs.reduce(text) { $0.replacing($1.key, with: $1.value) }.utf8)
    }

    /// Writes text for people.
    static func write(_ text: String) { FileHandle.standardOutput.write(localized(text)) }

    /// Writes what programs read, as it is.
    static func write(_ bytes: Span<UInt8>) {
        FileHandle.standardOutput.write(unsafe bytes.withUnsafeBufferPointer { unsafe Data(buffer: $0) })
    }

    static func note(_ text: String) { FileHandle.standardError.write(localized("\(text)\n")) }

    /// Whether somebody is being asked at the moment.
    private static let isAsking = Atomic(false)

    /// Asks whether a plan is to be carried out: with `yes` or `y`, or where accounts are suspended or deleted with their
    /// number, which nobody types without having read it.
    ///
    /// Everything else is no. Ctrl-C ends the process instead.
    static func confirms(_ plan: Plan) -> Bool {
        isAsking.store(true, ordering: .sequentiallyConsistent)
        defer { isAsking.store(false, ordering: .sequentiallyConsistent) }
        let removals = plan.operations.count { $0.kind == .suspend || $0.kind == .delete }
        if removals > 0 {
            write("This suspends or deletes \(removals). Type that number to do it: ")
        } else {
            write("Do this? [y/N] ")
        }
        let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased() ?? ""
        return removals > 0 ? answer == "\(removals)" : answer == "y" || answer == "yes"
    }

    /// How the terminal was before it stopped showing what is typed.
    private static let usualSettings = Mutex<termios?>(nil)

    /// Reads a password: on a terminal after asking for it and without showing it, else the first line of standard input.
    static func readPassword(_ question: String) -> Secret {
        Secret((isatty(STDIN_FILENO) != 0 ? ask("\(question): ", hidingAnswer: true) : readLine()) ?? "")
    }

    /// Asks on the terminal and reads a line; nil where there is none, because somebody ended the input (Ctrl-D).
    ///
    /// - Parameter hidesAnswer: whether what is typed is not shown.
    static func ask(_ prompt: String, hidingAnswer hidesAnswer: Bool = false) -> String? {
        isAsking.store(true, ordering: .sequentiallyConsistent)
        var settings = termios()
        if hidesAnswer, unsafe tcgetattr(STDIN_FILENO, &settings) == 0 {
            usualSettings.withLock { [settings] in $0 = settings }
            settings.c_lflag &= ~tcflag_t(ECHO)
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        }
        // The question comes when nothing that is typed is shown any more.
        let output = isatty(STDOUT_FILENO) != 0 ? FileHandle.standardOutput : .standardError
        output.write(localized(prompt))
        defer {
            if hidesAnswer {
                showTyping()
                note("")
            }
            isAsking.store(false, ordering: .sequentiallyConsistent)
        }
        return readLine()
    }

    /// Lets the terminal show again what is typed.
    private static func showTyping() {
        usualSettings.withLock { usual in
            guard var settings = usual else { return }
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            usual = nil
        }
    }

    /// Runs a command's work: errors become one sentence and an exit code, Ctrl-C and SIGTERM cancel it once, and end
    /// the process the second time.
    ///
    /// - Parameter tell: tells that it is being stopped.
    static func run(
        telling tell: @escaping @Sendable (String) -> Void = { note("\n\($0)") },
        _ work: @escaping @Sendable () async throws -> ExitStatus
    ) async throws {
        let task = Task { try await work() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let isAsking = isAsking.load(ordering: .sequentiallyConsistent)
                if isAsking {
                    showTyping()
                    note("\nNothing has been changed.")
                }
                if isAsking || task.isCancelled { exit(ExitStatus.interrupted.rawValue) }
                tell("Stopping: what is under way is finished. Once more ends it at once.")
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        let status: ExitStatus
        do { status = try await task.value } catch let error as ExitCode { throw error } catch {
            status = ExitStatus(of: error)
            note(error is CancellationError ? "Stopped. Nothing has been changed." : "sync-plan: \(error)")
        }
        if status != .success { throw ExitCode(status.rawValue) }
    }
}

/// How far a run has come: one line that is written over on a terminal, a line every ten seconds elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var lastShown = ContinuousClock.now
        var isShown = false
        /// When the first operations were done, and how many those were: reading and asking are no part of the rate.
        var start: (time: ContinuousClock.Instant, completed: Int)?
    }

    private let isTerminal = isatty(STDERR_FILENO) != 0
    private let state = Mutex(State())

    func show(_ progress: RunProgress) {
        if case .note(let note) = progress {
            clear()
            return Terminal.note(note)
        }
        state.withLock { state in
            if case .applying(let apply) = progress, state.start == nil { state.start = (.now, apply.completed) }
            let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
            guard ContinuousClock.now - state.lastShown >= interval else { return }
            state.lastShown = .now
            state.isShown = true
            let text = Self.text(progress, since: state.start)
            FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n").utf8))
        }
    }

    /// Takes the line away again.
    func clear() {
        state.withLock { state in
            if state.isShown && isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
            state.isShown = false
        }
    }

    private static func text(
        _ progress: RunProgress, since start: (time: ContinuousClock.Instant, completed: Int)?
    ) -> String {
        switch progress {
        case .note(let note): note
        case .reading(let entries): "reading the directory: \(entries) entries"
        case .listing(let accounts): "listing the provider: \(accounts) accounts"
        case .comparing: "comparing"
        case .applying(let apply): text(apply, since: start ?? (.now, apply.completed))
        }
    }

    private static func text(
        _ apply: ApplyProgress, since start: (time: ContinuousClock.Instant, completed: Int)
    ) -> String {
        let elapsed = ContinuousClock.now - start.time
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        var text = "applying: \(apply.completed) of \(apply.total)"
        if apply.failed > 0 { text += ", \(apply.failed) failed" }
        if apply.completed > start.completed && seconds > 1 {
            let rate = Double(apply.completed - start.completed) / seconds
            text += String(format: ", %.0f a second, %.0f s left", rate, Double(apply.total - apply.completed) / rate)
        }
        return text
    }
}
