public import DirectoryModel
import Foundation

/// Who is at work on a provider: what stands in the file of a ``RunLock``.
public struct RunOwner: Sendable, Hashable, CustomStringConvertible {
    /// The number of the process.
    public let process: Int32
    /// The name of the machine that it runs on.
    public let host: String
    /// The name of the user who runs it.
    public let user: String
    /// When it began.
    public let began: Timestamp
    /// The command that it was started with.
    public let command: String

    /// This process.
    static var current: RunOwner {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays zero, whatever the length of the name.
        let isKnown =
            unsafe name.withUnsafeMutableBufferPointer {
                unsafe $0.baseAddress.map { unsafe gethostname($0, 255) } ?? -1
            } == 0
        let host = isKnown ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
        return RunOwner(
            process: getpid(), host: host, user: ProcessInfo.processInfo.userName,
            began: Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970)),
            command: ProcessInfo.processInfo.arguments.joined(separator: " "))
    }

    private init(process: Int32, host: String, user: String, began: Timestamp, command: String) {
        self.process = process
        self.host = host
        self.user = user
        self.began = began
        self.command = command
    }

    /// The owner as it stands in the file, a line for each property; nil where the text is another.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 5, let process = Int32(lines[0]), let seconds = Int64(lines[3]) else { return nil }
        self.init(
            process: process, host: lines[1], user: lines[2], began: Timestamp(secondsSince1970: seconds),
            command: lines[4])
    }

    /// What is written into the file.
    var text: String {
        [String(process), host, user, String(began.secondsSince1970), command].map(\.printable)
            .joined(separator: "\n") + "\n"
    }

    /// The owner and since when, for people.
    public var description: String {
        "process \(process) of \(user.printable) on \(host.printable), since \(began): \(command.printable)"
    }

    /// How long it has been at work, such as `12 minutes`.
    public func age(at now: Timestamp) -> String {
        let seconds = max(0, now.secondsSince1970 - began.secondsSince1970)
        let units: [(seconds: Int64, name: String)] = [(86400, "days"), (3600, "hours"), (60, "minutes")]
        for unit in units where seconds >= 2 * unit.seconds { return "\(seconds / unit.seconds) \(unit.name)" }
        return "\(seconds) seconds"
    }
}
