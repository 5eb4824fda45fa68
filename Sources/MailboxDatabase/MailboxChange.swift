import DirectoryModel
import GRDB
import ProviderClient
import ReconcileEngine

/// Carrying out operations on the tables, each inside one transaction that is undone where it throws.
enum MailboxChange {
    /// Carries out one operation, after checking that it still fits.
    static func apply(_ operation: Operation, _ db: Database) throws -> AppliedOperation {
        let current = try self.current(for: operation, db)
        switch operation.readiness(given: current?.account, fields: .all) {
        case .stale(let why): throw ProviderError(.stale, "\(operation.address): \(why) Make a new plan.")
        case .alreadyApplied:
            guard let id = current?.id ?? operation.id else { throw lacksID(operation) }
            return AppliedOperation(id: id, wasAlreadyApplied: true)
        case .ready: break
        }
        if operation.kind == .create {
            // Readiness has seen to it that a creation has an account.
            guard let account = operation.account else { throw lacksID(operation) }
            return AppliedOperation(id: try create(account, db))
        }
        guard let current, let id = Int64(current.id.rawValue) else { throw lacksID(operation) }
        if operation.kind == .delete {
            try db.execute("DELETE FROM mailbox WHERE id = ?", [id])
        } else {
            do {
                try change(id, from: current.account, to: current.account.applying(operation.changes), db)
            } catch let error as FieldTypeError {
                throw ProviderError(.refused, "\(operation.address): \(error)")
            }
        }
        return AppliedOperation(id: current.id)
    }

    private static func lacksID(_ operation: Operation) -> ProviderError {
        ProviderError(
            .refused, "\(operation.address): The plan does not say which mailbox to \(operation.kind.rawValue).")
    }

    /// The account that decides whether an operation fits: see ``Operation/readiness(given:fields:)``.
    private static func current(for operation: Operation, _ db: Database) throws -> ObservedAccount? {
        if operation.kind != .create {
            // An id that is no number is one that this database never gave out.
            return try operation.id.flatMap { Int64($0.rawValue) }.flatMap { try mailbox($0, db) }
        }
        guard let account = operation.account else { return nil }
        if let key = account.key, let owner = try owner(ofKey: key, db) { return try mailbox(owner, db) }
        for address in account.addresses {
            if let owner = try owner(of: address, db) { return try mailbox(owner, db) }
        }
        return nil
    }

    // MARK: Reading

    private static func mailbox(_ id: Int64, _ db: Database) throws -> ObservedAccount? {
        let addresses = try String.fetchAll(
            db.cachedStatement(sql: "SELECT address FROM address WHERE mailbox_id = ? ORDER BY address"),
            arguments: [id])
        let rows = try StatementRows(db, "SELECT \(MailboxListing.columns) FROM mailbox WHERE id = ?", [id])
        return try rows.next() ? MailboxListing.account(rows, id: id, addresses: addresses) : nil
    }

    private static func owner(of address: MailAddress, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT mailbox_id FROM address WHERE address = ?"), arguments: [address.text])
    }

    private static func owner(ofKey key: ObjectID, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM mailbox WHERE external_id = ?"), arguments: [key.text])
    }

    // MARK: Writing

    private static func create(_ account: Account, _ db: Database) throws -> AccountID {
        try db.execute(
            """
            INSERT INTO mailbox
                (address, external_id, full_name, given_name, family_name, mobile, organizational_unit, quota_bytes, active)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, try values(of: account))
        let id = db.lastInsertedRowID
        for address in account.addresses { try claim(address, for: id, db) }
        return AccountID("\(id)")
    }

    private static func change(_ id: Int64, from old: Account, to new: Account, _ db: Database) throws {
        if let key = new.key, key != old.key, let owner = try owner(ofKey: key, db) {
            throw ProviderError(
                .refused,
                "\(new.address): The mailbox \(try name(of: owner, db)) is bound to the directory object \(key) already. "
                    + "Make a new plan.")
        }
        let released = Set(old.addresses).subtracting(new.addresses)
        for address in old.addresses where released.contains(address) {
            try db.execute("DELETE FROM address WHERE address = ?", [address.text])
        }
        let kept = Set(old.addresses)
        for address in new.addresses where !kept.contains(address) { try claim(address, for: id, db) }
        try db.execute(
            """
            UPDATE mailbox SET
                address = ?, external_id = ?, full_name = ?, given_name = ?, family_name = ?, mobile = ?,
                organizational_unit = ?, quota_bytes = ?, active = ?, changed_at = unixepoch()
            WHERE id = ?
            """, try values(of: new) + [id])
    }

    /// Files an address under a mailbox, and its domain under those that are served.
    private static func claim(_ address: MailAddress, for id: Int64, _ db: Database) throws {
        if let owner = try owner(of: address, db) {
            throw ProviderError(
                .addressTaken, "\(address) belongs to the mailbox \(try name(of: owner, db)). Make a new plan.")
        }
        try db.execute("INSERT OR IGNORE INTO domain (name) VALUES (?)", [address.domain.text])
        try db.execute("INSERT INTO address (address, mailbox_id) VALUES (?, ?)", [address.text, id])
    }

    /// The primary address of a mailbox, for people.
    private static func name(of id: Int64, _ db: Database) throws -> String {
        try String.fetchOne(db, sql: "SELECT address FROM mailbox WHERE id = ?", arguments: [id]) ?? "\(id)"
    }

    private static func values(of account: Account) throws -> StatementArguments {
        let texts = [
            account.key?.text, account.name, account.givenName, account.familyName, account.mobile,
            account.organizationalUnit,
        ]
        // SQLite ends a text there, so that what is stored would never be what the plan wants.
        if texts.contains(where: { $0?.utf8.contains(0) == true }) {
            throw ProviderError(.refused, "\(account.address): A value holds a NUL character, which no table takes.")
        }
        return [account.address.text] + StatementArguments(texts)
            + [account.quota?.bytes, account.isActive]
    }
}

extension Database {
    /// Runs a statement that is kept for the next time.
    fileprivate func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
