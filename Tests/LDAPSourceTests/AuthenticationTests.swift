import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// Checking names and passwords by a real server.
@Suite(.enabled(if: Slapd.isInstalled)) struct AuthenticationTests {
    /// Somebody whose name looks like a filter.
    private static let odd = "*)(uid=*"

    private static func person(_ uid: String, mail: String, _ more: String = "") -> String {
        """

        dn: cn=\(uid == odd ? "Odd" : uid),ou=Staff,\(Slapd.base)
        objectClass: inetOrgPerson
        cn: \(uid == odd ? "Odd" : uid)
        sn: \(uid == odd ? "Odd" : uid)
        uid: \(uid)
        mail: \(mail)
        userPassword: pw-\(uid)
        \(more)

        """.replacingOccurrences(of: "\n\n\n", with: "\n\n")
    }

    private static let shared = Result {
        var options = Slapd.Options()
        options.logsOperations = true
        let people = [
            person("ana", mail: "ana@corp.example"), person("bo", mail: "shared@corp.example"),
            person("cy", mail: "shared@corp.example"), person(odd, mail: "odd@corp.example"),
            person("dia", mail: "dia@corp.example", "displayName: José"),
        ]
        let disabled = """

            dn: cn=Dan,ou=Staff,\(Slapd.base)
            objectClass: user
            objectClass: directoryObject
            cn: Dan
            sn: Dan
            sAMAccountName: dan
            mail: dan@corp.example
            userPassword: pw-dan
            userAccountControl: 514

            dn: cn=Eve,ou=Staff,\(Slapd.base)
            objectClass: user
            objectClass: directoryObject
            cn: Eve
            sn: Eve
            mail: eve@corp.example
            userPassword: pw-eve
            userAccountControl: 512
            accountExpires: 132223104000000000

            dn: cn=Fay,ou=Staff,\(Slapd.base)
            objectClass: user
            objectClass: directoryObject
            cn: Fay
            sn: Fay
            mail: fay@corp.example
            userPassword: pw-fay
            userAccountControl: 512
            accountExpires: 9223372036854775807

            dn: cn=None,ou=Staff,\(Slapd.base)
            objectClass: user
            objectClass: directoryObject
            cn: None
            sn: None
            mail: none@corp.example

            """
        return try Slapd(ldif: DirectoryGenerator(users: 3).ldif() + people.joined() + disabled, options)
    }

    private static let byMail = UserLookup(filter: "(mail=%s)")
    private static let byUID = UserLookup(filter: "(&(objectClass=inetOrgPerson)(uid=%s))")

    private func authenticate(
        _ user: String, _ password: String, by lookup: UserLookup? = byMail, timeout: Duration = .seconds(20)
    ) async throws -> Authentication {
        try await LDAPDirectory(try Self.shared.get().configuration())
            .authenticate(user: user, password: Secret(password), by: #require(lookup), timeout: timeout)
    }

    @Test(
        "KO7: who is let in",
        arguments: [
            ("ana@corp.example", "pw-ana", "ana"), ("ANA@CORP.EXAMPLE", "pw-ana", "ana"),
            ("fay@corp.example", "pw-fay", "Fay"), ("odd@corp.example", "pw-*)(uid=*", "Odd"),
        ]) func accepted(_ user: String, _ password: String, _ name: String) async throws
    {
        #expect(try await authenticate(user, password) == .accepted(dn: "cn=\(name),ou=Staff,\(Slapd.base)"))
    }

    @Test(
        "KO7: who is not, and why",
        arguments: [
            ("ana@corp.example", "pw-bo", .wrongPassword), ("ana@corp.example", "PW-ANA", .wrongPassword),
            ("none@corp.example", "pw", .wrongPassword),
            ("nobody@corp.example", "pw-ana", .unknownUser), ("", "pw-ana", .unknownUser),
            ("shared@corp.example", "pw-bo", .severalUsers), ("shared@corp.example", "x", .severalUsers),
            ("dan@corp.example", "pw-dan", .disabled), ("eve@corp.example", "pw-eve", .expired),
            // Whether somebody is disabled is nothing that a wrong password tells.
            ("dan@corp.example", "x", .wrongPassword), ("eve@corp.example", "x", .wrongPassword),
            // Every one of these would be ana, or anybody, if it were put into the filter as it is.
            ("*", "pw-ana", .unknownUser), ("ana*", "pw-ana", .unknownUser),
            ("a*a@corp.example", "pw-ana", .unknownUser),
            ("*)(mail=ana@corp.example", "pw-ana", .unknownUser), ("x)(|(mail=*", "pw-ana", .unknownUser),
            ("ana@corp.example)(objectClass=*", "pw-ana", .unknownUser),
            ("\\61na@corp.example", "pw-ana", .unknownUser),
            ("\u{1B}[2J\r\n", "pw-ana", .unknownUser),
            (String(repeating: "(", count: 2_000), "pw-ana", .unknownUser),
        ] as [(String, String, Authentication.Refusal)])
    func refused(_ user: String, _ password: String, _ cause: Authentication.Refusal) async throws {
        #expect(try await authenticate(user, password) == .refused(cause))
    }

    @Test func aNameWithNULInItIsAnotherName() async throws {
        let answer = try await authenticate("ana@corp.example\0", "pw-ana")
        #expect(answer == .refused(.unknownUser))
    }

    @Test func aNameThatLooksLikeAFilterIsAName() async throws {
        #expect(
            try await authenticate(Self.odd, "pw-\(Self.odd)", by: Self.byUID)
                == .accepted(dn: "cn=Odd,ou=Staff,\(Slapd.base)"))
        #expect(try await authenticate(Self.odd, "pw-ana", by: Self.byUID) == .refused(.wrongPassword))
    }

    @Test func lettersOfAnyScriptAreFound() async throws {
        let lookup = UserLookup(filter: "(displayName=%s)")
        #expect(try await authenticate("josé", "pw-dia", by: lookup) == .accepted(dn: "cn=dia,ou=Staff,\(Slapd.base)"))
    }

    @Test("an unknown user costs a bind as a known one does, to a name that is not there")
    func unknownUsersCostABind() async throws {
        let server = try Self.shared.get()
        for user in ["nobody@corp.example", "shared@corp.example"] {
            let before = server.log.components(separatedBy: "BIND dn=\"cn=nobody-").count
            _ = try await authenticate(user, "pw-ana")
            // The method is a part of the line that tells of the request.
            let after = server.log.components(separatedBy: "BIND dn=\"cn=nobody-").count
            #expect(after == before + 1, "\(user)")
        }
        #expect(!server.log.contains("pw-ana"))
    }

    @Test func anEmptyPasswordIsNotSent() async throws {
        let server = try Self.shared.get()
        let configuration = try server.configuration(url: "ldap://127.0.0.1:\(try freePort())")
        let lookup = try #require(Self.byMail)
        let answer = try await LDAPDirectory(configuration).authenticate(
            user: "ana@corp.example", password: Secret(""), by: lookup)
        #expect(answer == .refused(.emptyPassword))
    }

    @Test func aUsersPasswordIsNotSentUnencryptedEither() async throws {
        var configuration = try Self.shared.get().configuration(url: "ldap://dc1.corp.example")
        configuration.bind = .anonymous
        let directory = LDAPDirectory(configuration)
        let lookup = try #require(Self.byMail)
        let error = await #expect(throws: LDAPError.self) {
            try await directory.authenticate(user: "ana", password: Secret("pw-ana"), by: lookup)
        }
        #expect(error?.code == .badConfiguration && error?.message.contains("unencrypted") == true)
    }

    @Test func aServiceAccountThatIsRefusedIsNoAnswerAboutTheUser() async throws {
        let directory = LDAPDirectory(try Self.shared.get().configuration(password: "wrong"))
        let lookup = try #require(Self.byMail)
        let error = await #expect(throws: LDAPError.self) {
            try await directory.authenticate(user: "ana@corp.example", password: Secret("pw-ana"), by: lookup)
        }
        #expect(error?.code == .invalidCredentials && error?.message.contains(Slapd.reader) == true)
    }

    @Test func aSilentServerIsGivenUp() async throws {
        let server = try Slapd(ldif: DirectoryGenerator(users: 1).ldif())
        server.pause()
        let begin = ContinuousClock.now
        let directory = LDAPDirectory(try server.configuration())
        let lookup = try #require(Self.byMail)
        let error = await #expect(throws: LDAPError.self) {
            try await directory.authenticate(
                user: "u0@corp.example", password: Secret("x"), by: lookup, timeout: .seconds(1))
        }
        #expect(error?.code == .timedOut)
        #expect(
            error?.message.contains("did not check the password within 1.0 seconds") == true,
            "\(String(describing: error))")
        #expect(ContinuousClock.now - begin < .seconds(20))
    }

    @Test("locked out, must change, disabled: by a password policy") func policy() async throws {
        var options = Slapd.Options()
        options.hasPasswordPolicy = true
        let people = ["ana", "bo", "cy", "dia"].map { Self.person($0, mail: "\($0)@corp.example") }
        let server = try Slapd(ldif: DirectoryGenerator(users: 1).ldif() + people.joined(), options)
        func answer(_ user: String, _ password: String) async throws -> Authentication {
            try await LDAPDirectory(try server.configuration())
                .authenticate(user: "\(user)@corp.example", password: Secret(password), by: #require(Self.byMail))
        }
        #expect(try await answer("ana", "x") == .refused(.wrongPassword))
        #expect(try await answer("ana", "y") == .refused(.wrongPassword))
        #expect(try await answer("ana", "z") == .refused(.locked))
        #expect(try await answer("ana", "pw-ana") == .refused(.locked))
        try server.modify(
            """
            dn: cn=bo,ou=Staff,\(Slapd.base)
            changetype: modify
            replace: pwdReset
            pwdReset: TRUE

            dn: cn=cy,ou=Staff,\(Slapd.base)
            changetype: modify
            replace: pwdAccountLockedTime
            pwdAccountLockedTime: 000001010000Z

            """)
        #expect(try await answer("bo", "pw-bo") == .refused(.mustChangePassword))
        #expect(try await answer("cy", "pw-cy") == .refused(.locked))
        #expect(try await answer("dia", "pw-dia") == .accepted(dn: "cn=dia,ou=Staff,\(Slapd.base)"))
    }

    @Test(arguments: ["(mail=x)", "(|(mail=%s)(uid=%s))", "", "%s%s"]) func aFilterHasOnePlaceForTheName(_ text: String)
    {
        #expect(UserLookup(filter: text) == nil)
    }

    @Test func withoutAFilterPeopleAreFoundByTheAttribute() {
        #expect(
            UserLookup(attribute: "mail", schema: .inetOrgPerson).filter == "(&(objectClass=inetOrgPerson)(mail=%s))")
    }
}
