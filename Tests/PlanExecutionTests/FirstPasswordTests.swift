import DirectoryModel
import Foundation
import PlanExecution
import ProviderClient
import ProviderTesting
import ReconcileEngine
import Synchronization
import TestSupport
import Testing

/// First passwords: made once, written down before the account is made, for nobody else's eyes (ZI15).
@Suite struct FirstPasswordTests {
    private let folder: StateFolder
    private let path: String

    init() throws {
        folder = try StateFolder()
        path = folder.folder.path + "/people.passwords"
    }

    private func apply(_ plan: Plan, _ provider: any AccountProvider) async throws -> ApplyReport {
        try await PlanExecutor(
            provider: provider, state: folder.open(), options: .init(attempts: 1),
            passwords: FirstPasswords(path: path)
        ).apply(plan, digest: "plan", madeAt: .earliest)
    }

    /// The lines of the file, an address and a password each.
    private func lines() throws -> [[String]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            line.split(separator: "\t").map(String.init)
        }
    }

    @Test func everyNewPersonGetsOneBeforeTheAccountIsMade() async throws {
        let known = Mutex<[String: String]>([:])
        let path = path
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            let file = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let hash = operation.account?.passwordHash?.secret.revealed ?? ""
            if file.contains("\(operation.address)\t") { known.withLock { $0[operation.address.text] = hash } }
            return done(operation)
        }
        let plan = try Plan.creations(100)
        let report = try await apply(plan, provider)
        #expect(report.isComplete && report.entries.map(\.operation) == plan.operations)
        let lines = try lines()
        #expect(lines.map { $0[0] } == plan.operations.map(\.address.text))
        #expect(Set(lines.map { $0[1] }).count == 100 && lines.allSatisfy { $0[1].count == 20 })
        let hashes = known.withLock { $0 }
        #expect(hashes.count == 100 && hashes.values.allSatisfy { $0.hasPrefix("{SSHA512}") && $0.count == 9 + 96 })
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        // In the file, and nowhere else.
        let state = try #require(FileManager.default.contents(atPath: folder.path))
        for line in lines { #expect(state.range(of: Data(line[1].utf8)) == nil && !"\(report)".contains(line[1])) }
        if let doveadm = findProgram("doveadm") {
            let hash = try #require(hashes[lines[7][0]])
            #expect(try run(doveadm, ["pw", "-t", hash, "-p", lines[7][1]]).contains("(verified)"))
        }
    }

    @Test func othersGetNone() async throws {
        let seen = Mutex<[String: PasswordHash?]>([:])
        let provider = ScriptedProvider { (operation, _) async throws(ProviderError) in
            seen.withLock { $0[operation.address.text] = operation.account?.passwordHash }
            return done(operation)
        }
        let hash = PasswordHash("{SSHA}eA==")
        let accounts = [
            Account(kind: .functional, address: Made.address("info@corp.example")),
            Account(kind: .group, address: Made.address("team@corp.example")),
            Account(address: Made.address("ana@corp.example"), passwordHash: hash),
        ]
        let empty = try Plan.creations(0)
        let operations = accounts.map { Operation.create($0, because: [Reason(.everyone)]) }
        let plan = Plan(overview: empty.overview, operations: operations, held: [], violations: [], findings: [])
        #expect(try await apply(plan, provider).isComplete)
        #expect(
            seen.withLock { $0 } == ["info@corp.example": nil, "team@corp.example": nil, "ana@corp.example": hash])
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func whoWasMadeByARunThatDiedKeepsThePassword() async throws {
        let provider = ModelProvider { call, _ in call <= 4 ? .losesAnswer : nil }
        let plan = try Plan.creations(4)
        #expect(try await apply(plan, provider).count(where: \.isSuccess) == 0)
        let before = try lines()
        let again = try await apply(plan, provider)
        #expect(again.isComplete)
        #expect(again.count { if case .alreadyApplied = $0 { true } else { false } } == 4)
        #expect(try lines() == before && before.count == 4)
    }

    @Test func nothingIsMadeWhereTheFileCannotBeUsed() async throws {
        let provider = ScriptedProvider()
        let plan = try Plan.creations(3)
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let error = await #expect(throws: FirstPasswordsError.self) { try await apply(plan, provider) }
        #expect(error?.description.contains("chmod 600") == true && error?.path == path)
        try FileManager.default.removeItem(atPath: path)
        // Somebody's trap: the file is elsewhere.
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/null")
        await #expect(throws: FirstPasswordsError.self) { try await apply(plan, provider) }
        #expect(provider.calls.isEmpty)
    }

    @Test func aProviderThatCannotHoldThemIsToldSo() async throws {
        var fields = AccountFields.all
        fields.remove(.passwordHash)
        let provider = ModelProvider(capabilities: ProviderCapabilities(fields: fields))
        let plan = try Plan.creations(3)
        let error = await #expect(throws: ProviderError.self) { try await apply(plan, provider) }
        #expect(error?.code == .unsupported && error?.message.contains("first-password") == true)
        #expect(provider.contents.isEmpty)
    }
}
