import Foundation
import TestSupport
import Testing

/// A server, and a place from which it is read unattended; in the place of sendmail a script keeps what it gets.
struct UnattendedSite {
    let server: Slapd
    let site: Site
    let ldif: String

    init() throws {
        ldif = DirectoryGenerator(users: 40).ldif()
        server = try Slapd(ldif: ldif)
        site = try Site.reading(server)
        // In the place of sendmail: keeps its arguments and what it gets.
        try site.write("#!/bin/sh\n{ echo \"To: $*\"; cat; echo; } >>\"$(dirname \"$0\")/mails\"\n", to: "sendmail")
        try site.setMode(0o700, of: "sendmail")
    }

    func configure(_ text: String) throws {
        try site.write(try site.read("sync-plan.yaml") + text + "\n", to: "sync-plan.yaml")
    }

    /// The subjects of the messages so far.
    func subjects() throws -> [String] {
        guard site.exists("mails") else { return [] }
        return try site.read("mails").split(separator: "\n").filter { $0.hasPrefix("Subject: ") }
            .compactMap { $0.split(separator: ": ", maxSplits: 2).last.map(String.init) }
    }

    /// Mail to the script, and metrics.
    static let mail = """
        notify: { mail: { to: [ops@corp.example], from: sync@corp.example, command: ./sendmail } }
        metrics: { file: staff.prom }
        """
}

/// Waits until something is so; half a minute at most.
func wait(until condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "it did not come about")
        try await Task.sleep(for: .milliseconds(20))
    }
}
