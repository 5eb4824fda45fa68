import Foundation

/// Dovecot and Postfix, private and on free loopback ports, with the configuration of `Examples/dovecot-postfix`.
///
/// Only paths, ports and the owner of the mail are put in place of the example's own, so that the example cannot rot.
/// Both refuse to be started by anybody but root. The folder is laid out as the example's README says: whoever reads the
/// database does so by the rights of a group.
public final class MailServers: Sendable {
    /// Where the mailbox database has to be; its folder is there, with the rights that the README asks for.
    public let database: String
    /// The port of IMAP.
    public let imapPort: UInt16
    /// The port of SMTP.
    public let smtpPort: UInt16

    /// Where Dovecot looks for passwords.
    public enum Passwords: Sendable {
        /// In the column `password_hash`.
        case hashes
        /// In the directory, by binding as the user.
        case directory(url: String, name: String, password: String, base: String)
    }

    /// Whether the servers are installed and may be started; with `CI` in the environment the answer is always yes.
    public static var canRun: Bool {
        guard hasPrograms(["dovecot", "doveadm", "postfix", "postconf", "sqlite3"]) else { return false }
        if geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] != nil { return true }
        print("SKIPPED: tests that need Dovecot and Postfix, which only root may start")
        return false
    }

    /// Whether Dovecot can check passwords in a directory, which is a package of its own.
    public static var canAskDirectory: Bool {
        let module = "/usr/lib/dovecot/modules/auth/libauthdb_ldap.so"
        if FileManager.default.fileExists(atPath: module) { return true }
        print("SKIPPED: a test that needs dovecot-ldap, which is not installed")
        return ProcessInfo.processInfo.environment["CI"] != nil
    }

    private static let example = testsFolder.deletingLastPathComponent()
        .appendingPathComponent("Examples/dovecot-postfix")

    private let folder: URL
    private let dovecot: ServerProcess
    private let postfix: ServerProcess

    /// Starts both servers, and waits until they answer.
    ///
    /// - Parameter makeDatabase: makes the database at the given path; Postfix does not take mail without it.
    public init(passwords: Passwords = .hashes, makeDatabase: (String) async throws -> Void) async throws {
        let folder = try temporaryFolder("mail")
        self.folder = folder
        database = folder.appendingPathComponent("database/mail.db").path
        imapPort = try freePort()
        smtpPort = try freePort()
        do {
            try Self.layOut(folder)
            try Self.writeDovecot(folder, port: imapPort, passwords: passwords)
            try Self.writePostfix(folder, port: smtpPort)
            try await makeDatabase(database)
            // Makes the queue's folders. The server is then started without the script that would put itself between.
            try run(try program("postfix"), ["-c", "\(folder.path)/postfix", "check"])
            let daemons = try run(try program("postconf"), ["-h", "daemon_directory"])
            postfix = try ServerProcess(
                "\(daemons.trimmingCharacters(in: .whitespacesAndNewlines))/master",
                ["-c", "\(folder.path)/postfix", "-d"], log: folder.appendingPathComponent("postfix.out"))
            // Postfix makes the folder in which Dovecot takes mail.
            try Self.wait(for: smtpPort, folder)
            dovecot = try ServerProcess(
                try program("dovecot"), ["-F", "-c", "\(folder.path)/dovecot/dovecot.conf"],
                log: folder.appendingPathComponent("dovecot.out"))
            try Self.wait(for: imapPort, folder)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    deinit {
        // Both end their own processes when asked; killed, these would notice only when they next look.
        for server in [dovecot, postfix] { server.signal(SIGTERM) }
        for _ in 0..<100 where [dovecot, postfix].contains(where: { kill($0.pid, 0) == 0 }) { usleep(20_000) }
        for server in [dovecot, postfix] { server.stop() }
        try? FileManager.default.removeItem(at: folder)
    }

    /// What both servers logged.
    public var log: String { Self.log(folder) }

    private static func log(_ folder: URL) -> String {
        ["dovecot.out", "dovecot.log", "postfix.out", "postfix.log"].map { name in
            (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
        }.joined()
    }

    private static func wait(for port: UInt16, _ folder: URL) throws {
        do {
            try LineConnection.waitForGreeting(port: port)
        } catch {
            throw CommandFailure(command: "a mail server", status: -1, output: "\(error) \(log(folder))")
        }
    }
}

extension MailServers {
    private static func layOut(_ folder: URL) throws {
        let path = folder.path
        for name in ["database", "dovecot", "run", "state", "postfix", "queue", "data", "mail"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        }
        try run("/bin/chmod", ["755", path])
        try run("/bin/chgrp", ["postfix", "\(path)/database"])
        try run("/bin/chmod", ["2750", "\(path)/database"])
        try run("/bin/chown", ["postfix", "\(path)/data"])
        try run("/bin/chown", ["5000:5000", "\(path)/mail"])
    }

    /// A file of the example with this run's paths in place of its own.
    private static func text(_ name: String, _ folder: URL) throws -> String {
        let replacements = [
            ("/var/lib/sync-plan/mail.db", "\(folder.path)/database/mail.db"),
            ("/etc/dovecot", "\(folder.path)/dovecot"),
            ("/etc/postfix", "\(folder.path)/postfix"), ("/var/spool/postfix", "\(folder.path)/queue"),
            ("/var/vmail", "\(folder.path)/mail"), ("mail_uid = vmail", "mail_uid = 5000"),
            ("mail_gid = vmail", "mail_gid = 5000"),
        ]
        let text = try String(contentsOf: example.appendingPathComponent(name), encoding: .utf8)
        return replacements.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    private static func writeDovecot(_ folder: URL, port: UInt16, passwords: Passwords) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: example.appendingPathComponent("dovecot").path)
        {
            var text = try text("dovecot/\(name)", folder)
            if case .directory(let url, let bindName, let password, let base) = passwords {
                text = inDirectory(text, url: url, name: bindName, password: password, base: base)
            }
            if name == "dovecot.conf" { text += settings(folder, port: port) }
            try text.write(toFile: "\(folder.path)/dovecot/\(name)", atomically: true, encoding: .utf8)
        }
    }

    /// What every Dovecot needs that is not the machine's only one.
    private static func settings(_ folder: URL, port: UInt16) -> String {
        """

        base_dir = \(folder.path)/run
        state_dir = \(folder.path)/state
        instance_name = \(folder.lastPathComponent)
        log_path = \(folder.path)/dovecot.log
        listen = 127.0.0.1
        ssl = no
        auth_failure_delay = 0
        service anvil {
          # Without it, who fails to sign in does not wait the longer the next time.
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        service imap-login {
          inet_listener imap {
            port = \(port)
          }
          inet_listener imaps {
            port = 0
          }
        }

        """
    }

    /// Does what the example's comment says: the first way of checking passwords goes, the second comes in.
    private static func inDirectory(
        _ text: String, url: String, name: String, password: String, base: String
    ) -> String {
        var lines: [Substring] = []
        var isInFirstWay = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "passdb {" { isInFirstWay = true }
            if !isInFirstWay {
                let isSecondWay = ["#passdb", "#  driver", "#  args", "#  result_failure", "#}"].contains(
                    where: line.hasPrefix)
                lines.append(isSecondWay ? line.dropFirst() : line)
            }
            if line == "}" { isInFirstWay = false }
        }
        let replacements = [
            ("ldaps://dc1.corp.example", url), ("CN=dovecot,OU=Services,DC=corp,DC=example", name),
            ("dnpass = secret", "dnpass = \(password)"), ("OU=Corp,DC=corp,DC=example", base),
        ]
        return replacements.reduce(lines.joined(separator: "\n")) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    private static func writePostfix(_ folder: URL, port: UInt16) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: example.appendingPathComponent("postfix").path)
        {
            var text = try text("postfix/\(name)", folder)
            if name == "main.cf" {
                text += """

                    compatibility_level = 3.6
                    queue_directory = \(folder.path)/queue
                    data_directory = \(folder.path)/data
                    maillog_file = \(folder.path)/postfix.log
                    maillog_file_prefixes = \(folder.path)
                    multi_instance_name = postfix-\(folder.lastPathComponent)
                    myhostname = mx.test.example
                    mydestination =
                    alias_maps =
                    inet_interfaces = 127.0.0.1
                    inet_protocols = ipv4
                    in_flow_delay = 0

                    """
            }
            try text.write(toFile: "\(folder.path)/postfix/\(name)", atomically: true, encoding: .utf8)
        }
        let services = """
            127.0.0.1:\(port) inet n - n - - smtpd
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            lmtp unix - - n - - lmtp
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard
            anvil unix - - n - 1 anvil
            postlog unix-dgram n - n - 1 postlogd

            """
        try services.write(toFile: "\(folder.path)/postfix/master.cf", atomically: true, encoding: .utf8)
    }
}
