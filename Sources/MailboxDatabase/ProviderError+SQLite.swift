import GRDB
import ProviderClient

extension ProviderError {
    /// The error for whatever a database access threw.
    ///
    /// SQLite's own text is quoted, but never the statement: it may hold personal data.
    init(_ error: any Error, path: String) {
        if let error = error as? ProviderError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.malformed, "The mailbox database \(path) cannot be read: \(error)")
            return
        }
        let said = "\(error.message ?? "no text") (SQLite \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, "Somebody else kept the mailbox database \(path) locked: \(said). Try again.")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .unauthorized,
                "The mailbox database \(path) may not be written: \(said). Give the account that runs this the right to "
                    + "write to the file and its folder.")
        case .SQLITE_CANTOPEN:
            self.init(
                .unavailable,
                "The mailbox database \(path) cannot be opened: \(said). The file, its folder and the files ending in -wal "
                    + "and -shm beside it must be readable.")
        case .SQLITE_NOTADB:
            self.init(.malformed, "\(path) is not a SQLite database. Name another file.")
        case .SQLITE_CORRUPT:
            self.init(
                .malformed,
                "The mailbox database \(path) is damaged: \(said). Restore it, or recover it with `sqlite3 … .recover`."
            )
        case .SQLITE_FULL:
            self.init(.unavailable, "The disk that holds the mailbox database \(path) is full: \(said). Make room.")
        case .SQLITE_IOERR:
            // It can come from the commit itself, of which nobody knows then what reached the disk.
            self.init(
                .unavailable, "Reading or writing the mailbox database \(path) failed: \(said).", outcome: .unknown)
        default:
            self.init(.refused, "The mailbox database \(path) refused: \(said).")
        }
    }
}
