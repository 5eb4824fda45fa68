import DirectoryModel
import Foundation
import LDAPSource
import ReconcileEngine
import TestSupport

/// Reading people from a server, against `ldapsearch` that asks for the same and prints to `/dev/null`.
enum ReadBenchmark {
    /// The rules, whose attributes are read.
    static let reconciler = Reconciler(
        entitlements: [.quota(.gigabytes(5), group: "Quota_5GB"), .quota(.gigabytes(50), group: "Quota_50GB")])

    static func run(users: Int, pairs: Int) throws {
        print("read: \(users) users from slapd, \(pairs) rounds")
        let server = try Server(users: users)
        var peer: [Usage] = []
        var own: [Usage] = []
        for _ in 0..<pairs {
            peer.append(try measure("ldapsearch", server.search, keepingOutput: false))
            own.append(try measureOneself(["read-once", server.url, "\(users)"]))
        }
        var table = Table("", "wall", "CPU", "peak", "wall to ldapsearch")
        table.add(
            "ldapsearch > /dev/null", seconds(median(peer.map(\.wall))), seconds(median(peer.map(\.cpu))), "-", "1.00")
        table.add(
            "LDAPDirectory.read", seconds(median(own.map(\.wall))), seconds(median(own.map(\.cpu))),
            mebibytes(median(own.map(\.peak))), ratio(median(zip(own, peer).map { $0.wall / $1.wall })))
        table.show()
    }

    /// One read in a process of its own.
    static func once(url: String, users: Int) async throws {
        let configuration = LDAPConfiguration(
            .url(try LDAPURL(url)), bind: .simple(name: Slapd.reader, password: Secret(Slapd.password)),
            bases: [try DistinguishedName(Slapd.base)])
        let snapshot = try await LDAPDirectory(configuration).read(reconciler.readRequest)
        guard snapshot.completeness.proof != nil, snapshot.users.count == users else {
            throw ProgramFailure(description: "\(snapshot.users.count) users: \(snapshot.completeness.reasons)")
        }
        // Without freeing a million objects first: neither does ldapsearch keep any.
        exit(0)
    }
}

/// A slapd in a process of its own, so that the one that starts the measured programs stays small.
final class Server {
    let url: String
    private let process = Process()
    private let lifeline = Pipe()

    init(users: Int) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["serve", "\(users)"]
        process.standardInput = lifeline
        process.standardOutput = output
        try process.run()
        url = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard url.hasPrefix("ldap://") else { throw ProgramFailure(description: "slapd did not start: \(url)") }
    }

    deinit {
        try? lifeline.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The arguments with which `ldapsearch` asks for the people and attributes that the rules ask for.
    var search: [String] {
        let schema = DirectorySchema.activeDirectory
        guard case .only(let names) = ReadBenchmark.reconciler.readRequest.attributes else { return [] }
        let needed = [schema.objectID.attribute, schema.memberOf, schema.primaryGroup?.userAttribute].compactMap { $0 }
        let wanted = AttributeTable(needed + names).names.map(\.text)
        return [
            "-LLL", "-x", "-H", url, "-D", Slapd.reader, "-w", Slapd.password, "-b", Slapd.base,
            "-E", "pr=1000/noprompt", schema.peopleFilter,
        ] + wanted
    }

    /// What the process of its own does: serves until its input ends.
    static func serve(users: Int) throws {
        let slapd = try Slapd(ldif: DirectoryGenerator(users: users).ldif())
        FileHandle.standardOutput.write(Data("\(slapd.ldapURL)\n".utf8))
        while readLine() != nil {}
        slapd.stop()
    }
}
