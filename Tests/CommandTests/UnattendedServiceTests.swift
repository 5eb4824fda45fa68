import Foundation
import TestSupport
import Testing

/// `run`, as a service manager and the system's logs see it.
@Suite(.enabled(if: Slapd.isInstalled && hasPrograms(["python3"]))) struct UnattendedServiceTests {
    private let place: UnattendedSite
    private var server: Slapd { place.server }
    private var site: Site { place.site }
    private var ldif: String { place.ldif }

    init() throws { place = try UnattendedSite() }

    @Test func itStays() async throws {
        let manager = try DatagramSocket(site.path("notify"))
        let person = try #require(Person.inScope(of: ldif).first { $0.isPlain })
        try place.configure(UnattendedSite.mail)
        let environment = ["NOTIFY_SOCKET": site.path("notify")]
        let outcome = try await Command.run(
            ["run", "--every", "300ms", "--log", "json", "--verbose"], in: site.folder, environment: environment
        ) { process in
            try await wait { site.exists("staff.prom") }
            // Somebody new comes by the next run.
            try server.modify("dn: \(person.dn)\nchangetype: modify\nreplace: displayName\ndisplayName: Anew\n")
            try await wait { try site.rows("SELECT 1 FROM mailbox WHERE full_name = 'Anew'") == ["1"] }
            // A mistake changes nothing.
            let good = try site.read("sync-plan.yaml")
            try site.write(good.replacingOccurrences(of: "staff.prom", with: "other.txt"), to: "sync-plan.yaml")
            kill(process, SIGHUP)
            try FileManager.default.removeItem(atPath: site.path("staff.prom"))
            try await wait { site.exists("staff.prom") }
            // What is right is in use from the next run on.
            try site.write(good.replacingOccurrences(of: "staff.prom", with: "other.prom"), to: "sync-plan.yaml")
            kill(process, SIGHUP)
            try await wait { site.exists("other.prom") }
            kill(process, SIGTERM)
        }
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == "")
        #expect(
            outcome.errors.contains("metrics.file: the file's name should end in .prom. The configuration that was"))
        #expect(outcome.errors.contains("The configuration was read anew"), "\(outcome)")
        #expect(outcome.errors.contains("Stopping"))
        let messages = manager.messages()
        #expect(messages.first == "READY=1" && messages.last == "STOPPING=1", "\(messages)")
        #expect(messages.contains { $0.hasPrefix("STATUS=") })
        #expect(!site.exists("mails"))
        #expect(try await site.run("run").errors == "")
    }

    /// A run that takes longer than the time between two is followed by one at once, not by as many as were missed.
    @Test func neverMoreThanOneIsLate() async throws {
        try site.configure(": 2 s", ": 50 s")
        let outcome = try await site.run("run", "--every", "500ms", "--log", "json", "--verbose") { process in
            try await wait { site.exists("mail.db") }
            server.pause()
            // Time passes, in which four are missed.
            try await Task.sleep(for: .seconds(2))
            server.resume()
            try await Task.sleep(for: .milliseconds(600))
            kill(process, SIGTERM)
        }
        #expect(outcome.status == 0, "\(outcome)")
        let runs = outcome.errors.split(separator: "\n").count { $0.contains(#""event":"summary""#) }
        // One or two before, one that was late, one at once and one or two more: were all made up for, there were eight.
        #expect((2...6).contains(runs), "\(outcome)")
    }

    @Test(arguments: [true, false]) func theJournalGetsPriorities(isJournal: Bool) async throws {
        let script = """
            : >err; stream=$(stat -c %d:%i err); [ "$2" = true ] || stream=1:1
            JOURNAL_STREAM=$stream exec "$1" run 2>err
            """
        let shell = URL(fileURLWithPath: "/bin/sh")
        let outcome = try await Command.run(
            shell, ["-c", script, "sh", Command.program.path, "\(isJournal)"], in: site.folder)
        #expect(outcome.status == 0, "\(outcome)")
        let lines = try site.read("err").split(separator: "\n")
        #expect(lines.count > 2)
        #expect(
            lines.allSatisfy { $0.hasPrefix("<5>sync-plan: ") || $0.hasPrefix("<6>sync-plan: ") } == isJournal,
            "\(lines)")
    }

    #if os(Linux)
        /// In a name space of its own, where `/dev/log` is somebody who keeps what he gets.
        @Test(.enabled(if: hasPrograms(["unshare", "mount"]) && mayMount))
        func theSystemsLog() async throws {
            let script = """
                set -e
                mkdir dev && for name in null urandom; do : >dev/$name && mount --bind /dev/$name dev/$name; done
                mount --rbind dev /dev
                python3 -c 'import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/dev/log"); \
                    s.settimeout(30); out = open("syslog", "wb")
                while True: out.write(s.recv(65536) + b"\\n"); out.flush()' &
                until [ -S /dev/log ]; do sleep 0.05; done
                "$1" run --log syslog || echo "exit status $?"
                kill $!
                """
            server.stop()
            let unshare = URL(fileURLWithPath: try #require(findProgram("unshare")))
            let outcome = try await Command.run(
                unshare, ["-rm", "sh", "-c", script, "sh", Command.program.path], in: site.folder)
            #expect(outcome.output == "exit status 69\n", "\(outcome)")
            #expect(outcome.errors == "")
            // One line and nothing else, also where threads cannot have the priorities that they want. Facility 3 (daemon),
            // priority 3 (error).
            let lines = try site.read("syslog").split(separator: "\n")
            #expect(lines.count == 1, "\(lines)")
            let line = lines.first?.prefixMatch(of: /<27>.* sync-plan\[\d+\]: sync-plan: .*Connection refused/)
            #expect(line != nil, "\(lines)")
        }

        private static var mayMount: Bool { (try? TestSupport.run("/usr/bin/unshare", ["-rm", "true"])) != nil }
    #endif
}

/// A socket that keeps what it is sent.
private final class DatagramSocket: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
    }

    deinit { close(descriptor) }

    /// What has come so far.
    func messages() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count <= 0 { return messages }
            messages.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}
