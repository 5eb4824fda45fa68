import Foundation
import TestSupport

/// The command as it was built, run as a process of its own, as an administrator or a timer runs it.
enum Command {
    /// What came of a run.
    struct Outcome: Sendable, CustomStringConvertible {
        let status: Int32
        let output: String
        let errors: String

        /// Everything, for a test that fails.
        var description: String { "exit status \(status)\n--- output\n\(output)--- errors\n\(errors)" }

        /// The last line of the output that is not empty.
        var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// The program, which the package manager builds beside the tests.
    static let program: URL = {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? .main
            return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("sync-plan")
        #else
            return Bundle.main.bundleURL.appendingPathComponent("sync-plan")
        #endif
    }()

    /// What programs are given of this process's environment.
    static let inherited = ProcessInfo.processInfo.environment.filter {
        // The last are how a sanitizer is told what is known (Tests/Soak/sanitize).
        ["PATH", "HOME", "LD_LIBRARY_PATH"].contains($0.key) || $0.key.hasSuffix("SAN_OPTIONS")
    }

    /// Runs the command to its end, without a terminal.
    ///
    /// - Parameters:
    ///   - environment: variables besides `PATH` and `HOME`.
    ///   - input: what it reads from standard input.
    ///   - whileRunning: called with the process number as soon as it has begun.
    static func run(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:], input: String = "",
        whileRunning: (Int32) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        try await run(
            program, arguments, in: folder, environment: environment, input: input, whileRunning: whileRunning)
    }

    /// Runs any program to its end.
    ///
    /// - Parameter input: what it reads from standard input; nothing by default.
    static func run(
        _ program: URL, _ arguments: [String], in folder: URL, environment: [String: String] = [:], input: String = "",
        whileRunning: (Int32) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        // Files take any amount of output, where a pipe that nobody reads would fill up and block.
        let scratch = try temporaryFolder("command")
        defer { try? FileManager.default.removeItem(at: scratch) }
        func file(_ name: String, _ contents: String = "") throws -> URL {
            let url = scratch.appendingPathComponent(name)
            try contents.write(to: url, atomically: false, encoding: .utf8)
            return url
        }
        let output = try file("output")
        let errors = try file("errors")
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = inherited.merging(environment) { $1 }
        let handles = try [
            FileHandle(forReadingFrom: file("input", input)), FileHandle(forWritingTo: output),
            FileHandle(forWritingTo: errors),
        ]
        defer { for handle in handles { try? handle.close() } }
        process.standardInput = handles[0]
        process.standardOutput = handles[1]
        process.standardError = handles[2]
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        do { try await whileRunning(process.processIdentifier) } catch {
            process.terminate()
            throw error
        }
        for await _ in ended {}
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}
