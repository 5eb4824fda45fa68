import Foundation
import TestSupport
import Testing

/// An ad-connect file with its own switches, against a real server.
@Suite(.enabled(if: Slapd.isInstalled)) struct ADConnectJourneyTests {
    private static let generator = DirectoryGenerator(users: 60, layout: .inetOrgPerson)

    /// What an administrator of ad-connect has, and the one line to be added.
    private static func file(_ server: Slapd, dryRun: Bool) -> String {
        """
        settings:
          dry-run: \(dryRun)
          delete-disables: true
          no-update-provider-mismatch: true

        backend:
          ldap:
            addr: \(server.ldapURL)
            bind_dn: \(Slapd.reader)
            bind_password: \(Slapd.password)
            base_dn: \(Slapd.base)
            scope: sub

            sync:
              page_size: 20
              filter: (objectClass=inetOrgPerson)

            authentication:
              username_attribute: mail
              username_filter_template: (&(objectClass=inetOrgPerson)(mail=%s))
              timeout: 5

        provider: { mailbox-database: { path: mail.db } }

        """
    }

    @Test("KO1, KO3: a dry run shows everything and does nothing") func dryRun() async throws {
        let server = try Slapd(ldif: Self.generator.ldif())
        let site = try Site(files: ["adc.yaml": Self.file(server, dryRun: true)])
        let check = try await site.run("check", "--config", "adc.yaml")
        #expect(check.status == 0, "\(check)")
        let plan = try await site.run("plan", "--config", "adc.yaml", "--all")
        #expect(plan.status == 3, "\(plan)")
        for number in 0..<Self.generator.users { #expect(plan.output.contains("u\(number)@corp.example")) }
        #expect(plan.output.contains("dry-run"))
        let applied = try await site.run("apply", "--config", "adc.yaml", "--yes")
        #expect(applied.status == 3, "\(applied)")
        #expect(try site.accounts().isEmpty)

        // Without the switch the same file gives everybody an account.
        try site.write(Self.file(server, dryRun: false), to: "adc.yaml")
        let done = try await site.run("apply", "--config", "adc.yaml", "--yes")
        #expect(done.status == 0, "\(done)")
        #expect(try site.accounts().count == Self.generator.users)
        let again = try await site.run("plan", "--config", "adc.yaml")
        #expect(again.lastLine.hasPrefix("Nothing to do"), "\(again)")
    }

    @Test("ZI4: a check tells of an attribute that nobody has") func unknownAttribute() async throws {
        let server = try Slapd(ldif: Self.generator.ldif())
        let file = Self.file(server, dryRun: false) + "people: { account: { mobile: telphoneNumber } }\n"
        let site = try Site(files: ["adc.yaml": file])
        let check = try await site.run("check", "--config", "adc.yaml")
        #expect(check.status == 78, "\(check)")
        let text =
            "The mapping of mobile names telphoneNumber, which no object of the directory has. "
            + "Did you mean \"telephoneNumber\"?"
        #expect(check.output.contains(text), "\(check)")
        let plan = try await site.run("plan", "--config", "adc.yaml")
        #expect(plan.status == 0 && plan.output.contains(text), "\(plan)")
    }
}
