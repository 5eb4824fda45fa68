#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Keeps two runs from working on one account base at the same time.
///
/// The lock is the kernel's (`flock`), on a file beside the state database, so it ends with the process that holds it,
/// however that process ends. The file itself stays.
public struct RunLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: ``RunLockError`` where another run holds it, or the file cannot be made.
    public init(path: String) throws(RunLockError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw RunLockError(path: path, isHeld: false, detail: unsafe String(cString: strerror(errno)))
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let holder = Self.holder(descriptor)
            close(descriptor)
            throw RunLockError(path: path, isHeld: true, detail: holder)
        }
        ftruncate(descriptor, 0)
        let text = "\(getpid())\n"
        _ = unsafe text.withCString { unsafe write(descriptor, $0, text.utf8.count) }
    }

    deinit { close(descriptor) }

    /// What the holder wrote into the file.
    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return text.split(separator: "\n").first.map(String.init) ?? "unknown"
    }
}

/// The lock cannot be had.
public struct RunLockError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The lock's file.
    public let path: String
    /// Whether another run holds it.
    public let isHeld: Bool
    /// The process id of the holder, or what the system says.
    public let detail: String

    /// What happened and what to do.
    public var description: String {
        isHeld
            ? "Another run (process \(detail)) is active. Wait until it ends; nothing has been changed."
            : "The lock file \(path) cannot be made: \(detail)."
    }
}
