import DirectoryModel
import LDAPSource
import TestSupport
import Testing

/// What a read brings, over every way to the server.
@Suite(.enabled(if: Slapd.isInstalled)) struct LDAPReadingTests {
    /// A way to the shared server.
    enum Transport: String, CaseIterable {
        case plain, startTLS, secure, local

        func configuration() throws -> LDAPConfiguration {
            let server = try Company.server()
            switch self {
            case .plain: return try server.configuration()
            case .startTLS:
                var configuration = try server.configuration()
                configuration.startTLS = true
                return configuration
            case .secure: return try server.configuration(url: server.ldapsURL)
            case .local: return try server.configuration(url: server.ldapiURL)
            }
        }
    }

    @Test(arguments: [
        (SearchScope.subtree, "ou=Staff,\(Slapd.base)", 300), (.oneLevel, "ou=Staff,\(Slapd.base)", 0),
        (.oneLevel, "ou=Berlin,ou=Staff,\(Slapd.base)", 75), (.base, "uid=u0,ou=Berlin,ou=Staff,\(Slapd.base)", 1),
    ]) func theScopeSaysHowFarDown(_ scope: SearchScope, base: String, users: Int) async throws {
        var configuration = try Company.openLDAPServer().configuration(base: base)
        configuration.schema = .inetOrgPerson
        configuration.scope = scope
        let snapshot = try await LDAPDirectory(configuration).read(
            ReadRequest(attributes: .only(["mail"]), kinds: [.user]))
        #expect(snapshot.users.count == users)
        #expect(snapshot.completeness.proof != nil)
    }

    // 1 and 7 leave a last page that is not full, 500 and 2,500 divide the people, 5,000 is more than there are.
    @Test(arguments: Transport.allCases, [7, 500, 1000, 2500, 5000])
    func everyWayBringsTheSame(_ transport: Transport, pageSize: Int) async throws {
        var configuration = try transport.configuration()
        configuration.pageSize = pageSize
        let snapshot = try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes))
        let proof = try #require(snapshot.completeness.proof, "\(snapshot.completeness.reasons)")
        #expect(proof.searches.map(\.entries) == [Company.users, 8, Company.users / 100])
        #expect(proof.searches[0].pages == (Company.users + pageSize - 1) / pageSize)
        let reference = try await Self.reference.value
        #expect(snapshot.users == reference.users)
        #expect(snapshot.groups == reference.groups)
        #expect(snapshot.contacts == reference.contacts)
    }

    private static let reference = Task {
        var configuration = try Company.server().configuration()
        configuration.pageSize = 100
        return try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes))
    }

    @Test func pagesOfOne() async throws {
        var configuration = try Company.openLDAPServer().configuration()
        configuration.schema = .inetOrgPerson
        configuration.pageSize = 1
        let snapshot = try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes))
        #expect(snapshot.completeness.proof?.searches.map(\.pages) == [300, 8])
        #expect(snapshot.users.count == 300)
    }

    @Test func valuesArriveAsTheyAre() async throws {
        let snapshot = try await Self.reference.value
        #expect(Set(snapshot.users.map(\.id)).count == Company.users)
        let user = try #require(snapshot.users.first { $0.attributes.first("mail") == "u20@corp.example" })
        #expect(user.attributes.bytes("objectGUID").map(\.count) == [16])
        #expect(user.attributes["proxyAddresses"].contains("SMTP:u20@corp.example"))
        // The reader's groups by rule: every even number, every tenth, and 20 mod 6 departments.
        let groups = Set(try user.attributes["memberOf"].map { try DistinguishedName($0) })
        let expected = ["cn=Quota_5GB", "cn=Quota_50GB", "cn=IT Operations"]
        #expect(groups == Set(try expected.map { try DistinguishedName("\($0),ou=Groups,\(Slapd.base)") }))
        // Only what was asked for, and what identity and membership need.
        #expect(user.attributes["givenName"] == [])
        #expect(snapshot.attributes.slot(of: "givenName") == nil)
    }

    @Test func namesInOtherScripts() async throws {
        let snapshot = try await Self.reference.value
        let base = try DistinguishedName("ou=東京,ou=Staff,\(Slapd.base)")
        #expect(snapshot.users.filter { $0.dn.isDescendant(of: base) }.count == Company.users / 4)
        #expect(snapshot.users.contains { $0.attributes.first("displayName")?.contains("山田") ?? false })
    }

    @Test func allAttributesBringTheNeededOperationalOnesToo() async throws {
        var configuration = try Company.openLDAPServer().configuration()
        configuration.schema = .inetOrgPerson
        let snapshot = try await LDAPDirectory(configuration).read(ReadRequest())
        #expect(snapshot.completeness.reasons == [])
        let user = try #require(snapshot.users.first { $0.attributes.first("uid") == "u10" })
        #expect(user.attributes["title"].count == 1)
        #expect(user.id.text == user.attributes.first("entryUUID"))
        let byName = try #require(snapshot.groups.first { $0.attributes.first("cn") == "Quota_50GB" })
        #expect(byName.attributes["memberUid"].count == 30)
        let byDN = try #require(snapshot.groups.first { $0.attributes.first("cn") == "Quota_5GB" })
        #expect(byDN.attributes["member"].count == 150)
    }

    @Test func onlyTheKindsWanted() async throws {
        let directory = LDAPDirectory(try Company.server().configuration())
        let snapshot = try await directory.read(ReadRequest(attributes: usualAttributes, kinds: [.group]))
        #expect(snapshot.users.isEmpty && snapshot.contacts.isEmpty)
        #expect(snapshot.groups.count == 8)
        #expect(snapshot.completeness.proof?.searches.count == 1)
    }

    @Test(arguments: ["(department=HR)", "department=HR"])
    func furtherFilterNarrows(_ filter: String) async throws {
        var configuration = try Company.server().configuration()
        configuration.peopleFilter = filter
        let snapshot = try await LDAPDirectory(configuration).read(ReadRequest(attributes: .only(["department"])))
        #expect(snapshot.users.count == (0..<Company.users).filter { $0 % 6 == 4 }.count)
        #expect(snapshot.users.allSatisfy { $0.attributes["department"] == ["HR"] })
        #expect(snapshot.groups.count == 8)
    }

    @Test func progressIsTold() async throws {
        let counts = Counts()
        let directory = LDAPDirectory(try Company.server().configuration())
        _ = try await directory.read(ReadRequest(attributes: usualAttributes)) { counts.append($0.entries) }
        #expect(counts.values == [1000, 2000, Company.users + 8 + Company.users / 100])
    }

    @Test(arguments: Transport.allCases) func checkSaysWhatWorks(_ transport: Transport) async throws {
        let configuration = try transport.configuration()
        let steps = await LDAPDirectory(configuration).check(ReadRequest(attributes: usualAttributes))
        #expect(
            steps.map(\.title) == ["connect", "server", "bind", "search people", "search groups", "search contacts"])
        #expect(!steps.contains { !$0.passed })
        let isEncrypted = transport == .startTLS || transport == .secure
        #expect(steps[0].detail.contains("certificate verified") == isEncrypted)
        #expect(steps[0].detail.contains("NOT encrypted") == (transport == .plain))
        #expect(steps[1].detail == "OpenLDAP; has \"\(Slapd.base)\"")
        #expect(steps[2].detail == "as \(Slapd.reader)")
        #expect(steps[3].detail.hasPrefix("finds \(Company.users), the first being "))
        #expect(steps[3].detail.hasSuffix(",ou=Staff,\(Slapd.base)"))
    }

    @Test func checkSaysThatNobodyIsThere() async throws {
        var configuration = try Company.server().configuration()
        configuration.peopleFilter = "(cn=Nobody)"
        let steps = await LDAPDirectory(configuration).check(ReadRequest(kinds: [.user]))
        #expect(steps.last?.passed == false)
        #expect(steps.last?.detail.contains("(cn=Nobody)") ?? false)
    }

    @Test func certificatesAreNotVerifiedWhereSoWished() async throws {
        var configuration = try Transport.secure.configuration()
        configuration.caFile = nil
        configuration.tlsVerification = .never
        let snapshot = try await LDAPDirectory(configuration).read(ReadRequest(attributes: usualAttributes))
        #expect(snapshot.users.count == Company.users)
        let steps = await LDAPDirectory(configuration).check(ReadRequest(attributes: usualAttributes))
        #expect(steps.first?.detail.contains("NOT verified") ?? false)
    }

    @Test func sourceIsNamed() async throws {
        let server = try Company.server()
        let directory = LDAPDirectory(try server.configuration())
        #expect(directory.name == "\(server.ldapURL), \(Slapd.base)")
        #expect(try await Self.reference.value.source == directory.name)
    }
}
