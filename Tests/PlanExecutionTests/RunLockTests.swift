import Foundation
import PlanExecution
import TestSupport
import Testing

/// Two runs never work at the same time.
@Suite struct RunLockTests {
    @Test func oneAtATime() throws {
        let folder = try StateFolder()
        let path = folder.folder.path + "/lock"
        do {
            let lock = try RunLock(path: path)
            let error = #expect(throws: RunLockError.self) { _ = try RunLock(path: path) }
            #expect(error?.isHeld == true)
            #expect(error?.detail == "\(ProcessInfo.processInfo.processIdentifier)")
            #expect(error?.description.contains("Another run (process \(getpid())) is active") == true)
            _ = consume lock
        }
        _ = try RunLock(path: path)
        _ = try RunLock(path: path)
    }

    @Test(.enabled(if: hasPrograms(["flock"]))) func theLockOfAnotherProcessEndsWithIt() throws {
        let folder = try StateFolder()
        let path = folder.folder.appendingPathComponent("lock").path
        try "4711\n".write(toFile: path, atomically: true, encoding: .utf8)
        let holder = Process()
        let input = Pipe()
        let output = Pipe()
        holder.executableURL = URL(fileURLWithPath: try #require(findProgram("flock")))
        holder.arguments = [path, "sh", "-c", "echo locked; exec cat"]
        holder.standardInput = input
        holder.standardOutput = output
        let end = ProcessEnd(of: holder)
        try holder.run()
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "locked\n")
        let error = #expect(throws: RunLockError.self) { _ = try RunLock(path: path) }
        #expect(error?.isHeld == true && error?.detail == "4711" && error?.path == path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "4711\n", "the holder's number was overwritten")
        try input.fileHandleForWriting.close()
        end.wait()
        _ = try RunLock(path: path)
    }

    @Test func aFolderThatIsMissingIsNoRun() throws {
        let error = #expect(throws: RunLockError.self) { _ = try RunLock(path: "/none/of/these/lock") }
        #expect(error?.isHeld == false)
        #expect(error?.description == "The lock file /none/of/these/lock cannot be made: No such file or directory.")
    }
}
