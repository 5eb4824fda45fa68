import Foundation

/// What one run of a program took.
struct Usage {
    /// From its start to its end, in seconds.
    let wall: Double
    /// Processor time, in seconds.
    let cpu: Double
    /// The most memory it ever had, in MiB.
    ///
    /// A child inherits the peak of the process that starts it, which is kept small therefore.
    let peak: Double
    /// What it wrote to standard output.
    let output: String
}

/// A program that failed.
struct ProgramFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs a program to its end and measures it.
///
/// - Parameter keepingOutput: whether what it writes is wanted; else it goes to `/dev/null`.
func measure(_ program: String, _ arguments: [String], keepingOutput: Bool = true) throws -> Usage {
    let path = keepingOutput ? FileManager.default.temporaryDirectory.path + "/benchmark-\(getpid())" : "/dev/null"
    defer { if keepingOutput { unlink(path) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }

    let start = ContinuousClock.now
    var pid = pid_t()
    guard posix_spawnp(&pid, program, &actions, nil, &words, environ) == 0 else {
        throw ProgramFailure(description: "\(program) cannot be started: \(String(cString: strerror(errno)))")
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
    let wall = (ContinuousClock.now - start) / .seconds(1)
    guard status == 0 else {
        let command = ([program] + arguments).joined(separator: " ")
        throw ProgramFailure(description: "\(command) ended with status \(status)")
    }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return Usage(
        wall: wall, cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), peak: Double(usage.ru_maxrss) / 1024,
        output: keepingOutput ? try String(contentsOfFile: path, encoding: .utf8) : "")
}

/// The program itself, run once more for one measurement.
func measureOneself(_ arguments: [String]) throws -> Usage {
    try measure(CommandLine.arguments[0], arguments)
}

/// The middle one of some numbers; of an even count, the upper of the two.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Numbers that were written one to a word.
func numbers(in text: String) -> [Double] { text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) } }
