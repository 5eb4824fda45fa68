import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// Ways of proving who one is, and whom one trusts, besides a password and a CA file.
@Suite(.enabled(if: Slapd.isInstalled)) struct IdentityTests {
    private func users(_ configuration: LDAPConfiguration) async throws -> Int {
        try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes)).users.count
    }

    private static let demanding = Result {
        var options = Slapd.Options()
        options.wantsClientCertificate = true
        options.isWithoutTLS13 = true
        return try Slapd(ldif: DirectoryGenerator(users: 5).ldif(), options)
    }

    @Test func theOwnerOfALocalSocket() async throws {
        let server = try Company.openLDAPServer()
        var configuration = try server.configuration(url: server.ldapiURL)
        configuration.schema = .inetOrgPerson
        configuration.bind = .external
        #expect(try await users(configuration) == 300)
    }

    @Test func theOwnerOfACertificate() async throws {
        let server = try Self.demanding.get()
        var configuration = try server.configuration(url: server.ldapsURL)
        configuration.bind = .external
        #expect(try await readingError(configuration)?.category == .unavailable)
        let own = server.clientCertificate
        configuration.clientCertificate = ClientCertificate(certificate: own.certificate, key: own.key)
        #expect(try await users(configuration) == 5)
        configuration.clientCertificate?.key = "/nowhere/client.key"
        #expect(try await readingError(configuration)?.message.contains("/nowhere/client.key cannot be read") ?? false)
    }

    @Test func externalWithoutAnythingToShow() async throws {
        let server = try Company.server()
        var configuration = try server.configuration(url: server.ldapsURL)
        configuration.bind = .external
        #expect(try await readingError(configuration) != nil)
    }

    @Test func theOldestVersionOfTLS() async throws {
        let server = try Self.demanding.get()
        var configuration = try server.configuration(url: server.ldapsURL)
        let own = server.clientCertificate
        configuration.clientCertificate = ClientCertificate(certificate: own.certificate, key: own.key)
        #expect(try await users(configuration) == 5)
        configuration.minimumTLS = .tls13
        #expect(try await readingError(configuration)?.code == .tlsFailed)
        let modern = try Company.server()
        var other = try modern.configuration(url: modern.ldapsURL)
        other.minimumTLS = .tls13
        #expect(try await users(other) == Company.users)
    }

    @Test func authoritiesInAFolder() async throws {
        let server = try Company.server()
        let folder = try temporaryFolder("authorities")
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = try server.configuration(url: server.ldapsURL)
        configuration.caFile = nil
        configuration.caFolder = folder.path
        #expect(try await readingError(configuration)?.code == .certificateUntrusted)
        try FileManager.default.copyItem(atPath: server.authorities, toPath: "\(folder.path)/ca.pem")
        #expect(try await users(configuration) == Company.users)
    }
}
