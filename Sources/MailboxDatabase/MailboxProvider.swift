import DirectoryModel
import GRDB
public import ProviderClient
public import ReconcileEngine
import Synchronization

/// A provider that is one SQLite file, which Postfix and Dovecot can read directly.
///
/// `Examples/dovecot-postfix` has the mail servers' side of it. Tables are `domain`, `mailbox` and `address`; an address
/// is the key of its table, so that it can never belong to two mailboxes.
///
/// **Reading while a plan is applied.** The file has a write-ahead log, so readers neither wait for the writer nor see
/// half an operation. Whoever reads needs read access to the file and to the two files beside it that end in `-wal` and
/// `-shm`, and to be able to enter the folder. The file is made with mode 0640: put it into a folder whose group is the
/// mail servers' (`chgrp`, `chmod 2750`).
///
/// **What is safe.** Each operation is one transaction, and a process that is killed leaves whole operations behind. The
/// log is flushed to the disk at checkpoints and not at every commit: a power failure may undo the last operations, in
/// order, which the next plan then finds to do again.
///
/// Deleting an account removes its rows. The mail on disk is the mail server's: it stays, in a folder named by the
/// mailbox's `id`, which is never given out again.
public final class MailboxProvider: AccountProvider {
    let file: MailboxFile
    private let writer = Mutex<DatabaseQueue?>(nil)

    /// Makes a provider.
    ///
    /// The file is not touched; where it is missing, the first operation that is applied makes it.
    ///
    /// - Parameters:
    ///   - path: where the database is, or will be; the folder must exist.
    ///   - busyTimeout: how long an operation waits for somebody else's transaction to end.
    public init(path: String, busyTimeout: Duration = .seconds(10)) {
        let (seconds, attoseconds) = busyTimeout.components
        file = MailboxFile(path: path, busyTimeout: max(0, Double(seconds) + Double(attoseconds) / 1e18))
    }

    /// The file's path.
    public var name: String { file.path }

    /// Every field and every kind of operation; the file is not looked at.
    public func capabilities() async throws(ProviderError) -> ProviderCapabilities { ProviderCapabilities() }

    /// Lists all mailboxes in the order of their ids, 2,000 at a time, as they were when the first page was asked for.
    ///
    /// A missing file lists as empty.
    ///
    /// - Throws: `ProviderError`; with `malformed` and the row's id for a row that makes no sense.
    public func accounts() -> AccountPages {
        let listing = MailboxListing(file)
        return AccountPages { try await listing.nextPage() }
    }

    /// Carries out one operation in one transaction, making the file where it is missing.
    ///
    /// The transaction looks before it writes, so earlier tries make no difference.
    public func apply(
        _ operation: Operation, mayHaveBeenApplied: Bool
    ) async throws(ProviderError) -> AppliedOperation {
        do {
            return try await openWriter().perform { db in
                var result: AppliedOperation?
                try db.inTransaction(.immediate) {
                    let applied = try MailboxChange.apply(operation, db)
                    result = applied
                    return applied.wasAlreadyApplied ? .rollback : .commit
                }
                guard let result else { throw ProviderError(.refused, "\(operation.address): Nothing was done.") }
                return result
            }
        } catch {
            throw ProviderError(error, path: file.path)
        }
    }

    private func openWriter() throws -> DatabaseQueue {
        try writer.withLock { writer in
            if let writer { return writer }
            let opened = try file.openForWriting()
            writer = opened
            return opened
        }
    }
}
