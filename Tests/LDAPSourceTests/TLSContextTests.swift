import DirectoryModel
import Foundation
import TestSupport
import Testing

@testable import LDAPSource

/// What TLS is set up with: read once, and again when there is something else to read.
@Suite(.enabled(if: Slapd.isInstalled), .serialized) struct TLSContextTests {
    private static let server = Result { try Slapd(ldif: DirectoryGenerator(users: 20).ldif()) }

    private func configuration() throws -> LDAPConfiguration {
        let server = try Self.server.get()
        return try server.configuration(url: server.ldapsURL)
    }

    private func users(_ configuration: LDAPConfiguration) async throws -> Int {
        try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes)).users.count
    }

    @Test func connectionsWithTheSameSettingsShareOne() throws {
        var configuration = try configuration()
        let first = try TLSContext.shared(for: configuration)
        // Nothing of these is the context's.
        configuration.timeouts.connect = .seconds(3)
        configuration.bind = .anonymous
        #expect(try TLSContext.shared(for: configuration) === first)
        configuration.minimumTLS = .tls13
        #expect(try TLSContext.shared(for: configuration) !== first)
        configuration.tlsVerification = .never
        configuration.minimumTLS = .tls12
        let blind = try TLSContext.shared(for: configuration)
        #expect(blind !== first)
        configuration.caFile = nil
        #expect(try TLSContext.shared(for: configuration) === blind)
    }

    @Test("whom to trust is read again when the file is another one") func filesAreReadAgain() async throws {
        let folder = try temporaryFolder("authorities")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("ca.pem").path
        var configuration = try configuration()
        let right = try String(contentsOfFile: configuration.caFile ?? "", encoding: .utf8)
        let wrong = try String(contentsOfFile: try Company.openLDAPServer().authorities, encoding: .utf8)
        configuration.caFile = file
        for _ in 0..<3 {
            try wrong.write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try await readingError(configuration)?.code == .certificateUntrusted)
            try right.write(toFile: file, atomically: false, encoding: .utf8)
            #expect(try await users(configuration) == 20)
        }
        try FileManager.default.removeItem(atPath: file)
        #expect(try await readingError(configuration)?.code == .badConfiguration)
    }

    /// `READS` times, 40 unless the environment says otherwise: each with a handshake, some with StartTLS, some refused.
    @Test func readingAgainLeaksNothing() async throws {
        let times = ProcessInfo.processInfo.environment["READS"].flatMap { Int($0) } ?? 40
        var startTLS = try configuration()
        startTLS.servers = .url(try LDAPURL(Self.server.get().ldapURL))
        startTLS.startTLS = true
        var refused = try configuration()
        refused.caFile = nil
        let over = [try configuration(), startTLS]
        var footprints: [Footprint] = []
        for time in 1...times {
            if time % 10 == 0 {
                #expect(try await readingError(refused)?.code == .certificateUntrusted)
            } else {
                #expect(try await users(over[time % 2]) == 20)
            }
            if time % (times / 10) == 0 { footprints.append(try Footprint()) }
        }
        expectNoGrowth(footprints, of: times)
    }
}
