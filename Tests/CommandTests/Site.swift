import Foundation
import GRDB
import TestSupport

/// A private folder with a configuration in it, in which the command is run; it is removed with the value.
final class Site: Sendable {
    let folder: URL
    private let environment: [String: String]

    /// Makes a folder with `sync-plan.yaml` and further files, which only the owner can read.
    init(_ configuration: String? = nil, files: [String: String] = [:], environment: [String: String] = [:]) throws {
        folder = try temporaryFolder("site")
        self.environment = environment
        if let configuration { try write(configuration, to: "sync-plan.yaml") }
        for (name, contents) in files { try write(contents, to: name) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        try setMode(0o600, of: name)
    }

    func setMode(_ mode: Int, of name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    /// Replaces text in the configuration.
    func configure(_ old: String, _ new: String) throws {
        try write(try read("sync-plan.yaml").replacingOccurrences(of: old, with: new), to: "sync-plan.yaml")
    }

    /// Runs the command in the folder.
    @discardableResult
    func run(
        _ arguments: [String], whileRunning: (Int32) async throws -> Void = { _ in }
    ) async throws -> Command.Outcome {
        try await Command.run(arguments, in: folder, environment: environment, whileRunning: whileRunning)
    }

    /// Runs the command in the folder.
    @discardableResult
    func run(
        _ arguments: String..., whileRunning: (Int32) async throws -> Void = { _ in }
    ) async throws -> Command.Outcome {
        try await run(arguments, whileRunning: whileRunning)
    }

    // MARK: What has come of it

    /// Rows of a query on a database of the folder, their columns parted by `|`; empty where there is no such file.
    func rows(_ sql: String, of name: String = "mail.db") throws -> [String] {
        guard exists(name) else { return [] }
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        return try DatabaseQueue(path: path(name), configuration: configuration).read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { String.fromDatabaseValue($0) ?? "\($0)" }.joined(separator: "|")
            }
        }
    }

    /// Everything that the mailbox database says about accounts, one line each.
    func accounts() throws -> [String] {
        try rows(
            """
            SELECT id, mailbox.address, external_id, full_name, given_name, family_name, mobile, organizational_unit,
                quota_bytes, active, created_at, changed_at,
                (SELECT group_concat(address, ' ') FROM (SELECT address FROM address WHERE mailbox_id = id ORDER BY address))
            FROM mailbox ORDER BY id
            """)
    }

    /// The files of the folder with their content, to compare before and after.
    ///
    /// The index of a write-ahead log (`-shm`) is left out: those who only read write to it too.
    func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !name.hasSuffix("-shm") {
            contents[name] = FileManager.default.contents(atPath: path(name))
        }
        return contents
    }
}

extension Command.Outcome {
    /// The operations of a plan that was printed as JSON Lines, in order: `update ana@corp.example quota,aliases`.
    func operations() throws -> [String] {
        struct Line: Decodable {
            struct Change: Decodable { let field: String }
            struct Operation: Decodable {
                let kind: String
                let address: String
                let changes: [Change]
            }
            let operation: Operation?
        }
        return try output.split(separator: "\n").compactMap { text in
            guard let operation = try JSONDecoder().decode(Line.self, from: Data(text.utf8)).operation else {
                return nil
            }
            let fields = operation.changes.map(\.field).joined(separator: ",")
            return "\(operation.kind) \(operation.address)" + (fields.isEmpty ? "" : " \(fields)")
        }
    }
}
