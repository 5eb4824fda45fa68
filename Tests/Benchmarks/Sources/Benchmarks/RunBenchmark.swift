import Foundation
import TestSupport

/// A whole run of the command that finds nothing to do, against the read alone.
enum RunBenchmark {
    static func run(users: Int, pairs: Int) throws {
        print("run: sync-plan with \(users) users on slapd and their accounts in a mailbox database, \(pairs) rounds")
        let server = try Server(users: users)
        let folder = try temporaryFolder("benchmark")
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("sync-plan").path
        let configuration = folder.appendingPathComponent("sync-plan.yaml").path
        try Slapd.password.write(toFile: folder.path + "/secret", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path + "/secret")
        try Self.configuration(server.url).write(toFile: configuration, atomically: true, encoding: .utf8)
        let apply = try measure(command, ["apply", "--yes", "--config", configuration])
        var own: [Usage] = []
        var read: [Usage] = []
        for _ in 0..<pairs {
            read.append(try measureOneself(["read-once", server.url, "\(users)"]))
            // Ends with 2 where there is anything to do, which is a failure here.
            own.append(try measure(command, ["plan", "--detailed-exitcode", "--config", configuration]))
        }
        var table = Table("", "wall", "CPU", "peak", "wall to the read")
        table.add(
            "read alone", seconds(median(read.map(\.wall))), seconds(median(read.map(\.cpu))),
            mebibytes(median(read.map(\.peak))), "1.00")
        table.add(
            "sync-plan plan, no change", seconds(median(own.map(\.wall))), seconds(median(own.map(\.cpu))),
            mebibytes(median(own.map(\.peak))), ratio(median(zip(own, read).map { $0.wall / $1.wall })))
        table.add("sync-plan apply, all new, once", seconds(apply.wall), seconds(apply.cpu), mebibytes(apply.peak), "")
        table.show()
    }

    private static func configuration(_ url: String) -> String {
        """
        source:
          ldap:
            url: \(url)
            preset: active-directory
            bind: { name: "\(Slapd.reader)", password-file: secret }
            base: \(Slapd.base)
        provider:
          mailbox-database: { path: mail.db }
        domains: [corp.example, brand.example]
        entitlements:
          quota:
            - { group: Quota_50GB, value: 50 GB }
            - { group: Quota_5GB, value: 5 GB }

        """
    }
}
