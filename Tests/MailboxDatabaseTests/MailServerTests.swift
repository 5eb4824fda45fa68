import DirectoryModel
import Foundation
import GRDB
import MailboxDatabase
import ProviderClient
import ReconcileEngine
import TestSupport
import Testing

/// The whole way: the engine plans, the provider applies, and Dovecot and Postfix do accordingly.
@Suite("Dovecot and Postfix on a mailbox database", .serialized, .enabled(if: MailServers.canRun))
struct MailServerTests {
    @Test func anAccountFromItsCreationToItsDeletion() async throws {
        var ana = Person("ana", aliases: ["a.archer"], quota: .gigabytes(5))
        let (servers, company) = try await start([ana, Person("kim", quota: .gigabytes(50)), Person("zoe")])

        // Nobody can sign in before there is a password.
        for password in ["\"\"", "secret"] {
            #expect(try signIn(servers, "ana", password).last?.contains("AUTHENTICATIONFAILED") == true)
        }
        try company.setPassword("secret")
        #expect(try quota(servers, "ana") == 4_882_813)  // 5 GB in units of 1,024 octets
        #expect(try quota(servers, "kim") == 48_828_125)
        #expect(try quota(servers, "zoe") == nil)
        #expect(try signIn(servers, "ana", "wrong").last?.contains("AUTHENTICATIONFAILED") == true)

        // Mail to the address and to the alias arrives in one mailbox, and nobody else gets any.
        let smtp = try SMTPSession(port: servers.smtpPort)
        #expect(try smtp.send(to: "ana@corp.example", subject: "one").hasPrefix("250"))
        #expect(try smtp.send(to: "A.Archer@Corp.Example", subject: "two").hasPrefix("250"))
        #expect(try await messages(servers, "ana", atLeast: 2) == 2)
        #expect(try await messages(servers, "kim", atLeast: 0) == 0)
        #expect(try smtp.send(to: "nobody@corp.example", subject: "no").hasPrefix("550 5.1.1"))

        // A change of group changes the quota.
        ana.quota = .gigabytes(50)
        try await company.apply([ana, Person("kim", quota: .gigabytes(50)), Person("zoe")])
        #expect(try quota(servers, "ana") == 48_828_125)

        // A new address keeps the mail, and the old one is refused.
        ana.name = "ana.baker"
        try await company.apply([ana, Person("kim", quota: .gigabytes(50)), Person("zoe")])
        #expect(try await messages(servers, "ana.baker", atLeast: 2) == 2)
        #expect(try signIn(servers, "ana", "secret").last?.contains("AUTHENTICATIONFAILED") == true)
        #expect(try smtp.send(to: "ana@corp.example", subject: "no").hasPrefix("550 5.1.1"))

        // Suspended: refused with the reason, by address and by alias, and back again with all mail.
        try await company.apply([Person("kim", quota: .gigabytes(50)), Person("zoe")])
        #expect(
            try signIn(servers, "ana.baker", "secret").last?.hasSuffix("NO [CONTACTADMIN] This account is suspended.")
                == true)
        for address in ["ana.baker@corp.example", "a.archer@corp.example"] {
            let reply = try smtp.send(to: address, subject: "no")
            #expect(reply.hasPrefix("550 5.2.1") && reply.contains("This mailbox is suspended."), "\(reply)")
        }
        try await company.apply([ana, Person("kim", quota: .gigabytes(50)), Person("zoe")])
        #expect(try await messages(servers, "ana.baker", atLeast: 2) == 2)
        #expect(try smtp.send(to: "a.archer@corp.example", subject: "three").hasPrefix("250"))
        #expect(try await messages(servers, "ana.baker", atLeast: 3) == 3)

        // Deleted: unknown; and who gets the address later does not get the mail.
        try await company.apply([Person("kim", quota: .gigabytes(50)), Person("zoe")], removal: .delete)
        #expect(try smtp.send(to: "ana.baker@corp.example", subject: "no").hasPrefix("550 5.1.1"))
        #expect(try signIn(servers, "ana.baker", "secret").last?.contains("AUTHENTICATIONFAILED") == true)
        try await company.apply([
            Person("ana.baker", key: "heir"), Person("kim", quota: .gigabytes(50)), Person("zoe"),
        ])
        try company.setPassword("secret")
        #expect(try await messages(servers, "ana.baker", atLeast: 0) == 0)
    }

    @Test func aFullMailboxTakesNoMore() async throws {
        let (servers, company) = try await start([
            Person("ana", quota: ByteCount(bytes: 2_000)), Person("bo", quota: ByteCount(bytes: 0)),
        ])
        try company.setPassword("secret")
        let smtp = try SMTPSession(port: servers.smtpPort)
        let body = Array(repeating: String(repeating: "x", count: 70), count: 50).joined(separator: "\r\n")
        for name in ["ana", "bo"] {
            #expect(try smtp.send(to: "\(name)@corp.example", subject: "large", body: body).hasPrefix("250"))
            try await waitUntil { servers.log.contains("to=<\(name)@corp.example>") }
            let line = try #require(
                servers.log.split(separator: "\n").first { $0.contains("to=<\(name)@corp.example>") })
            #expect(line.contains("552 5.2.2"), "\(line)")
            #expect(try await messages(servers, name, atLeast: 0) == 0)
        }
    }

    @Test func groupsFunctionalAccountsAndNamesToSignInWith() async throws {
        let everybody = [Person("ana"), Person("bo"), Person("cy")]
        let (servers, company) = try await start(everybody)
        func address(_ name: String) throws -> MailAddress { try MailAddress("\(name)@corp.example") }
        let members = try [address("ana"), address("bo")]
        try await company.make(
            Account(kind: .functional, address: try address("info"), delegates: members),
            Account(kind: .group, address: try address("team"), aliases: [try address("crew")], delegates: members),
            Account(userName: "Di.Baker", address: try address("di")))
        try company.setPassword("secret")

        let smtp = try SMTPSession(port: servers.smtpPort)
        for name in ["team", "crew", "info"] {
            #expect(try smtp.send(to: "\(name)@corp.example", subject: name).hasPrefix("250"), "\(name)")
        }
        #expect(try await messages(servers, "info", atLeast: 1) == 1)
        #expect(try await messages(servers, "ana", atLeast: 2) == 2)
        #expect(try await messages(servers, "bo", atLeast: 2) == 2)
        #expect(try await messages(servers, "cy", atLeast: 0) == 0)
        #expect(try signIn(servers, "team", "secret").last?.contains("AUTHENTICATIONFAILED") == true)

        // A member that is suspended gets nothing, and keeps nobody else from getting it.
        try await company.apply([everybody[0], everybody[2]])
        #expect(try smtp.send(to: "team@corp.example", subject: "without bo").hasPrefix("250"))
        #expect(try await messages(servers, "ana", atLeast: 3) == 3)
        try await company.apply(everybody)
        #expect(try await messages(servers, "bo", atLeast: 2) == 2)

        // Who has a name signs in by it, in any case, and not by the address.
        for name in ["di.baker", "Di.Baker"] {
            let session = try IMAPSession(port: servers.imapPort)
            #expect(try session.command("LOGIN \(name) secret").last?.contains(" OK ") == true)
        }
        #expect(try signIn(servers, "di", "secret").last?.contains("AUTHENTICATIONFAILED") == true)
        #expect(try smtp.send(to: "di@corp.example", subject: "one").hasPrefix("250"))
    }

    @Test(.enabled(if: Slapd.isInstalled && MailServers.canAskDirectory))
    func passwordsOfTheDirectory() async throws {
        let slapd = try Slapd(ldif: Self.directory)
        let (servers, company) = try await start(
            [Person("ana", quota: .gigabytes(5)), Person("bo")],
            passwords: .directory(
                url: slapd.ldapURL, name: Slapd.reader, password: Slapd.password, base: Slapd.base))
        #expect(try quota(servers, "ana", password: "of-ana") == 4_882_813)
        for password in ["of-bo", "secret", "\"\""] {
            #expect(try signIn(servers, "ana", password).last?.contains("AUTHENTICATIONFAILED") == true)
        }
        // Somebody who is in the directory and has no mailbox.
        #expect(try signIn(servers, "cy", "of-cy").last?.contains("AUTHENTICATIONFAILED") == true)
        try await company.apply([Person("bo")])
        #expect(
            try signIn(servers, "ana", "of-ana").last?.hasSuffix("NO [CONTACTADMIN] This account is suspended.") == true
        )
        #expect(try signIn(servers, "bo", "of-bo").last?.contains(" OK ") == true)
    }

    @Test func readersGoOnWhileAPlanIsApplied() async throws {
        let first = (0..<10).map { Person("first\($0)", aliases: ["alias\($0)"], quota: .gigabytes(5)) }
        let (servers, company) = try await start(first)

        let done = Counter()
        let path = servers.database
        async let reader = onThread { try Self.readPairs(path) { done.count > 0 } }
        let port = servers.smtpPort
        async let sender = onThread {
            var replies: [String: Int] = [:]
            while done.count == 0 {
                let smtp = try SMTPSession(port: port)
                _ = try smtp.command("MAIL FROM:<sender@elsewhere.example>")
                for number in 0..<10 {
                    let reply = try smtp.command("RCPT TO:<alias\(number)@corp.example>")
                    replies[String(reply.prefix(3)), default: 0] += 1
                }
            }
            return replies
        }
        let operations = try await company.apply(
            first + (0..<2_000).map { Person("later\($0)", aliases: ["other\($0)"], quota: .gigabytes(5)) })
        _ = done.increase()
        #expect(operations == 2_000)
        let reads = try await reader
        #expect(reads > 10)
        let replies = try await sender
        #expect(replies.keys.sorted() == ["250"], "\(replies)")
    }

    /// Reads as a mail server does, until told to stop; throws where the database stays locked, or a mailbox is half there.
    private static func readPairs(_ path: String, until isDone: () -> Bool) throws -> Int {
        var configuration = Configuration()
        configuration.readonly = true
        // As long as Dovecot waits.
        configuration.busyMode = .timeout(1)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        var reads = 0
        while !isDone() {
            let torn = try queue.read { db in
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT (SELECT count(*) FROM mailbox) * 2 - (SELECT count(*) FROM address)
                            + (SELECT count(*) FROM mailbox WHERE NOT EXISTS
                                (SELECT 1 FROM address WHERE address = mailbox.address AND mailbox_id = mailbox.id))
                        """)
            }
            try #require(torn == 0, "half a mailbox was seen")
            reads += 1
        }
        return reads
    }

    private static let directory =
        """
        dn: \(Slapd.base)
        objectClass: dcObject
        objectClass: organization
        dc: corp
        o: Corp

        dn: \(Slapd.reader)
        objectClass: person
        cn: svc
        sn: svc
        userPassword: \(Slapd.password)


        """
        + ["ana", "bo", "cy"].map { name in
            """
            dn: cn=\(name),\(Slapd.base)
            objectClass: user
            objectClass: directoryObject
            cn: \(name)
            sn: \(name)
            proxyAddresses: SMTP:\(name)@corp.example
            userPassword: of-\(name)

            """
        }.joined(separator: "\n")
}

// MARK: Asking the servers

/// Starts the servers on the database of a company with these people.
private func start(
    _ people: [Person], passwords: MailServers.Passwords = .hashes
) async throws -> (MailServers, Company) {
    let servers = try await MailServers(passwords: passwords) { try await Company($0).apply(people) }
    return (servers, Company(servers.database))
}

private func signIn(_ servers: MailServers, _ name: String, _ password: String) throws -> [String] {
    try IMAPSession(port: servers.imapPort).command("LOGIN \(name)@corp.example \(password)")
}

/// How much a mailbox may hold, in units of 1,024 octets as IMAP tells it (RFC 9208); nil for no limit.
private func quota(_ servers: MailServers, _ name: String, password: String = "secret") throws -> Int? {
    let session = try IMAPSession(port: servers.imapPort)
    try #require(try session.command("LOGIN \(name)@corp.example \(password)").last?.contains(" OK ") == true)
    let lines = try session.command("GETQUOTAROOT INBOX")
    guard let line = lines.first(where: { $0.contains("(STORAGE ") }) else { return nil }
    return Int(line.split(separator: " ").last?.dropLast() ?? "")
}

/// How many messages a mailbox has; waits for a while until there are as many as expected.
private func messages(_ servers: MailServers, _ name: String, atLeast expected: Int) async throws -> Int {
    let session = try IMAPSession(port: servers.imapPort)
    try #require(try session.command("LOGIN \(name)@corp.example secret").last?.contains(" OK ") == true)
    var count = 0
    for _ in 0..<200 {
        let line = try session.command("STATUS INBOX (MESSAGES)").first ?? ""
        count = Int(line.split(separator: " ").last?.dropLast() ?? "") ?? -1
        if count >= expected { break }
        try await Task.sleep(for: .milliseconds(50))
    }
    return count
}

private func waitUntil(_ condition: () -> Bool) async throws {
    for _ in 0..<200 where !condition() { try await Task.sleep(for: .milliseconds(50)) }
}

/// Runs something that blocks on a thread of its own: the pool has few, and the test needs them meanwhile.
private func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

// MARK: A company

private struct Person {
    var name: String
    var key: String
    var aliases: [String]
    var quota: ByteCount?

    init(_ name: String, key: String? = nil, aliases: [String] = [], quota: ByteCount? = nil) {
        self.name = name
        self.key = key ?? name
        self.aliases = aliases
        self.quota = quota
    }
}

/// A directory whose groups grant quotas, and the mailbox database that follows it.
private struct Company {
    let path: String

    init(_ path: String) { self.path = path }

    /// Plans for exactly these people, carries the plan out, and sees that planning again finds nothing.
    @discardableResult
    func apply(_ people: [Person], removal: Lifecycle.Removal = .suspend) async throws -> Int {
        // A provider for each plan, as with the command: the servers are left alone with the file in between.
        let provider = MailboxProvider(path: path)
        let plan = try plan(people, removal, try await provider.observe())
        for operation in plan.operations { _ = try await provider.apply(operation) }
        #expect(try self.plan(people, removal, try await provider.observe()).isEmpty)
        return plan.operations.count
    }

    /// Makes accounts that no directory object calls for.
    func make(_ accounts: Account...) async throws {
        let provider = MailboxProvider(path: path)
        for account in accounts { _ = try await provider.apply(.create(account, because: [Reason(.everyone)])) }
    }

    private func plan(_ people: [Person], _ removal: Lifecycle.Removal, _ state: ObservedState) throws -> Plan {
        let quotas = Set(people.compactMap(\.quota))
        func groupName(_ quota: ByteCount) -> String { "CN=Quota \(quota),OU=Groups,DC=corp,DC=example" }
        let groups = try quotas.map { quota in
            DirectoryGroup(
                id: try #require(ObjectID(text: "Quota \(quota)")), dn: try DistinguishedName(groupName(quota)),
                attributes: AttributeValues(["cn": ["Quota \(quota)"]]))
        }
        let users = try people.map { person in
            DirectoryUser(
                id: try #require(ObjectID(text: person.key)),
                dn: try DistinguishedName("CN=\(person.key),DC=corp,DC=example"),
                attributes: AttributeValues([
                    "proxyAddresses": ["SMTP:\(person.name)@corp.example"]
                        + person.aliases.map { "smtp:\($0)@corp.example" },
                    "memberOf": person.quota.map { [groupName($0)] } ?? [],
                ]))
        }
        let reconciler = Reconciler(
            entitlements: quotas.map { Entitlement.quota($0, group: GroupSelector("Quota \($0)")) },
            lifecycle: Lifecycle(missing: removal), rails: [])
        return reconciler.plan(directory: DirectorySnapshot(users: users, groups: groups), provider: state)
    }

    /// Gives everybody a password, with the command that the example's README gives.
    func setPassword(_ password: String) throws {
        let doveadm = try #require(findProgram("doveadm"))
        let hash = try run(doveadm, ["pw", "-s", "SHA512-CRYPT", "-p", password])
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try run(
            try #require(findProgram("sqlite3")),
            [path, ".timeout 10000", ".filectrl persist_wal 1", "UPDATE mailbox SET password_hash = '\(hash)'"])
    }
}
