import GRDB
import GRDBSQLite

/// The rows of a statement, read column by column without an object for each row.
///
/// A listing is all about reading many small values, and this takes two thirds of the time of GRDB's rows. SQLite converts
/// a value that is of another type, so reading a column cannot fail.
struct StatementRows: ~Copyable {
    private let statement: Statement
    private let db: Database

    /// Makes the rows of a statement that is used for nothing else meanwhile.
    init(_ db: Database, _ sql: String, _ arguments: StatementArguments) throws {
        let statement = try db.cachedStatement(sql: sql)
        unsafe sqlite3_reset(statement.sqliteStatement)
        try statement.setArguments(arguments)
        self.db = db
        self.statement = statement
    }

    deinit { unsafe sqlite3_reset(statement.sqliteStatement) }

    /// Goes to the next row; false after the last.
    func next() throws -> Bool {
        let code = unsafe sqlite3_step(statement.sqliteStatement)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
    }

    /// The number in a column of the current row; 0 for NULL.
    func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(statement.sqliteStatement, column)
    }

    /// Whether a column of the current row is NULL.
    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(statement.sqliteStatement, column) == SQLITE_NULL
    }

    /// The text in a column of the current row; nil for NULL.
    func text(_ column: Int32) -> String? {
        // SQLite keeps the bytes until the next step, and has counted them; they are copied at once.
        guard let start = unsafe sqlite3_column_text(statement.sqliteStatement, column) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(statement.sqliteStatement, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
