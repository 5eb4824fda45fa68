import DirectoryModel
import Foundation
import LDAPSource
import TestSupport
import Testing

/// A directory that is followed for as long as somebody looks.
@Suite struct FollowingTests {
    private let request = ReadRequest(attributes: .only(["displayName"]))

    /// The server rings: the interval is longer than the test.
    @Test(.enabled(if: Slapd.isInstalled), .timeLimit(.minutes(1))) func openLDAPTellsAtOnce() async throws {
        var options = Slapd.Options()
        options.rememberedChanges = 100
        let server = try Slapd(ldif: DirectoryGenerator(users: 10, layout: .inetOrgPerson).ldif(), options)
        var configuration = try server.configuration()
        configuration.schema = .inetOrgPerson
        try await follow(LDAPDirectory(configuration), every: .seconds(3600)) { name in
            try server.modify(
                "dn: uid=u1,ou=Zürich,ou=Staff,\(Slapd.base)\nchangetype: modify\nreplace: displayName\n"
                    + "displayName: \(name)\n")
        }
    }

    @Test(.enabled(if: SambaDomain.isInstalled), .timeLimit(.minutes(1))) func activeDirectoryIsAsked() async throws {
        let domain = try SambaDomain()
        let base = "OU=People,OU=Corp,\(SambaDomain.base)"
        let configuration = try domain.configuration(as: SambaDomain.administrator, base: base)
        try await follow(LDAPDirectory(configuration), every: .milliseconds(200)) { name in
            try domain.modify(
                "dn: CN=Bob Baker,\(base)\nchangetype: modify\nreplace: displayName\ndisplayName: \(name)\n")
        }
    }

    /// Changes a name each time an update has come, and expects the next one to have it.
    private func follow(
        _ directory: LDAPDirectory, every interval: Duration, _ rename: (String) throws -> Void
    ) async throws {
        var expected: String?
        var round = 0
        for try await read in directory.updates(request, since: nil, every: interval) {
            #expect(read.snapshot.completeness.reasons == [])
            let names = read.snapshot.users.compactMap { $0.attributes.first("displayName") }
            if let expected {
                // A ring may come before the change that it is about can be read.
                if !names.contains(expected) { continue }
                #expect(read.objectsRead == 1)
            }
            round += 1
            if round == 4 { break }
            expected = "Round \(round)"
            try rename("Round \(round)")
        }
        #expect(round == 4)
    }

    @Test(.enabled(if: Slapd.isInstalled), .timeLimit(.minutes(1))) func aServerThatEndsIsAnError() async throws {
        var options = Slapd.Options()
        options.rememberedChanges = 100
        let server = try Slapd(ldif: DirectoryGenerator(users: 10, layout: .inetOrgPerson).ldif(), options)
        var configuration = try server.configuration()
        configuration.schema = .inetOrgPerson
        let updates = LDAPDirectory(configuration).updates(request, since: nil, every: .milliseconds(200))
        var seen = 0
        let error = await #expect(throws: LDAPError.self) {
            for try await _ in updates {
                seen += 1
                server.stop()
            }
        }
        #expect(seen == 1)
        #expect(error?.category == .unavailable)
    }
}
