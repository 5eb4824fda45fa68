import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// What happens where nothing can be read: each cause has its own code and sentence.
@Suite(.enabled(if: Slapd.isInstalled)) struct LDAPFailureTests {
    /// One cause of failure, and what is told of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: LDAPError.Code
        let category: LDAPError.Category
        let says: [String]
        let make: @Sendable () throws -> LDAPConfiguration

        init(
            _ description: String, _ code: LDAPError.Code, _ category: LDAPError.Category, says: [String],
            _ make: @escaping @Sendable () throws -> LDAPConfiguration
        ) {
            testDescription = description
            self.code = code
            self.category = category
            self.says = says
            self.make = make
        }
    }

    static let cases: [Case] = [
        Case("wrong password", .invalidCredentials, .access, says: ["49 invalidCredentials", Slapd.reader]) {
            try Company.server().configuration(password: "wrong")
        },
        Case("unknown name", .invalidCredentials, .access, says: ["49 invalidCredentials", "cn=nobody"]) {
            try Company.server().configuration(as: "cn=nobody,\(Slapd.base)")
        },
        Case("name that is no DN", .invalidCredentials, .access, says: ["svc@corp.example", "distinguished name"]) {
            try Company.server().configuration(as: "svc@corp.example")
        },
        Case("down-level name", .invalidCredentials, .access, says: ["CORP\\svc", "34 invalidDNSyntax"]) {
            try Company.server().configuration(as: "CORP\\svc")
        },
        Case("empty password", .invalidCredentials, .access, says: ["empty", "not sent"]) {
            try Company.server().configuration(password: "")
        },
        Case("anonymous", .insufficientRights, .access, says: ["50 insufficientAccessRights"]) {
            var configuration = try Company.server().configuration()
            configuration.bind = .anonymous
            return configuration
        },
        Case("wrong base", .noSuchObject, .configuration, says: ["ou=None", "32 noSuchObject", "\(Slapd.base)"]) {
            try Company.server().configuration(base: "ou=None,\(Slapd.base)")
        },
        Case("malformed filter", .badConfiguration, .configuration, says: ["filter for people"]) {
            var configuration = try Company.server().configuration()
            configuration.peopleFilter = "(&(mail=*)"
            return configuration
        },
        Case("untrusted authority", .certificateUntrusted, .unavailable, says: ["CA file", "Test Authority"]) {
            let server = try Company.server()
            var configuration = try server.configuration(url: server.ldapsURL)
            configuration.caFile = nil
            return configuration
        },
        Case("untrusted authority, StartTLS", .certificateUntrusted, .unavailable, says: ["CA file"]) {
            let server = try Company.server()
            var configuration = try server.configuration()
            configuration.startTLS = true
            configuration.caFile = nil
            return configuration
        },
        Case("expired certificate", .certificateExpired, .unavailable, says: ["expired on", "Renew"]) {
            let server = try expiredServer.get()
            return try server.configuration(url: server.ldapsURL)
        },
        Case(
            "certificate for another name", .certificateNameMismatch, .unavailable,
            says: ["dc1.corp.example", "not for localhost"]
        ) {
            let server = try Company.server()
            return try server.configuration(
                url: server.ldapsURL.replacingOccurrences(of: "127.0.0.1", with: "localhost"))
        },
        Case("TLS on a port without it", .tlsFailed, .unavailable, says: ["TLS"]) {
            let server = try Company.server()
            return try server.configuration(url: server.ldapURL.replacingOccurrences(of: "ldap:", with: "ldaps:"))
        },
        Case("missing CA file", .badConfiguration, .configuration, says: ["/nowhere/ca.pem"]) {
            let server = try Company.server()
            var configuration = try server.configuration(url: server.ldapsURL)
            configuration.caFile = "/nowhere/ca.pem"
            return configuration
        },
        Case("CA file without certificates", .badConfiguration, .configuration, says: ["PEM"]) {
            let server = try Company.server()
            var configuration = try server.configuration(url: server.ldapsURL)
            configuration.caFile = server.folder.appendingPathComponent("slapd.conf").path
            return configuration
        },
        Case("host without an address", .nameNotFound, .unavailable, says: ["dc1.nowhere.invalid"]) {
            try Company.server().configuration(url: "ldaps://dc1.nowhere.invalid")
        },
        Case("closed port", .connectionRefused, .unavailable, says: ["refused"]) {
            try Company.server().configuration(url: "ldap://127.0.0.1:\(try freePort())")
        },
        Case("missing socket", .connectionRefused, .unavailable, says: ["No such file"]) {
            try Company.server().configuration(url: "ldapi://%2Fnowhere%2Fldapi")
        },
        Case("password in plain text", .badConfiguration, .configuration, says: ["unencrypted"]) {
            try Company.server().configuration(url: "ldap://dc1.corp.example")
        },
        Case("host that looks local", .badConfiguration, .configuration, says: ["unencrypted"]) {
            try Company.server().configuration(url: "ldap://127.corp.example")
        },
        Case("StartTLS on ldaps", .badConfiguration, .configuration, says: ["StartTLS"]) {
            let server = try Company.server()
            var configuration = try server.configuration(url: server.ldapsURL)
            configuration.startTLS = true
            return configuration
        },
        Case("page size of nothing", .badConfiguration, .configuration, says: ["page size"]) {
            var configuration = try Company.server().configuration()
            configuration.pageSize = 0
            return configuration
        },
    ]

    private static let expiredServer = Result {
        var options = Slapd.Options()
        options.hasExpiredCertificate = true
        return try Slapd(ldif: DirectoryGenerator(users: 3).ldif(), options)
    }

    @Test(arguments: cases) func failureIsNamed(_ failure: Case) async throws {
        let configuration = try failure.make()
        let error = try #require(try await readingError(configuration))
        #expect(error.code == failure.code)
        #expect(error.category == failure.category)
        for text in failure.says { #expect(error.message.contains(text), "\(error.message)") }
        #expect(!error.message.contains(Slapd.password))
    }

    @Test(arguments: cases) func checkSaysTheSame(_ failure: Case) async throws {
        let configuration = try failure.make()
        let error = try #require(try await readingError(configuration))
        let steps = await LDAPDirectory(configuration).check(ReadRequest(attributes: usualAttributes))
        #expect(steps.last?.passed == false)
        #expect(steps.last?.detail == error.message)
        #expect(!steps.dropLast().contains { !$0.passed })
    }
}
