import DirectoryModel
import Foundation
import GRDB
import PlanExecution
import ProviderClient
import ReconcileEngine
import Synchronization
import TestSupport

typealias Operation = ReconcileEngine.Operation

/// A provider that notes what is asked of it, and answers what a test says.
final class ScriptedProvider: AccountProvider {
    /// What was asked and when, on a clock that counts beginnings and ends.
    struct Call: Sendable {
        let address: String
        let mayHaveBeenApplied: Bool
        let began: Int
        var ended: Int
    }

    private struct State {
        var calls: [Call] = []
        var time = 0
        var inFlight = 0
        var mostInFlight = 0
    }

    let name: String
    private let state = Mutex(State())
    private let answer: @Sendable (Operation, _ attempt: Int) async throws(ProviderError) -> AppliedOperation

    /// - Parameter answer: what comes of the call, given how often the same operation was asked for, from 1.
    init(
        name: String = "scripted",
        answer: @escaping @Sendable (Operation, _ attempt: Int) async throws(ProviderError) -> AppliedOperation = {
            (operation, _) async throws(ProviderError) in done(operation)
        }
    ) {
        self.name = name
        self.answer = answer
    }

    var calls: [Call] { state.withLock { $0.calls } }
    var addresses: [String] { calls.map(\.address) }
    var mostInFlight: Int { state.withLock { $0.mostInFlight } }
    var inFlight: Int { state.withLock { $0.inFlight } }

    func capabilities() async throws(ProviderError) -> ProviderCapabilities { ProviderCapabilities() }
    func accounts() -> AccountPages { AccountPages { nil } }
    func check() async -> [CheckStep] { [] }

    func apply(
        _ operation: Operation, mayHaveBeenApplied: Bool
    ) async throws(ProviderError) -> AppliedOperation {
        let (index, attempt) = state.withLock { state in
            let attempt = state.calls.count { $0.address == operation.address.text } + 1
            state.time += 1
            state.inFlight += 1
            state.mostInFlight = max(state.mostInFlight, state.inFlight)
            state.calls.append(
                Call(
                    address: operation.address.text, mayHaveBeenApplied: mayHaveBeenApplied, began: state.time,
                    ended: .max))
            return (state.calls.count - 1, attempt)
        }
        defer {
            state.withLock { state in
                state.time += 1
                state.inFlight -= 1
                state.calls[index].ended = state.time
            }
        }
        return try await answer(operation, attempt)
    }
}

/// An operation that was carried out.
func done(_ operation: Operation) -> AppliedOperation { AppliedOperation(id: AccountID("id of \(operation.address)")) }

extension Plan {
    /// The lines of a plan that creates `u0@corp.example`, `u1@corp.example`, … at the given stages,
    /// each of which waits for all of the stage before it.
    static func creationLines(stages: [Int]) -> [String] {
        var lines = [
            """
            {"overview":{"directory":"d","directoryIncomplete":[],"users":0,"usersInScope":0,"provider":"p",\
            "providerIncomplete":[],"accounts":0,"managedAccounts":0}}
            """
        ]
        for (number, stage) in stages.enumerated() {
            let after = stages.indices.filter { stages[$0] == stage - 1 }
            let waits = after.isEmpty ? "" : ",\"after\":\(after)"
            lines.append(
                """
                {"operation":{"kind":"create","address":"u\(number)@corp.example","account":{"kind":"personal",\
                "address":"u\(number)@corp.example","aliases":[],"isActive":true},"changes":[],\
                "reasons":[{"code":"everyone"}],"precondition":"absent","stage":\(stage)\(waits)}}
                """)
        }
        return lines
    }

    /// A plan that creates `u0@corp.example`, `u1@corp.example`, … at the given stages.
    static func creations(stages: [Int]) throws -> Plan {
        try Plan(lines: creationLines(stages: stages).map { Array($0.utf8) })
    }

    /// A plan of one stage.
    static func creations(_ count: Int) throws -> Plan { try creations(stages: Array(repeating: 0, count: count)) }
}

/// A folder with a state database in it, which is removed with the value.
final class StateFolder: Sendable {
    let folder: URL
    let path: String

    init() throws {
        folder = try temporaryFolder("state")
        path = folder.appendingPathComponent("state.db").path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open() throws -> StateDatabase { try StateDatabase(path: path) }

    /// Changes the database, as somebody else would.
    func execute(_ sql: String) throws {
        try DatabaseQueue(path: path, configuration: patient).write { try $0.execute(sql: sql) }
    }

    /// The journal, as anybody with SQLite sees it: the columns of each row, parted by `|`.
    func rows(_ sql: String) throws -> [String] {
        try DatabaseQueue(path: path, configuration: patient).read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "-" : String.fromDatabaseValue($0) ?? "\($0)" }.joined(
                    separator: "|")
            }
        }
    }
}

/// Lets some wait until others say so.
final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    func wait() async {
        while !isOpen.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(1)) }
    }
}

/// Somebody who closes the database last may still be tidying up its log.
private var patient: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    return configuration
}
