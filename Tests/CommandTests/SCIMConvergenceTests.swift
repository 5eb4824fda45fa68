import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// From slapd to a SCIM service, which is away for a while.
///
/// Everybody gets an account, one in a hundred changes, exactly that is planned and done, and then nothing is left to do.
/// `Tests/Soak/scim-converge` does it at size.
@Suite("SCIM convergence of a directory", .serialized, .enabled(if: SCIMServer.isInstalled && Slapd.isInstalled))
struct SCIMConvergenceTests {
    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    /// How many people a run for the sake of size asks for; nil for the usual few.
    private static let wanted = number("SCIM_PEOPLE")
    /// How long the service is away, in seconds.
    private static let outage = number("SCIM_OUTAGE") ?? 1

    @Test(arguments: [("rfc", SCIMServer.Kind.full), ("zivver", .zivver(budget: 0, seconds: 1))])
    func everybodyAndEveryChange(_ profile: String, _ kind: SCIMServer.Kind) async throws {
        let ldif = DirectoryGenerator(users: Self.wanted ?? 120).ldif()
        let slapd = try Slapd(ldif: ldif)
        let server = try await SCIMServer(kind)
        let proxy = try await FaultProxy(before: server.port)
        let direct = try await server.emptyService()
        let site = try Site.serving(
            slapd, to: direct.replacingOccurrences(of: ":\(server.port)/", with: ":\(proxy.port)/"), profile)
        let count = ldif.components(separatedBy: "userAccountControl: 512\n").count - 1

        // The service goes away when a part has been made, and comes back.
        let first = try await Self.timed("\(profile): apply of \(count) creations, \(Self.outage) s of them an outage")
        {
            try await site.run("apply", "--yes") { _ in
                while try await Self.total(direct) < count / 10 { try await Task.sleep(for: .milliseconds(20)) }
                try await proxy.weather(100, faults: #"[{"what": "close"}]"#)
                try await Task.sleep(for: .seconds(Self.outage))
                try await proxy.weather(0)
            }
        }
        if Self.wanted != nil { print("\(profile): \(first.lastLine)") }
        try await Self.applyUntilDone(site, after: first)
        #expect(try await Self.total(direct) == count)

        let (changes, expected) = try Self.churn(Person.inScope(of: ldif).filter(\.isPlain), max(4, count / 100))
        try slapd.modify(changes)
        let plan = try await Self.timed("\(profile): plan of \(expected.count) changes") {
            try await site.run("plan", "--format", "jsonl", "--detailed-exitcode")
        }
        #expect(plan.status == 2, "\(plan.errors)")
        #expect(try plan.operations().sorted() == expected.sorted())
        let applied = try await Self.timed("\(profile): apply of them") { try await site.run("apply", "--yes") }
        #expect(applied.status == 0 && applied.lastLine == "\(expected.count) done.", "\(applied)")
        try await Self.applyUntilDone(site, after: applied)
    }

    /// Applies again for as long as something was left, and demands that a plan then has nothing to do.
    private static func applyUntilDone(_ site: Site, after first: Command.Outcome) async throws {
        var last = first
        for _ in 0..<5 where last.status != 0 {
            // In part, read in part, or not there.
            #expect([4, 5, 69].contains(last.status), "\(last)")
            // Whoever knows that the service is back does not wait until it is tried again.
            last = try await timed("apply again") { try await site.run("apply", "--yes", "--now") }
        }
        #expect(last.status == 0, "\(last)")
        let plan = try await timed("plan of nothing") { try await site.run("plan", "--detailed-exitcode") }
        #expect(plan.status == 0 && plan.lastLine.hasPrefix("Nothing to do"), "\(plan)")
    }

    /// So many changes, of five kinds in turn, and the operations that they call for.
    private static func churn(_ people: [Person], _ count: Int) throws -> (ldif: String, operations: [String]) {
        try #require(people.count >= count)
        var ldif = ""
        var operations: [String] = []
        for (index, person) in people.prefix(count).enumerated() {
            let head = "dn: \(person.dn)\nchangetype: modify\n"
            switch index % 5 {
            case 0:
                ldif += head + "add: proxyAddresses\nproxyAddresses: smtp:extra\(person.number)@corp.example\n\n"
                operations.append("update \(person.address) aliases")
            case 1:
                ldif +=
                    head + "delete: proxyAddresses\nproxyAddresses: SMTP:\(person.address)\n-\nadd: proxyAddresses\n"
                    + "proxyAddresses: SMTP:new\(person.number)@corp.example\n"
                    + "proxyAddresses: smtp:\(person.address)\n\n"
                operations.append("rename \(person.address) address,aliases")
            case 2:
                ldif += "dn: \(person.dn)\nchangetype: delete\n\n"
                operations.append("suspend \(person.address) active")
            case 3:
                ldif += head + "replace: displayName\ndisplayName: Somebody Else\n\n"
                operations.append("update \(person.address) name")
            default:
                ldif += head + "replace: userAccountControl\nuserAccountControl: 514\n\n"
                operations.append("suspend \(person.address) active")
            }
        }
        return (ldif, operations)
    }

    /// How many users the service says it has.
    private static func total(_ url: String) async throws -> Int {
        var request = URLRequest(url: try #require(URL(string: "\(url)/Users?startIndex=1&count=1")))
        request.setValue("Bearer \(SCIMServer.token)", forHTTPHeaderField: "Authorization")
        let list = try JSONSerialization.jsonObject(with: try await fetch(request)) as? [String: Any]
        return try #require(list?["totalResults"] as? Int)
    }

    /// Tells how long something took, where size is what a run is for.
    private static func timed<Value>(_ what: String, _ work: () async throws -> Value) async throws -> Value {
        let begin = ContinuousClock.now
        let value = try await work()
        if wanted != nil { print("\(what): \((ContinuousClock.now - begin).formatted(.units(width: .narrow)))") }
        return value
    }
}

extension Site {
    /// A configuration that brings everybody of a server to a SCIM service.
    fileprivate static func serving(_ slapd: Slapd, to url: String, _ profile: String) throws -> Site {
        try Site(
            """
            source:
              ldap:
                url: \(slapd.ldapsURL)
                ca-file: \(slapd.authorities)
                bind: { name: "\(Slapd.reader)", password-file: ldap.secret }
                base: "\(Slapd.base)"
            provider:
              scim: { url: "\(url)", profile: \(profile), token-file: scim.token, timeout: 10 s }
            domains: [corp.example]
            limits: { suspend: { count: 1000 } }

            """, files: ["ldap.secret": Slapd.password, "scim.token": SCIMServer.token])
    }
}
