import DirectoryModel
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
            let owner = try #require(error?.owner)
            #expect(owner.process == getpid() && owner.user == ProcessInfo.processInfo.userName)
            #expect(owner.command.hasPrefix(ProcessInfo.processInfo.arguments[0]) && !owner.host.isEmpty)
            #expect(error?.description.contains("Another run is active, begun") == true)
            #expect(error?.description.contains(" seconds ago by process \(getpid()) of ") == true)
            _ = consume lock
        }
        _ = try RunLock(path: path)
        _ = try RunLock(path: path)
    }

    @Test(.enabled(if: hasPrograms(["flock"]))) func theLockOfAnotherProcessEndsWithIt() throws {
        let folder = try StateFolder()
        let path = folder.folder.appendingPathComponent("lock").path
        let text = "4711\nmail1\nana\n1700000000\nsync-plan apply --yes\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
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
        #expect(error?.isHeld == true && error?.path == path)
        let owner = try #require(error?.owner)
        #expect(
            owner.description == "process 4711 of ana on mail1, since 2023-11-14T22:13:20Z: sync-plan apply --yes")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text, "the holder's number was overwritten")
        try input.fileHandleForWriting.close()
        end.wait()
        // Who is gone keeps nobody away, whatever the file says.
        _ = try RunLock(path: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("\(getpid())\n"))
    }

    @Test(arguments: [
        (0, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7199, "119 minutes"), (7200, "2 hours"),
        (172_800, "2 days"), (-5, "0 seconds"),
    ])
    func agesAreToldInOneUnit(seconds: Int64, text: String) throws {
        let folder = try StateFolder()
        let lock = try RunLock(path: folder.folder.path + "/lock")
        let error = #expect(throws: RunLockError.self) { _ = try RunLock(path: folder.folder.path + "/lock") }
        let owner = try #require(error?.owner)
        #expect(owner.age(at: Timestamp(secondsSince1970: owner.began.secondsSince1970 + seconds)) == text)
        _ = consume lock
    }

    @Test(arguments: ["", "4711\n", "x\ny\nz\n1\nc\n", String(repeating: "a", count: 10_000)])
    func aFileThatNamesNobodyIsHeldAllTheSame(text: String) throws {
        let folder = try StateFolder()
        let path = folder.folder.path + "/lock"
        let lock = try RunLock(path: path)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
        let error = #expect(throws: RunLockError.self) { _ = try RunLock(path: path) }
        #expect(error?.isHeld == true && error?.owner == nil)
        #expect(error?.description.contains("begun by somebody unknown") == true)
        _ = consume lock
    }

    @Test func aFolderThatIsMissingIsNoRun() throws {
        let error = #expect(throws: RunLockError.self) { _ = try RunLock(path: "/none/of/these/lock") }
        #expect(error?.isHeld == false)
        #expect(error?.description == "The lock file /none/of/these/lock cannot be made: No such file or directory.")
    }
}
