internal import DirectoryModel
import Foundation

/// Keeps two runs from working on one account base at the same time.
///
/// The lock is the kernel's (`flock`), on a file beside the state database, so it ends with the process that holds it,
/// however that process ends. The file itself stays, and says who held the lock last; that alone keeps nobody away.
public struct RunLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: ``RunLockError`` where another run holds it, or the file cannot be made.
    public init(path: String) throws(RunLockError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw RunLockError(path: path, detail: unsafe String(cString: strerror(errno)))
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let owner = Self.owner(descriptor)
            close(descriptor)
            throw RunLockError(path: path, isHeld: true, owner: owner)
        }
        ftruncate(descriptor, 0)
        let text = RunOwner.current.text
        _ = unsafe text.withCString { unsafe write(descriptor, $0, text.utf8.count) }
    }

    deinit { close(descriptor) }

    /// What the owner wrote into the file; nil where that is no owner.
    private static func owner(_ descriptor: Int32) -> RunOwner? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return RunOwner(text: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
    }
}

/// The lock cannot be had.
public struct RunLockError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The lock's file.
    public let path: String
    /// Whether another run holds it.
    public let isHeld: Bool
    /// Who holds it; nil where nobody does, or it does not say.
    public let owner: RunOwner?
    /// What the system says; empty where it is held.
    public let detail: String

    init(path: String, isHeld: Bool = false, owner: RunOwner? = nil, detail: String = "") {
        self.path = path
        self.isHeld = isHeld
        self.owner = owner
        self.detail = detail
    }

    /// What happened and what to do.
    public var description: String {
        if !isHeld { return "The lock file \(path) cannot be made: \(detail)." }
        let now = Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970))
        let who = owner.map { "\($0.age(at: now)) ago by \($0)" } ?? "by somebody unknown"
        return "Another run is active, begun \(who). Wait until it ends; nothing has been changed."
    }
}
