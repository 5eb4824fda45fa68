import DirectoryModel
import GRDB
import ProviderClient
import ReconcileEngine

/// One listing of a mailbox database: every page comes from the same state of it, however long the reader takes.
actor MailboxListing {
    /// The most accounts on a page.
    static let pageSize = 2_000

    private enum Progress {
        case notStarted
        case listing(DatabaseQueue, after: Int64)
        case finished
    }

    private let file: MailboxFile
    private var progress = Progress.notStarted

    init(_ file: MailboxFile) { self.file = file }

    /// The next page in the order of the row ids; nil after the last.
    func nextPage() async throws(ProviderError) -> [ObservedAccount]? {
        do {
            guard let (queue, last) = try start() else { return nil }
            let page = try await queue.perform { db in try Self.page(db, after: last) }
            guard let end = page.last, let id = Int64(end.id.rawValue) else {
                progress = .finished
                return nil
            }
            progress = .listing(queue, after: id)
            return page
        } catch {
            progress = .finished
            throw ProviderError(error, path: file.path)
        }
    }

    /// Opens the file and a transaction that shows one state of it until the connection closes.
    private func start() throws -> (DatabaseQueue, after: Int64)? {
        switch progress {
        case .finished: return nil
        case .listing(let queue, let last): return (queue, last)
        case .notStarted:
            guard let queue = try file.openForReading() else {
                progress = .finished
                return nil
            }
            try queue.inDatabase { try $0.execute(sql: "BEGIN DEFERRED TRANSACTION") }
            return (queue, .min)
        }
    }
}

extension MailboxListing {
    /// The columns of a mailbox, in the order in which ``account(_:aliases:)`` takes them.
    static let columns = """
        id, address, external_id, full_name, given_name, family_name, mobile, organizational_unit, quota_bytes, active
        """

    /// Two statements in the order of the ids, joined as they go: no query for each account.
    private static func page(_ db: Database, after last: Int64) throws -> [ObservedAccount] {
        let mailboxes = try StatementRows(
            db, "SELECT \(columns) FROM mailbox WHERE id > ? ORDER BY id LIMIT ?", [last, pageSize])
        let addresses = try StatementRows(
            db, "SELECT mailbox_id, address FROM address WHERE mailbox_id > ? ORDER BY mailbox_id, address", [last])
        var page: [ObservedAccount] = []
        page.reserveCapacity(pageSize)
        var owned: [String] = []
        var hasAddress = try addresses.next()
        while try mailboxes.next() {
            let id = mailboxes.integer(0)
            owned.removeAll(keepingCapacity: true)
            while hasAddress {
                let owner = addresses.integer(0)
                if owner > id { break }
                guard owner == id else { throw malformed(owner, "it has addresses but no row of its own") }
                owned.append(addresses.text(1) ?? "")
                hasAddress = try addresses.next()
            }
            page.append(try account(mailboxes, id: id, addresses: owned))
        }
        return page
    }

    /// Makes an account from a row of ``columns`` and all its addresses.
    ///
    /// Nothing is passed over: an account that is left out of a listing would be made once more.
    static func account(
        _ row: borrowing StatementRows, id: Int64, addresses: [String]
    ) throws -> ObservedAccount {
        let primary = row.text(1) ?? ""
        var aliases: [MailAddress] = []
        if addresses.count > 1 { aliases.reserveCapacity(addresses.count - 1) }
        var ownsPrimary = false
        for text in addresses {
            // Quick for ASCII; the count keeps apart what is only canonically equivalent.
            if text.utf8.count == primary.utf8.count && text == primary {
                ownsPrimary = true
            } else {
                aliases.append(try address(text, id: id))
            }
        }
        guard ownsPrimary else {
            throw malformed(id, "its address \(primary) is missing from the table of addresses")
        }
        let quota = row.isNull(8) ? nil : row.integer(8)
        if let quota, quota < 0 { throw malformed(id, "its quota is negative") }
        let key = row.text(2)
        if key == "" { throw malformed(id, "its external_id is empty; it should be NULL") }
        let account = Account(
            key: key.flatMap { ObjectID(text: $0) }, address: try address(primary, id: id), aliases: aliases,
            name: row.text(3), givenName: row.text(4), familyName: row.text(5), mobile: row.text(6),
            organizationalUnit: row.text(7), quota: quota.map { ByteCount(bytes: $0) }, isActive: row.integer(9) != 0)
        return ObservedAccount(id: AccountID("\(id)"), account: account)
    }

    /// Reads an address, which must be in its normal form: in any other, neither the table's key nor a mail server's
    /// query would find it.
    private static func address(_ text: String, id: Int64) throws -> MailAddress {
        guard let address = try? MailAddress(text) else {
            throw malformed(id, "\"\(text)\" is no mail address")
        }
        guard address.text == text else {
            throw malformed(id, "\"\(text)\" should be written \(address)")
        }
        return address
    }

    private static func malformed(_ id: Int64, _ what: String) -> ProviderError {
        ProviderError(.malformed, "Mailbox \(id) makes no sense: \(what). Correct the row in the database.")
    }
}

extension DatabaseQueue {
    /// Waits for an access without blocking a thread of the cooperative pool, and without being broken off half-way.
    func perform<T: Sendable>(_ access: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            asyncWriteWithoutTransaction { db in
                continuation.resume(with: Result { try access(db) })
            }
        }
    }
}
