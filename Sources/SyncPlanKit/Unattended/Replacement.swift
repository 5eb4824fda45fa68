import Foundation

/// Puts a file in the place of another, if there is one: whoever reads it finds the old one or the new one, whole.
///
/// - Parameter mode: who may read it, whatever the process's mask says.
func replaceFile(_ path: String, with bytes: [UInt8], mode: mode_t) throws(ReplacementError) {
    let draft = "\(path).\(getpid()).tmp"
    func fail() -> ReplacementError {
        let detail = unsafe String(cString: strerror(errno))
        unsafe unlink(draft)
        return ReplacementError(path: path, detail: detail)
    }
    unsafe unlink(draft)
    let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw fail() }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        if count <= 0 {
            let error = fail()
            close(file)
            throw error
        }
        rest = rest.dropFirst(count)
    }
    let isWritten = fchmod(file, mode) == 0 && fsync(file) == 0
    close(file)
    guard isWritten, unsafe rename(draft, path) == 0 else { throw fail() }
}

/// A file cannot be replaced.
struct ReplacementError: Error, CustomStringConvertible {
    let path: String
    /// What the system says.
    let detail: String

    var description: String {
        "\(path) cannot be written: \(detail). Check that its folder exists, that this account may write there, and that "
            + "there is room."
    }
}
