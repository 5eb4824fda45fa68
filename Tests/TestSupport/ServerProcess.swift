import Foundation

/// A server that a test started: it never outlives the test process, however that ends.
///
/// A shell stands between: it starts the server, waits for the end of its own input, which is a pipe from the test
/// process, and then kills the server and removes its folder.
public final class ServerProcess: Sendable {
    /// The server's process number.
    public let pid: Int32
    private let shell: Process
    private let end: ProcessEnd
    private let lifeline: FileHandle

    /// Starts a server that stays in the foreground; its output goes to `log`.
    ///
    /// - Parameter removing: a folder to remove when the server ends.
    public init(_ executable: String, _ arguments: [String], log: URL, removing folder: URL? = nil) throws {
        let script = """
            folder=$1; log=$2; shift 2
            "$@" >>"$log" 2>&1 </dev/null &
            echo $!
            exec >/dev/null
            cat >/dev/null
            kill -9 $! 2>/dev/null
            wait $! 2>/dev/null
            [ -z "$folder" ] || rm -rf "$folder"
            """
        let input = Pipe()
        let output = Pipe()
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script, "server", folder?.path ?? "", log.path, executable] + arguments
        shell.standardInput = input
        shell.standardOutput = output
        shell.standardError = FileHandle.nullDevice
        end = ProcessEnd(of: shell)
        try withSignalsUnblocked { try shell.run() }
        self.shell = shell
        lifeline = input.fileHandleForWriting
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        try output.fileHandleForReading.close()
        guard let number = Int32(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CommandFailure(command: executable, status: -1, output: "it did not start: \(line)")
        }
        pid = number
    }

    deinit { stop() }

    /// Kills the server at once, as a power cut would, and waits for its end.
    ///
    /// Harmless when it has ended.
    public func stop() {
        try? lifeline.close()
        end.wait()
    }

    /// Sends a signal, such as `SIGSTOP` for a server that goes silent.
    public func signal(_ number: Int32) { kill(pid, number) }
}

/// A command that failed, with what it wrote.
public struct CommandFailure: Error, CustomStringConvertible {
    let command: String
    let status: Int32
    let output: String

    /// The command, its exit status and its output.
    public var description: String { "\(command) ended with \(status): \(output)" }
}

/// Runs a command to its end and answers what it wrote to standard output; throws where it fails.
@discardableResult
public func run(_ executable: String, _ arguments: [String], input: String? = nil) throws -> String {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = errors
    let stdin = input.map { _ in Pipe() }
    process.standardInput = stdin ?? FileHandle.nullDevice
    let end = ProcessEnd(of: process)
    try withSignalsUnblocked { try process.run() }
    if let stdin, let input {
        // Commands here read all their input before they write much.
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errorText = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    end.wait()
    // Foundation does so only in waitUntilExit.
    try output.fileHandleForReading.close()
    try errors.fileHandleForReading.close()
    guard process.terminationStatus == 0 else {
        throw CommandFailure(
            command: ([executable] + arguments).joined(separator: " "), status: process.terminationStatus,
            output: errorText + text)
    }
    return text
}

/// The end of a process that is yet to be started.
///
/// `waitUntilExit` would leave a run loop to the thread that waits, and where that thread ends the thread sanitizer does not
/// survive what Foundation then does.
public final class ProcessEnd: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Looks out for the end of a process, whose termination handler is set.
    public init(of process: Process) {
        process.terminationHandler = { [semaphore] _ in semaphore.signal() }
    }

    /// Waits until the process has ended, also where it has been waited for before.
    public func wait() {
        semaphore.wait()
        semaphore.signal()
    }
}

/// Does something on this thread with no signal blocked.
///
/// A child inherits what its parent's thread blocks, and the pool's threads block nearly everything: a server would never
/// hear that it should end, or that one of its own children did.
func withSignalsUnblocked<T>(_ body: () throws -> T) rethrows -> T {
    var none = sigset_t()
    var usual = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &usual)
    defer { pthread_sigmask(SIG_SETMASK, &usual, nil) }
    return try body()
}

/// Where a program is, looked for in the usual folders; nil where it is not installed.
public func findProgram(_ name: String) -> String? {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/lib/openldap"]
        .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// Where a program is; throws where it is not installed.
func program(_ name: String) throws -> String {
    if let path = findProgram(name) { return path }
    throw CommandFailure(command: name, status: -1, output: "it is not installed; Tests/run installs what tests need")
}

/// Whether tests that need these programs can run; where they cannot, a run with `CI` in its environment fails.
public func hasPrograms(_ names: [String]) -> Bool {
    let missing = names.filter { findProgram($0) == nil }
    if missing.isEmpty { return true }
    print("SKIPPED: tests that need \(missing.joined(separator: ", ")), which is not installed")
    // With CI set the tests run, and fail for want of the program.
    return ProcessInfo.processInfo.environment["CI"] != nil
}

/// A TCP port of this machine that was free a moment ago.
public func freePort() throws -> UInt16 {
    if let port = listenBriefly(on: "127.0.0.1", port: 0) { return port }
    throw CommandFailure(command: "bind", status: errno, output: "no free port")
}

/// Listens on a port of an address, 0 for any that is free, and stops at once; answers the port, or nil where it is taken.
func listenBriefly(on host: String, port: UInt16) -> UInt16? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return bindSocket(descriptor, to: host, port: port)
}

/// A TCP socket that listens on a free port of 127.0.0.1; whoever takes it closes it.
func listenOnLoopback() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if let port = bindSocket(descriptor, to: "127.0.0.1", port: 0), listen(descriptor, 16) == 0 {
        return (descriptor, port)
    }
    close(descriptor)
    throw CommandFailure(command: "listen", status: errno, output: "no free port")
}

/// Gives a socket an address; answers the port, or nil where it is taken.
func bindSocket(_ descriptor: Int32, to host: String, port: UInt16) -> UInt16? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
            bind(descriptor, rebound, length) == 0 ? getsockname(descriptor, rebound, &length) : -1
        }
    }
    return status == 0 ? UInt16(bigEndian: address.sin_port) : nil
}

/// The project's `Tests` folder.
public let testsFolder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent()

/// A new private folder for a test, in the system's temporary folder.
public func temporaryFolder(_ name: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sync-plan-\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}
