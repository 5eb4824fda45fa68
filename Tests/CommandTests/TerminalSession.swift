import Foundation
import TestSupport

#if os(Linux)
    /// The command on a terminal of its own, of 80 columns (script(1), of util-linux), and somebody who answers it.
    ///
    /// An answer is typed when the question is there: a password that is asked for throws away what was typed before.
    final class TerminalSession {
        /// What did not come.
        struct Missing: Error, CustomStringConvertible {
            let text: String
            let shown: String

            var description: String { "\"\(text)\" was not shown:\n\(shown)" }
        }

        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        /// Everything that has been shown.
        private(set) var shown = ""
        private var bytes = Data()
        /// How much of it has been waited for.
        private var position = 0

        /// Begins.
        ///
        /// - Parameter program: another program than the command.
        init(
            _ arguments: [String], in folder: URL, environment: [String: String] = [:],
            program: String = Command.program.path
        ) throws {
            process.executableURL = URL(fileURLWithPath: findProgram("script") ?? "/usr/bin/script")
            let line = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
            process.arguments = ["-qefc", "stty cols 80; exec \(line)", "/dev/null"]
            process.currentDirectoryURL = folder
            process.environment = Command.inherited.merging(["TERM": "xterm"]) { $1 }.merging(environment) { $1 }
            process.standardInput = input
            process.standardOutput = output
            process.standardError = output
            try process.run()
        }

        deinit { if process.isRunning { process.terminate() } }

        /// Waits until something is shown, after what was waited for before.
        func wait(for text: String) throws {
            while true {
                let rest = String(decoding: shown.utf8.dropFirst(position), as: UTF8.self)
                if let range = rest.range(of: text) {
                    position += rest[..<range.upperBound].utf8.count
                    return
                }
                guard read() else {
                    throw Missing(text: text, shown: shown)
                }
            }
        }

        /// Waits for a question and answers it.
        func answer(_ question: String, _ answer: String) throws {
            try wait(for: question)
            type(answer + "\n")
        }

        /// Presses keys.
        func type(_ keys: String) { input.fileHandleForWriting.write(Data(keys.utf8)) }

        /// Waits for the end, and tells the exit status.
        func end() -> Int32 {
            while read() {}
            process.waitUntilExit()
            return process.terminationStatus
        }

        /// Reads what there is; false where there will be nothing more, or nothing has come for a minute.
        private func read() -> Bool {
            var waiting = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 60_000) > 0 else { return false }
            let data = output.fileHandleForReading.availableData
            bytes += data
            shown = String(decoding: bytes, as: UTF8.self).replacing(#/\u{1B}\[[0-9;]*[mK]|\r/#, with: "")
            return !data.isEmpty
        }
    }
#endif
