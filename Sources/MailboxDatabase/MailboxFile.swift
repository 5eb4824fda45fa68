import GRDB
import GRDBSQLite
import ProviderClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file of a mailbox database, and how it is opened.
struct MailboxFile: Sendable {
    /// Its path.
    let path: String
    /// How long to wait for a lock that somebody else holds, in seconds.
    let busyTimeout: Double

    /// Whether there is a file.
    ///
    /// One that may not be looked at counts, so that opening it tells why.
    var exists: Bool {
        unsafe access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }

    /// The folder that the file is in.
    var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether the folder is there.
    var folderExists: Bool { unsafe access(folder, F_OK) == 0 }

    /// Whether this process may write to the file and its folder, in which SQLite keeps its log.
    var isWritable: Bool {
        guard unsafe access(folder, W_OK | X_OK) == 0 else { return false }
        return unsafe !exists || access(path, R_OK | W_OK) == 0
    }

    /// Opens the file for reading; nil where there is none, or none with tables in it.
    func openForReading() throws -> DatabaseQueue? {
        guard exists else {
            guard folderExists else {
                throw ProviderError(.unavailable, "There is no folder \(folder) for \(path). Make it first.")
            }
            return nil
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(busyTimeout)
        // A listing keeps its transaction open from one page to the next.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { Self.keepLog($0) }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        switch try queue.inDatabase({ try MailboxSchema.state($0) }) {
        case .current: return queue
        case .older(let version):
            try queue.inDatabase { try MailboxSchema.disguise($0, version: version) }
            return queue
        case .empty: return nil
        case let other: throw Self.unusable(other, path: path)
        }
    }

    /// Has the write-ahead log stay when the connection closes.
    ///
    /// Whoever may only read, as a mail server should, cannot open the database without it. A program that does not care
    /// may have removed it; any connection of this process, a listing's too, makes it again.
    private static func keepLog(_ db: Database) {
        var keeps: CInt = 1
        _ = unsafe sqlite3_file_control(db.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &keeps)
    }

    /// Opens the file for writing, making it and its tables where they are missing, and renewing older tables.
    ///
    /// The write-ahead log lets everybody read while one writes. SQLite does not wait for others when it turns to one, as
    /// it does everywhere else, so this tries again until the time is over.
    func openForWriting() throws -> DatabaseQueue {
        try create()
        let end = ContinuousClock.now + .seconds(busyTimeout)
        while true {
            do { return try openOnce() } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end
            {
                usleep(20_000)
            }
        }
    }

    private func openOnce() throws -> DatabaseQueue {
        let path = path
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        configuration.journalMode = .wal
        configuration.prepareDatabase { db in
            switch try MailboxSchema.state(db) {
            case .empty, .current, .older: break
            // Said before anything is written, such as the switch to a write-ahead log.
            case let other: throw Self.unusable(other, path: path)
            }
            Self.keepLog(db)
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { try MailboxSchema.prepare($0, path: path) }
        return queue
    }

    /// Makes an empty file that the owner writes and the group reads; SQLite gives its log the same rights.
    ///
    /// Others get no access, because the table has password hashes.
    private func create() throws {
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o640)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            let reason = unsafe String(cString: strerror(errno))
            let code: ProviderError.Code = errno == EACCES || errno == EROFS ? .unauthorized : .unavailable
            throw ProviderError(code, "The mailbox database \(path) cannot be made: \(reason).")
        }
    }

    /// The error for a file that is no mailbox database of this version.
    static func unusable(_ state: MailboxSchema.State, path: String) -> ProviderError {
        switch state {
        case .newer(let version):
            ProviderError(
                .unsupported,
                "The mailbox database \(path) has tables of version \(version), and this version of sync-plan knows them up "
                    + "to \(MailboxSchema.version). Install the newer sync-plan that wrote it.")
        default:
            ProviderError(
                .refused,
                "\(path) is a SQLite database of something else, not a mailbox database. Name another file.")
        }
    }
}
