#if canImport(Darwin)
    private import Darwin
#elseif canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#endif

/// An open file of the system, closed when it goes out of use.
///
/// All calls block.
struct SystemFile: ~Copyable {
    /// What tells whether a file was written to since.
    struct Status: Equatable {
        var size: Int64
        var modifiedSeconds: Int
        var modifiedNanoseconds: Int
    }

    let path: String
    private let descriptor: Int32

    /// Opens a file for reading.
    init(reading path: String) throws(FileError) {
        self.path = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw FileError(errno: errno, path: path, while: .reading) }
    }

    /// Makes a file, which only its owner can read and which must not exist yet, and opens it for writing.
    ///
    /// - Parameter path: the file that errors are about.
    init(creating draft: String, for path: String) throws(FileError) {
        self.path = path
        descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw FileError(errno: errno, path: path, while: .writing) }
    }

    deinit { _ = close(descriptor) }

    /// Reads into the front of `buffer`; answers how many bytes, 0 at the end of the file.
    func read(into buffer: inout [UInt8]) throws(FileError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                #if canImport(Darwin)
                    unsafe Darwin.read(descriptor, bytes.baseAddress, bytes.count)
                #elseif canImport(Glibc)
                    unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
                #else
                    unsafe Musl.read(descriptor, bytes.baseAddress, bytes.count)
                #endif
            }
            if count >= 0 { return count }
            if errno != EINTR { throw FileError(errno: errno, path: path, while: .reading) }
        }
    }

    /// Writes all the bytes.
    func write(_ bytes: Span<UInt8>) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                #if canImport(Darwin)
                    return unsafe Darwin.write(descriptor, rest.baseAddress, rest.count)
                #elseif canImport(Glibc)
                    return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                #else
                    return unsafe Musl.write(descriptor, rest.baseAddress, rest.count)
                #endif
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw FileError(errno: errno, path: path, while: .writing)
            }
        }
    }

    /// Lets everybody read the file.
    func allowReading() throws(FileError) {
        if fchmod(descriptor, 0o644) != 0 { throw FileError(errno: errno, path: path, while: .writing) }
    }

    /// Waits until what was written is on the disk.
    func flush() throws(FileError) {
        if fsync(descriptor) != 0 { throw FileError(errno: errno, path: path, while: .writing) }
    }

    /// The file's size and the time of its last change; nil for a pipe and the like.
    func status() throws(FileError) -> Status? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(errno: errno, path: path, while: .reading) }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        return Status(
            size: Int64(status.st_size), modifiedSeconds: modified.tv_sec, modifiedNanoseconds: modified.tv_nsec)
    }

    /// Gives a file another name, in one step, in place of what had that name.
    static func rename(_ path: String, to newPath: String) throws(FileError) {
        #if canImport(Darwin)
            let result = unsafe Darwin.rename(path, newPath)
        #elseif canImport(Glibc)
            let result = unsafe Glibc.rename(path, newPath)
        #else
            let result = unsafe Musl.rename(path, newPath)
        #endif
        if result != 0 { throw FileError(errno: errno, path: newPath, while: .writing) }
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) {
        _ = unsafe unlink(path)
    }

    /// Waits until the folder of a file has its new names on the disk; where the system cannot do that, nothing happens.
    static func flushFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard let file = try? SystemFile(reading: folder) else { return }
        try? file.flush()
    }
}

extension FileError {
    /// The sentence for a failed call.
    fileprivate init(errno code: Int32, path: String, while operation: Operation) {
        let done = operation == .reading ? "read" : "written"
        let kind: Code
        let problem: String
        switch code {
        case ENOENT, ENOTDIR:
            kind = .missing
            problem = operation == .reading ? "There is no such file." : "There is no such folder."
        case EACCES, EPERM, EROFS:
            kind = .denied
            problem =
                "It cannot be \(done) by the user who runs this: check its owner, its rights and those of its folder."
        case EISDIR:
            kind = .isFolder
            problem = "It is a folder. Name a file."
        case ENOSPC, EDQUOT:
            kind = .noSpace
            problem = "It cannot be \(done): there is no space left on the disk."
        default:
            kind = .system
            problem = "It cannot be \(done): \(unsafe String(cString: strerror(code))) (\(code))."
        }
        self.init(kind, operation, path: path, systemCode: code, problem: problem)
    }
}
