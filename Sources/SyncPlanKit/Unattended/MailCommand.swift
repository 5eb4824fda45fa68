internal import DirectoryModel
import Foundation

/// A program that takes messages as sendmail does: from standard input, the recipients as arguments.
package struct MailCommand: Sendable {
    /// The program's path.
    let path: String
    /// How long it may take.
    let timeout: Duration

    package init(path: String, timeout: Duration = .seconds(60)) {
        self.path = path
        self.timeout = timeout
    }

    /// Hands a message over.
    ///
    /// - Throws: ``NotificationError`` where the program cannot be run, does not end in time, or refuses.
    package func send(_ message: MailMessage) async throws(NotificationError) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        // A line with a single dot ends nothing (-i), and what begins with a dash is a recipient after the two dashes.
        process.arguments = ["-i", "-f", message.from.text, "--"] + message.to.map(\.text)
        let input = try scratchFile(message.text)
        let errors = try scratchFile("")
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        do { try withSignalsUnblocked { try process.run() } } catch {
            throw NotificationError("\(path) cannot be run: \(ConfigurationFile.reason(error)).")
        }
        let number = process.processIdentifier
        let alarm = Task {
            try await Task.sleep(for: timeout)
            kill(number, SIGKILL)
        }
        // Not in a task that is cancelled with this one: a message that is being handed over is handed over.
        await Task { for await _ in ended {} }.value
        alarm.cancel()
        if process.terminationReason == .uncaughtSignal {
            throw NotificationError(
                "\(path) was ended by signal \(process.terminationStatus), after \(timeout) at most.")
        }
        guard process.terminationStatus == 0 else {
            try? errors.seek(toOffset: 0)
            let said = (try? errors.read(upToCount: 300)).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
            throw NotificationError("\(path) ended with \(process.terminationStatus): \((said ?? "").trimmed)")
        }
    }

    /// A file without a name, with a text in it that is read from its beginning.
    ///
    /// A pipe would need somebody to fill it, and would break where the program does not read.
    private func scratchFile(_ text: String) throws(NotificationError) -> FileHandle {
        var name = Array("\(FileManager.default.temporaryDirectory.path)/sync-plan.XXXXXX".utf8CString)
        let descriptor = unsafe name.withUnsafeMutableBufferPointer {
            unsafe $0.baseAddress.map { unsafe mkstemp($0) } ?? -1
        }
        guard descriptor >= 0 else {
            throw NotificationError("No temporary file can be made: \(unsafe String(cString: strerror(errno))).")
        }
        unsafe name.withUnsafeBufferPointer { if let path = $0.baseAddress { unsafe unlink(path) } }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(text.utf8))
            try handle.seek(toOffset: 0)
        } catch {
            throw NotificationError("No temporary file can be written: \(ConfigurationFile.reason(error)).")
        }
        return handle
    }
}

/// Does something on this thread with no signal blocked.
///
/// A child inherits what its parent's thread blocks, and the threads of a pool block nearly everything: it would never hear
/// that a child of its own has ended.
private func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var usual = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &usual)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &usual, nil) }
    try body()
}

extension String {
    /// The text without white space around it, on one line.
    fileprivate var trimmed: String { split(whereSeparator: \.isNewline).joined(separator: " ").printable }
}

/// Nobody could be told by this way.
package struct NotificationError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
