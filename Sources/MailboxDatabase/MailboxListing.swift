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
    /// The columns of a mailbox, in the order in which ``account(_:id:owning:)`` takes them.
    private static let columns = """
        id, address, external_id, full_name, given_name, family_name, mobile, organizational_unit, quota_bytes, active,
        kind, user_name, password_hash, mfa
        """

    /// What belongs to a mailbox and lies in tables of its own.
    private struct Belongings {
        var addresses: [String] = []
        var delegates: [MailAddress] = []
        var attributes: [String: String] = [:]

        mutating func clear() {
            addresses.removeAll(keepingCapacity: true)
            // Few have any, so that it is quicker to look.
            if !delegates.isEmpty { delegates = [] }
            if !attributes.isEmpty { attributes = [:] }
        }
    }

    /// The accounts after an id, in the order of their ids.
    private static func page(_ db: Database, after last: Int64) throws -> [ObservedAccount] {
        let mailboxes = try StatementRows(
            db, "SELECT \(columns) FROM mailbox WHERE id > ? ORDER BY id LIMIT ?", [last, pageSize])
        return try accounts(mailboxes, db, where: "mailbox_id > ?", [last], count: pageSize)
    }

    /// One account; nil where there is none.
    static func account(_ id: Int64, _ db: Database) throws -> ObservedAccount? {
        let mailboxes = try StatementRows(db, "SELECT \(columns) FROM mailbox WHERE id = ?", [id])
        return try accounts(mailboxes, db, where: "mailbox_id = ?", [id], count: 1).first
    }

    /// The accounts of rows of ``columns``, joined as they go with what belongs to them.
    private static func accounts(
        _ mailboxes: borrowing StatementRows, _ db: Database, where condition: String, _ arguments: StatementArguments,
        count: Int
    ) throws -> [ObservedAccount] {
        var addresses = try OwnedRows(
            db, "addresses", "SELECT mailbox_id, address FROM address WHERE \(condition) ORDER BY mailbox_id, address",
            arguments)
        var delegates = try OwnedRows(
            db, "delegates",
            """
            SELECT mailbox_id, mailbox.address FROM delegate LEFT JOIN mailbox ON mailbox.id = delegate_id
            WHERE \(condition) ORDER BY mailbox_id, delegate_id
            """, arguments)
        var attributes = try OwnedRows(
            db, "attributes",
            "SELECT mailbox_id, name, value FROM attribute WHERE \(condition) ORDER BY mailbox_id, name",
            arguments)
        var result: [ObservedAccount] = []
        result.reserveCapacity(count)
        var owned = Belongings()
        while try mailboxes.next() {
            let id = mailboxes.integer(0)
            owned.clear()
            try addresses.take(of: id) { owned.addresses.append($0.text(1) ?? "") }
            try delegates.take(of: id) { row in
                guard let text = row.text(1) else { throw malformed(id, "a delegate of it is no mailbox") }
                owned.delegates.append(try address(text, id: id))
            }
            try attributes.take(of: id) { owned.attributes[$0.text(1) ?? ""] = $0.text(2) }
            result.append(
                ObservedAccount(id: AccountID("\(id)"), account: try account(mailboxes, id: id, owning: owned)))
        }
        return result
    }

    /// Makes an account from a row of ``columns`` and what belongs to it.
    ///
    /// Nothing is passed over: an account that is left out of a listing would be made once more.
    private static func account(
        _ row: borrowing StatementRows, id: Int64, owning owned: borrowing Belongings
    ) throws -> Account {
        let primary = row.text(1) ?? ""
        var aliases: [MailAddress] = []
        if owned.addresses.count > 1 { aliases.reserveCapacity(owned.addresses.count - 1) }
        var ownsPrimary = false
        for text in owned.addresses {
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
        let kindName = row.text(10) ?? ""
        guard let kind = AccountKind(rawValue: kindName) else {
            throw malformed(id, "there is no kind \"\(kindName)\"")
        }
        return Account(
            kind: kind, key: key.flatMap { ObjectID(text: $0) }, userName: row.text(11),
            address: try address(primary, id: id), aliases: aliases, name: row.text(3), givenName: row.text(4),
            familyName: row.text(5), mobile: row.text(6), organizationalUnit: row.text(7),
            quota: quota.map { ByteCount(bytes: $0) }, delegates: owned.delegates,
            passwordHash: row.text(12).map { PasswordHash($0) },
            requiresMFA: row.isNull(13) ? nil : row.integer(13) != 0,
            isActive: row.integer(9) != 0, attributes: owned.attributes)
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

    static func malformed(_ id: Int64, _ what: String) -> ProviderError {
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
