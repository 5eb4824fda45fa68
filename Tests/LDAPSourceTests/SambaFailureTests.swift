import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// What a real domain controller refuses, and what is told of it: the cause, and what to do.
@Suite(.enabled(if: SambaDomain.isInstalled)) struct SambaFailureTests {
    typealias Case = LDAPFailureTests.Case

    static let cases: [Case] = [
        refusal(
            "wrong password", "alice@corp.example", password: "wrong", says: ["(52e)", "Check both", "mail address"]),
        refusal("unknown user", "nobody@corp.example", says: ["(52e)", "Check both"]),
        refusal("bare name", "alice", says: ["(52e)", "A bare name is not enough: write name@domain"]),
        refusal("display name", "Alice Archer", says: ["(52e)", "A bare name is not enough"]),
        refusal("DNS domain before the backslash", "corp.example\\alice", says: ["(52e)", "short name", "CORP\\svc"]),
        refusal("unknown distinguished name", "CN=Nobody,\(SambaDomain.base)", says: ["(52e)", "Check both."]),
        refusal("disabled", "carol@corp.example", says: ["(533)", "disabled", "Enable it"]),
        refusal(
            "must change the password", "erin@corp.example",
            says: ["(773)", "must change its password", "Set a new one"]),
        refusal("expired account", "frank@corp.example", says: ["(701)", "has expired", "Extend it"]),
        refusal("expired password", "greg@corp.example", says: ["(532)", "password has expired", "Set a new one"]),
        refusal("locked", "hank@corp.example", says: ["(775)", "locked", "Unlock it"]),
        refusal("empty password", SambaDomain.reader, password: "", says: ["is empty and was not sent"]),
        Case(
            "anonymous", .insufficientRights, .access,
            says: ["without authentication", "a bind with name and password"]
        ) {
            var configuration = try Company.domain().configuration()
            configuration.bind = .anonymous
            return configuration
        },
        Case(
            "plain text", .strongerAuthRequired, .access, says: ["8 strongerAuthRequired", "Use ldaps:// or StartTLS"]
        ) {
            let domain = try Company.domain()
            return try domain.configuration(url: domain.ldapURL)
        },
        Case("untrusted authority", .certificateUntrusted, .unavailable, says: ["Test Authority", "CA file"]) {
            var configuration = try Company.domain().configuration()
            configuration.caFile = nil
            return configuration
        },
        Case(
            "missing base", .noSuchObject, .configuration, says: ["OU=None", "The server has \"\(SambaDomain.base)\""]
        ) {
            try Company.domain().configuration(base: "OU=None,\(SambaDomain.base)")
        },
        Case(
            "base of another domain", .noSuchObject, .configuration,
            says: ["32 noSuchObject", "The server has \"\(SambaDomain.base)\". Correct the base."]
        ) {
            try Company.domain().configuration(base: "DC=other,DC=example")
        },
    ]

    private static func refusal(
        _ description: String, _ name: String, password: String = SambaDomain.password, says: [String]
    ) -> Case {
        Case(description, .invalidCredentials, .access, says: says) {
            let domain = try Company.domain()
            // Three wrong passwords lock him; further ones change nothing.
            if name.hasPrefix("hank") { for _ in 0..<3 { _ = domain.accepts(name, password: "wrong") } }
            return try domain.configuration(as: name, password: password)
        }
    }

    @Test(arguments: cases) func checkSaysWhatAReadThrows(_ failure: Case) async throws {
        let configuration = try failure.make()
        let error = try #require(try await readingError(configuration))
        #expect(error.code == failure.code)
        #expect(error.category == failure.category)
        for text in failure.says { #expect(error.message.contains(text), "\(error.message)") }
        #expect(!error.message.contains(SambaDomain.password))
        let steps = await LDAPDirectory(configuration).check(ReadRequest(attributes: usualAttributes))
        #expect(steps.last?.passed == false)
        #expect(steps.last?.detail == error.message)
        #expect(!steps.dropLast().contains { !$0.passed })
        #expect(!steps.contains { $0.command?.contains(SambaDomain.password) ?? false })
    }

    @Test(arguments: [
        "alice@corp.example", "ALICE@Corp.Example", "alice@CORP", "CORP\\alice",
        "corp.example/Corp/People/Alice Archer",
        "CN=Alice Archer,OU=People,OU=Corp,\(SambaDomain.base)",
    ]) func formsOfANameThatAreTaken(_ name: String) async throws {
        let configuration = try Company.domain().configuration(as: name)
        #expect(try await readingError(configuration) == nil)
    }

    @Test func checkSaysWhatServerItIs() async throws {
        let steps = await LDAPDirectory(try Company.domain().configuration()).check(ReadRequest(kinds: [.user]))
        #expect(steps.map(\.title) == ["connect", "server", "bind", "search people"])
        #expect(!steps.contains { !$0.passed })
        for text in [
            "Active Directory (Samba Team", "on dc1.corp.example", "domain level Windows Server 2008 R2",
            "has \"\(SambaDomain.base)\"",
        ] {
            #expect(steps[1].detail.contains(text), "\(steps[1].detail)")
        }
        #expect(steps[3].detail.hasPrefix("finds 15, the first being CN="), "\(steps[3].detail)")
        #expect(steps[3].detail.contains("other servers have are not read: ldaps://corp.example/CN=Configuration"))
    }

    @Test func nobodyFound() async throws {
        var configuration = try Company.domain().configuration()
        configuration.peopleFilter = "(department=None)"
        let steps = await LDAPDirectory(configuration).check(ReadRequest(kinds: [.user]))
        #expect(steps.last?.passed == false)
        #expect(steps.last?.detail.contains("Nobody matches, or the account may not see them") ?? false)
    }

    /// The line that is printed finds what the read found, once the password is given otherwise.
    @Test func theLineCanBePasted() async throws {
        var configuration = try Company.domain().configuration(as: "CORP\\svc")
        configuration.peopleFilter = "(|(cn=Alice Archer)(cn=it's))"
        let steps = await LDAPDirectory(configuration).check(ReadRequest(attributes: .only(["mail"]), kinds: [.user]))
        let command = try #require(steps.last?.command)
        #expect(command.contains(" -W "))
        let found = try run(
            "/bin/sh", ["-c", command.replacingOccurrences(of: " -W ", with: " -w '\(SambaDomain.password)' ")])
        #expect(found.contains("mail: alice@corp.example"))
        #expect(found.contains("objectGUID:: "))
        #expect(found.components(separatedBy: "dn: ").count == 2)
    }
}
