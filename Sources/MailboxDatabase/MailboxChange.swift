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
            return try operation.id.flatMap { Int64($0.rawValue) }.flatMap { try MailboxListing.account($0, db) }
        }
        guard let account = operation.account else { return nil }
        if let key = account.key, let owner = try owner(ofKey: key, db) { return try MailboxListing.account(owner, db) }
        for address in account.addresses {
            if let owner = try owner(of: address, db) { return try MailboxListing.account(owner, db) }
        }
        return nil
    }

    // MARK: Reading

    private static func owner(of address: MailAddress, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT mailbox_id FROM address WHERE address = ?"), arguments: [address.text])
    }

    private static func owner(ofKey key: ObjectID, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM mailbox WHERE external_id = ?"), arguments: [key.text])
    }

    private static func owner(ofSignIn name: String, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM mailbox WHERE lower(coalesce(user_name, address)) = lower(?)"),
            arguments: [name])
    }

    // MARK: Writing

    private static func create(_ account: Account, _ db: Database) throws -> AccountID {
        try checkSignIn(of: account, id: nil, db)
        try db.execute(
            """
            INSERT INTO mailbox
                (address, external_id, full_name, given_name, family_name, mobile, organizational_unit, quota_bytes, active,
                kind, user_name, password_hash, mfa)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, try values(of: account))
        let id = db.lastInsertedRowID
        for address in account.addresses { try claim(address, for: id, db) }
        for delegate in account.delegates { try add(delegate, to: id, of: account, db) }
        try setAttributes(of: id, from: [:], to: account.attributes, db)
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
        if new.userName != old.userName || new.address != old.address { try checkSignIn(of: new, id: id, db) }
        try db.execute(
            """
            UPDATE mailbox SET
                address = ?, external_id = ?, full_name = ?, given_name = ?, family_name = ?, mobile = ?,
                organizational_unit = ?, quota_bytes = ?, active = ?, kind = ?, user_name = ?, password_hash = ?, mfa = ?,
                changed_at = unixepoch()
            WHERE id = ?
            """, try values(of: new) + [id])
        if old.delegates != new.delegates {
            let (before, after) = (Set(old.delegates), Set(new.delegates))
            for delegate in old.delegates where !after.contains(delegate) {
                try db.execute(
                    """
                    DELETE FROM delegate
                    WHERE mailbox_id = ? AND delegate_id = (SELECT id FROM mailbox WHERE address = ?)
                    """, [id, delegate.text])
            }
            for delegate in new.delegates where !before.contains(delegate) {
                try add(delegate, to: id, of: new, db)
            }
        }
        try setAttributes(of: id, from: old.attributes, to: new.attributes, db)
    }

    /// Sees to it that nobody else signs in by what the account does.
    private static func checkSignIn(of account: Account, id: Int64?, _ db: Database) throws {
        let name = account.userName ?? account.address.text
        guard let owner = try owner(ofSignIn: name, db), owner != id else { return }
        throw ProviderError(
            .refused, "\(account.address): The mailbox \(try self.name(of: owner, db)) signs in as \(name) already.")
    }

    private static func add(_ delegate: MailAddress, to id: Int64, of account: Account, _ db: Database) throws {
        let other = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM mailbox WHERE address = ?"), arguments: [delegate.text])
        guard let other else {
            throw ProviderError(
                .refused,
                "\(account.address): No mailbox has the primary address \(delegate), so it cannot be a delegate.")
        }
        try db.execute("INSERT INTO delegate (mailbox_id, delegate_id) VALUES (?, ?)", [id, other])
    }

    private static func setAttributes(
        of id: Int64, from old: [String: String], to new: [String: String], _ db: Database
    ) throws {
        for name in old.keys where new[name] ?? "" == "" {
            try db.execute("DELETE FROM attribute WHERE mailbox_id = ? AND name = ?", [id, name])
        }
        for (name, value) in new where value != "" && old[name].map({ value.hasSameBytes(as: $0) }) != true {
            try db.execute(
                "INSERT OR REPLACE INTO attribute (mailbox_id, name, value) VALUES (?, ?, ?)", [id, name, value])
        }
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
        let more = [account.userName, account.passwordHash?.secret.revealed]
        let free = account.attributes.flatMap { [$0.key, $0.value] }
        // SQLite ends a text there, so that what is stored would never be what the plan wants.
        if (texts + more + free).contains(where: { $0?.utf8.contains(0) == true }) {
            throw ProviderError(.refused, "\(account.address): A value holds a NUL character, which no table takes.")
        }
        let arguments: StatementArguments =
            [account.address.text] + StatementArguments(texts) + [account.quota?.bytes, account.isActive]
        return arguments + [account.kind.rawValue] + StatementArguments(more) + [account.requiresMFA]
    }
}

extension Database {
    /// Runs a statement that is kept for the next time.
    fileprivate func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
