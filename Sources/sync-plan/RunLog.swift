import DirectoryModel
import Foundation
import SyncPlanKit
import Synchronization

/// The log of runs that nobody watches: standard error, or the system's.
final class RunLog: Sendable {
    let form: LogForm
    private let profile: String
    private let style: Style
    private let progress: ProgressLine?

    /// - Parameter progress: a line that is taken away before another is written; nil for none.
    init(_ form: LogForm, profile: String, style: Style, progress: ProgressLine? = nil) {
        self.form = form
        self.profile = profile
        self.style = style
        self.progress = progress
    }

    func write(_ entry: LogEntry) {
        let now = Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970))
        let line = form.line(entry, profile: profile, at: now, style: style)
        if form == .syslog { return Self.system(line, entry.priority) }
        progress?.clear()
        Terminal.note(line)
    }

    /// Hands a line to syslog(3).
    private static func system(_ line: String, _ priority: LogEntry.Priority) {
        // What it is given as a name it keeps: a literal stays where it is for ever.
        let name: StaticString = "sync-plan"
        name.withUTF8Buffer { name in
            unsafe name.withMemoryRebound(to: CChar.self) { name in
                unsafe openlog(name.baseAddress, LOG_PID, LOG_DAEMON)
            }
        }
        unsafe line.withCString { line in
            unsafe withVaList([line]) { unsafe vsyslog(priority.rawValue, "%s", $0) }
        }
    }
}

extension LogForm {
    /// The form that fits to where standard error goes.
    static var fitting: LogForm {
        // The service manager names the journal's stream, so that one that was led elsewhere is told from it.
        let parts = (ProcessInfo.processInfo.environment["JOURNAL_STREAM"] ?? "").split(separator: ":")
        var status = stat()
        guard parts.count == 2, unsafe fstat(STDERR_FILENO, &status) == 0 else { return .plain }
        return String(status.st_dev) == parts[0] && String(status.st_ino) == parts[1] ? .journald : .plain
    }
}
