public import DirectoryModel
internal import ReconcileEngine

/// One line of a log.
public struct LogEntry: Sendable {
    /// How much it matters, by the numbers of syslog (RFC 5424 section 6.2.1).
    public enum Priority: Int32, Sendable {
        /// Something did not work.
        case error = 3
        /// Somebody should look.
        case warning = 4
        /// Something was changed.
        case notice = 5
        /// For the record.
        case info = 6

        /// The priority's name.
        public var name: String {
            switch self {
            case .error: "error"
            case .warning: "warning"
            case .notice: "notice"
            case .info: "info"
            }
        }
    }

    /// What kind of line it is, for programs.
    public enum Event: String, Sendable {
        /// An account was changed.
        case change
        /// Something is held back or did not work.
        case problem
        /// A run has come to its end.
        case summary
        /// Something about the source is unsafe.
        case warning
        /// Something that is good to know.
        case note
        /// People were told, or could not be.
        case notification
        /// The metrics could not be written.
        case metrics
        /// The program began, ended, or read its configuration anew.
        case service
    }

    /// A value beside the text.
    public enum Value: Sendable, Hashable {
        /// A text.
        case text(String)
        /// A number.
        case number(Double)
    }

    /// How much it matters.
    public let priority: Priority
    /// What kind of line it is.
    public let event: Event
    /// The sentence: one line, with nothing in it that works on a terminal.
    public let text: String
    /// What programs want to know besides.
    public let details: [(key: String, value: Value)]

    /// Makes an entry.
    public init(
        _ priority: Priority, _ event: Event, _ text: String, _ details: [(key: String, value: Value)] = []
    ) {
        self.priority = priority
        self.event = event
        self.text = text.printable
        self.details = details
    }
}

/// How the lines of a log are written.
public enum LogForm: String, Sendable, CaseIterable {
    /// With the time: `2026-11-21T12:00:00Z staff: warning: …`.
    case plain
    /// For the system's journal: the priority in front, as in `<4>staff: …` (sd-daemon(3)).
    case journald
    /// By syslog(3), with the facility `daemon`.
    case syslog
    /// An object a line.
    case json

    /// A line of the log, without its end.
    ///
    /// - Parameter style: whether what matters is coloured; only the form ``plain`` ever is.
    public func line(_ entry: LogEntry, profile: String, at time: Timestamp, style: Style = Style()) -> String {
        switch self {
        case .plain:
            let line = "\(time) \(profile.printable): "
            return switch entry.priority {
            case .error: line + style.red("error: \(entry.text)")
            case .warning: line + style.yellow("warning: \(entry.text)")
            case .notice, .info: line + entry.text
            }
        case .journald: return "<\(entry.priority.rawValue)>\(profile.printable): \(entry.text)"
        case .syslog: return "\(profile.printable): \(entry.text)"
        case .json: return Self.object(entry, profile, time)
        }
    }

    private static func object(_ entry: LogEntry, _ profile: String, _ time: Timestamp) -> String {
        var writer = JSONWriter()
        writer.object {
            $0.key("time")
            $0.string(time.description)
            $0.key("level")
            $0.string(entry.priority.name)
            $0.key("profile")
            $0.string(profile)
            $0.key("event")
            $0.string(entry.event.rawValue)
            $0.key("message")
            $0.string(entry.text)
            for (key, value) in entry.details {
                $0.key(key)
                switch value {
                case .text(let text): $0.string(text)
                case .number(let number): $0.number(number.plain)
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Double {
    /// The number as JSON and metrics have it: a whole one without a fraction, another with three digits.
    var plain: String {
        if self == rounded(), magnitude < 1e15 { return String(Int64(self)) }
        let thousandths = Int64((magnitude * 1000).rounded())
        let fraction = String(thousandths % 1000)
        let text = "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
        return self < 0 ? "-" + text : text
    }
}
