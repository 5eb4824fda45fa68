import GRDB
import ProviderClient

/// The rows of a table that belong to mailboxes, in the order of these, taken as the mailboxes go by: no query for each.
///
/// The first column is the mailbox's id.
struct OwnedRows: ~Copyable {
    private let rows: StatementRows
    /// What the rows hold, for people.
    private let what: String
    private var isAtRow: Bool

    /// Makes the rows of a statement, whose first column is in ascending order.
    init(_ db: Database, _ what: String, _ sql: String, _ arguments: StatementArguments) throws {
        let rows = try StatementRows(db, sql, arguments)
        isAtRow = try rows.next()
        self.rows = rows
        self.what = what
    }

    /// Hands over the rows of one mailbox, which comes after those asked for before.
    ///
    /// - Throws: where rows were passed over, because no mailbox has their id.
    mutating func take(of id: Int64, _ body: (borrowing StatementRows) throws -> Void) throws {
        while isAtRow {
            let owner = rows.integer(0)
            if owner > id { return }
            guard owner == id else {
                throw MailboxListing.malformed(owner, "it has \(what) but no row of its own")
            }
            try body(rows)
            isAtRow = try rows.next()
        }
    }
}
