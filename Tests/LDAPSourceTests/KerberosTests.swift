import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// Signing in by Kerberos to a real domain.
///
/// Where tickets and keys are is said by the environment, which is the whole process's: one test at a time sets it, and
/// puts it back.
@Suite(.serialized, .enabled(if: SambaDomain.isInstalled && hasPrograms(["kinit", "ktutil"])))
struct KerberosTests {
    private static let principal = "svc@CORP.EXAMPLE"

    /// Does something with variables of the environment set, or, where they are nil, not there.
    private func withEnvironment<Value>(
        _ variables: [String: String?], _ body: () async throws -> Value
    ) async throws -> Value {
        let former = variables.map { name, _ in (name, ProcessInfo.processInfo.environment[name]) }
        func set(_ name: String, _ value: String?) {
            if let value { setenv(name, value, 1) } else { unsetenv(name) }
        }
        for (name, value) in variables { set(name, value) }
        defer { for (name, value) in former { set(name, value) } }
        return try await body()
    }

    /// What reads the domain by Kerberos, and an environment that names nothing but the domain and files that are not there.
    private func domain() throws -> (configuration: LDAPConfiguration, environment: [String: String?], folder: URL) {
        let domain = try Company.domain()
        let folder = try temporaryFolder("kerberos")
        var configuration = try domain.configuration(url: domain.ldapURL)
        configuration.bind = .gssapi
        let environment: [String: String?] = [
            "KRB5_CONFIG": domain.kerberosConfiguration, "KRB5CCNAME": folder.appendingPathComponent("ticket").path,
            "KRB5_CLIENT_KTNAME": nil, "KRB5_KTNAME": nil,
        ]
        return (configuration, environment, folder)
    }

    private func users(_ configuration: LDAPConfiguration) async throws -> Int {
        try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes)).users.count
    }

    /// Writes a keytab with the key that a password makes.
    private func writeKeytab(_ file: String, password: String) throws {
        let commands = """
            addent -password -p \(Self.principal) -k 1 -e aes256-cts-hmac-sha1-96
            \(password)
            wkt \(file)
            quit

            """
        try run(#require(findProgram("ktutil")), [], input: commands)
    }

    @Test func byTicket() async throws {
        let (configuration, environment, folder) = try domain()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withEnvironment(environment) {
            let error = try #require(try await readingError(configuration))
            #expect(error.code == .invalidCredentials)
            #expect(error.message.contains("kinit"), "\(error)")
            try run(#require(findProgram("kinit")), [Self.principal], input: SambaDomain.password + "\n")
            #expect(try await users(configuration) == 15)
        }
    }

    @Test("a keytab gets its own tickets, again and again") func byKeytab() async throws {
        var (configuration, environment, folder) = try domain()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("keytab").path
        let cache = folder.appendingPathComponent("ticket").path
        environment["KRB5_CLIENT_KTNAME"] = file
        try await withEnvironment(environment) { [configuration] in
            #expect(try await readingError(configuration)?.code == .invalidCredentials)
            try writeKeytab(file, password: SambaDomain.password)
            for _ in 0..<2 {
                #expect(try await users(configuration) == 15)
                #expect(FileManager.default.fileExists(atPath: cache))
                try FileManager.default.removeItem(atPath: cache)
            }
        }
    }

    @Test("a keytab of a former password is refused, and that is said") func byOldKeytab() async throws {
        var (configuration, environment, folder) = try domain()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("keytab").path
        environment["KRB5_CLIENT_KTNAME"] = file
        try writeKeytab(file, password: "Former0!Passw")
        let thrown = try await withEnvironment(environment) { [configuration] in try await readingError(configuration) }
        let error = try #require(thrown)
        #expect(error.code == .invalidCredentials)
        #expect(error.message.contains("Preauthentication failed"), "\(error)")
        #expect(error.message.contains("keytab"), "\(error)")
    }
}
