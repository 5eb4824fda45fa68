import Foundation
import TestSupport
import Testing

/// The main job with a SCIM service for a provider: check, plan, apply, a plan with nothing left to do, and once more after
/// the directory has changed.
@Suite("SCIM journey", .serialized, .enabled(if: SCIMServer.isInstalled))
struct SCIMJourneyTests {
    private static let before = [
        Employee(number: 1, name: "Ana Archer", addresses: ["ana@corp.example", "a@corp.example"], isInDesk: true),
        Employee(number: 2, name: "Bo Baker", addresses: ["bo@corp.example"], isInDesk: true),
        Employee(number: 3, name: "Carla Cole", addresses: ["carla@corp.example"]),
    ]
    /// Ana has married, Bo is disabled, Carla is gone and Dan is new.
    private static let after = [
        Employee(number: 1, name: "Ana Ash", addresses: ["ash@corp.example", "ana@corp.example"], isInDesk: true),
        Employee(number: 2, name: "Bo Baker", addresses: ["bo@corp.example"], isInDesk: true, isDisabled: true),
        Employee(number: 4, name: "Dan Dale", addresses: ["dan@corp.example"], isInDesk: true),
    ]
    private static let sections = """
        groups: [{ as: group }]
        lifecycle: { missing: delete }
        """

    @Test func everyChangeAndNothingElse() async throws {
        let server = try await SCIMServer()
        let url = try await server.emptyService()
        let site = try Site.scim(url, sections: Self.sections, Self.before)
        func shown(_ outcome: Command.Outcome) -> String {
            outcome.output.replacingOccurrences(of: url, with: "https://scim.example/v2")
                .replacingOccurrences(of: site.folder.path + "/", with: "")
        }
        let check = try await site.run("check")
        #expect(check.status == 0, "\(check)")
        #expect(shown(check) == Self.check)

        let first = try await site.run("plan", "--detailed-exitcode")
        #expect(first.status == 2 && shown(first) == Self.firstPlan, "\(first)")
        try await Self.apply(site, 4)
        let users = try await resources("Users", of: url)
        #expect(
            users.map { $0["userName"] as? String } == ["ana@corp.example", "bo@corp.example", "carla@corp.example"])
        #expect(users.allSatisfy { $0["active"] as? Bool == true })

        try site.write(Employee.ldif(Self.after), to: "directory.ldif")
        let second = try await site.run("plan", "--out", "staff.plan")
        #expect(second.status == 0 && shown(second) == Self.secondPlan, "\(second)")
        try await Self.apply(site, 5, "staff.plan")
        let changed = try await resources("Users", of: url)
        #expect(
            changed.map { $0["userName"] as? String } == ["ash@corp.example", "bo@corp.example", "dan@corp.example"])
        #expect(changed.map { $0["active"] as? Bool } == [true, false, true])
        let desk = try #require(try await resources("Groups", of: url).first)
        let members = (desk["members"] as? [[String: Any]] ?? []).compactMap { $0["value"] as? String }
        #expect(Set(members) == Set([changed[0], changed[2]].compactMap { $0["id"] as? String }))
        // Whoever is renamed stays the same account.
        #expect(changed[0]["id"] as? String == users[0]["id"] as? String)
        // Undone: Ana has her names and addresses again, Bo can sign in, and Carla is another account of the same person.
        let undo = try await site.run("revert", "last", "--delete", "--out", "undo.plan")
        #expect(undo.status == 0 && shown(undo) == Self.undoing(of: 2, undo.output), "\(undo)")
        let undone = try await site.run("apply", "undo.plan", "--yes")
        #expect(undone.status == 0 && undone.lastLine == "5 done.", "\(undone)")
        let back = try await resources("Users", of: url)
        for key in ["userName", "displayName"] {
            #expect(back.map { $0[key] as? String } == users.map { $0[key] as? String })
        }
        #expect(back.allSatisfy { $0["active"] as? Bool == true })
        #expect(back[0]["id"] as? String == users[0]["id"] as? String)
        #expect(back[2]["id"] as? String != users[2]["id"] as? String)
        let again = try #require(try await resources("Groups", of: url).first)
        let formerly = (again["members"] as? [[String: Any]] ?? []).compactMap { $0["value"] as? String }
        // A service may go on naming members that it does not have any more.
        let present = Set(back.compactMap { $0["id"] as? String })
        #expect(present.intersection(formerly) == Set([users[0], users[1]].compactMap { $0["id"] as? String }))
        // The token is nowhere but in its file.
        for (name, data) in try site.contents() where name != "scim.token" {
            #expect(data.range(of: Data(SCIMServer.token.utf8)) == nil, "\(name)")
        }
    }

    /// The plan that undoes a run, which says when that was.
    private static func undoing(of run: Int, _ text: String) -> String {
        let time = text.firstMatch(of: /[0-9-]{10}T[0-9:]{8}Z/).map { String($0.0) } ?? ""
        return """
            run \(run) of \(time) (what it did, undone)  →  https://scim.example/v2 (4 accounts, complete)

            3 operations take something away from somebody:
              -  delete      dan@corp.example
              >  rename      ash@corp.example → ana@corp.example
                               aliases  - ana@corp.example  + a@corp.example
                               name     Ana Ash → Ana Archer
              ~  update      desk@corp.example
                               delegates  - dan@corp.example  + bo@corp.example

              ^  reactivate  bo@corp.example
              +  create      carla@corp.example  Carla Cole

            note   carla@corp.example is made again with its fields, and nothing else.
                   What an account held, its password, the provider's id of it, and that it was a delegate of others where the run did not change that, do not come back.
            note   The next plan calls for what is undone again, for as long as the directory and the rules do.
                   Before you apply anything else, change the rules or the directory, keep people out with `people.exclude`, or list their accounts under `protected`.

            1 delete, 1 rename, 1 update, 1 reactivate, 1 create; 2 notes.   Nothing has been changed.
            Saved as undo.plan; apply it with `sync-plan apply undo.plan`.

            """
    }

    /// What fails fails alone, with the service's own words.
    @Test func eachFailedAccountIsListed() async throws {
        let server = try await SCIMServer(.zivver(budget: 0, seconds: 1))
        let url = try await server.emptyService()
        let site = try Site.scim(
            url, profile: "zivver",
            [
                Employee(number: 1, name: "Ana", addresses: ["ana@corp.example"]),
                Employee(number: 2, name: "Bo", addresses: ["bo@brand.example"]),
                Employee(number: 3, name: "Carla", addresses: ["carla@corp.example", "c@brand.example"]),
                Employee(number: 4, name: "Dan", addresses: ["dan@corp.example"]),
            ])
        let outcome = try await site.run("apply", "--yes")
        #expect(outcome.status == 4, "\(outcome)")
        let refusal = "\(url) does not serve the domain of an address"
        let advice = "Claim the domain there, or leave it out of `domains`. [domain-not-claimed]"
        let lines = outcome.output.split(separator: "\n").suffix(3)
        #expect(
            lines == [
                "failed   create      bo@brand.example  bo@brand.example: \(refusal) "
                    + "(HTTP 400: Account is outside the organization). \(advice)",
                "failed   create      carla@corp.example  carla@corp.example: \(refusal) "
                    + "(HTTP 400: Error creating alias: Domain Not Owned). \(advice)",
                "2 done, 2 failed.",
            ], "\(outcome)")
        #expect(
            try await resources("Users", of: url).map { $0["userName"] as? String } == [
                "ana@corp.example", "dan@corp.example",
            ])
        // The advice helps: addresses elsewhere are left out, and listed.
        try site.write(try site.read("sync-plan.yaml") + "\ndomains: [corp.example]\n", to: "sync-plan.yaml")
        let again = try await site.run("apply", "--yes")
        #expect(again.status == 0 && again.lastLine == "1 done.", "\(again)")
        #expect(again.output.contains("bo@brand.example") && again.output.contains("c@brand.example"), "\(again)")
    }

    private static func apply(_ site: Site, _ count: Int, _ plan: String...) async throws {
        let outcome = try await site.run(["apply", "--yes"] + plan)
        #expect(outcome.status == 0 && outcome.lastLine == "\(count) done.", "\(outcome)")
        let left = try await site.run("plan", "--detailed-exitcode")
        #expect(left.status == 0 && left.lastLine.hasPrefix("Nothing to do"), "\(left)")
    }

    private static let check = """
        ok    configuration   sync-plan.yaml makes sense.
        ok    source open     directory.ldif
        ok    source read     3 users, 1 group, 0 contacts
        ok    provider connect  https://scim.example/v2 answers.
        ok    provider list   0 users and 0 groups with an address, all of them
        ok    provider does   filter by userName not tried, for want of an account; \
        filter by externalId not tried, for want of an account; pages of 200 by index; PATCH; versions; Bulk, which is not used
        ok    provider holds  kind, key, user-name, address, aliases, name, given-name, family-name, mobile, \
        organizational-unit, active; not quota, delegates, password-hash, mfa
        ok    provider fields  cannot hold what the rules set for people: delegates. It is left out.

        """

    private static let firstPlan = """
        directory.ldif (complete: 3 of 3 users in scope)  →  https://scim.example/v2 (0 accounts, complete)

          +  create      ana@corp.example    Ana Archer, 1 alias; in the directory
          +  create      bo@corp.example     Bo Baker; in the directory
          +  create      carla@corp.example  Carla Cole; in the directory
          +  create      desk@corp.example   group, 2 members; the group Desk

        4 creates.   Nothing has been changed.

        """

    private static let secondPlan = """
        directory.ldif (complete: 3 of 3 users in scope)  →  https://scim.example/v2 (4 accounts, complete)

        4 operations take something away from somebody:
          -  delete      carla@corp.example  gone from the directory
          !  suspend     bo@corp.example     disabled in the directory
          >  rename      ana@corp.example → ash@corp.example  same person, new primary address
                           aliases  - a@corp.example  + ana@corp.example
                           name     Ana Archer → Ana Ash
          ~  update      desk@corp.example   members as in the directory
                           delegates  - bo@corp.example  + dan@corp.example

          +  create      dan@corp.example    Dan Dale; in the directory

        note   Desk: left out of the delegates: Bo Baker (disabled in the directory).
               Bring whoever is named into scope, or leave it.

        1 delete, 1 suspend, 1 rename, 1 update, 1 create; 1 note.   Nothing has been changed.
        Saved as staff.plan; apply it with `sync-plan apply staff.plan`.

        """
}
