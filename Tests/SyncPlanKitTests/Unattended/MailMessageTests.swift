import DirectoryModel
import Foundation
import SyncPlanKit
import TestSupport
import Testing

/// What is handed to sendmail is one message, whatever people are called.
@Suite struct MailMessageTests {
    static let date = Timestamp(secondsSince1970: 1_795_262_400)

    static func message(_ subject: String, _ body: String = "Hello.\n") throws -> MailMessage {
        MailMessage(
            from: try MailAddress("sync@corp.example"),
            to: [try MailAddress("ops@corp.example"), try MailAddress("-odd@corp.example")], subject: subject,
            body: body, date: date, id: "1")
    }

    @Test func looksLikeThis() throws {
        #expect(
            try Self.message("sync-plan staff on mail: applied in part").text == """
                From: sync@corp.example
                To: ops@corp.example,
                 -odd@corp.example
                Subject: sync-plan staff on mail: applied in part
                Date: Sat, 21 Nov 2026 12:00:00 +0000
                Message-ID: <1@corp.example>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                Hello.

                """)
    }

    static let texts = [
        "plain", "Zoë Müller", "two\r\nBcc: everybody@corp.example", "東京の人々がとても長い名前を持っていることがあるそうです",
        "=?utf-8?B?QmNj?=", "e\(String(repeating: "\u{301}", count: 100))", String(repeating: "x", count: 2000),
        "👩‍👩‍👧‍👦 and 👨‍👩‍👦",
    ]

    /// Python's own parser of messages gets out what went in.
    @Test(.enabled(if: hasPrograms(["python3"])), arguments: texts) func isReadBack(_ text: String) throws {
        let message = try Self.message(text, "\(text)\n.\nLast line\n").text
        for line in message.split(separator: "\n") { #expect(line.utf8.count <= 998, "\(line)") }
        let script = """
            import sys, json, email, email.policy
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            print(json.dumps([sorted(m.keys()), m['Subject'], m.get_content(), [d.args for d in m.defects]]))
            """
        let python = try #require(findProgram("python3"))
        let output = try run(python, ["-c", script], input: message)
        let values = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [Any])
        let names = [
            "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
            "Subject", "To",
        ]
        #expect(values[0] as? [String] == names)
        // A parser takes line breaks in a header for spaces, and so breaks none.
        let subject = values[1] as? String
        #expect(subject == text || text.contains("\r") && subject?.contains("Bcc: everybody") == true, "\(output)")
        #expect(
            (values[2] as? String)?.replacingOccurrences(of: "\r", with: "")
                == "\(text)\n.\nLast line\n".replacingOccurrences(of: "\r", with: ""))
        #expect((values[3] as? [Any])?.isEmpty == true, "\(output)")
    }

    /// A program that takes the place of sendmail, and what is said where it does not work.
    static let programs: [(script: String, says: String?)] = [
        ("#!/bin/sh\ncat >/dev/null\n", nil), ("#!/bin/sh\nexit 0\n", nil),
        ("#!/bin/sh\necho queue is full >&2\nexit 75\n", "ended with 75: queue is full"),
        ("#!/bin/sh\nexec sleep 60\n", "was ended by signal 9"), ("no program", "cannot be run"),
    ]

    @Test(arguments: programs.indices) func aCommandThatFails(_ index: Int) async throws {
        let folder = try temporaryFolder("mail")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("sendmail").path
        let (script, says) = Self.programs[index]
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        let mode = script.hasPrefix("#!") ? 0o755 : 0o644
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        do throws(NotificationError) {
            try await MailCommand(path: path, timeout: .seconds(1)).send(
                try! Self.message("Hello", String(repeating: "x\n", count: 100_000)))
            #expect(says == nil)
        } catch {
            #expect(says.map(error.description.contains) ?? false, "\(error)")
        }
    }
}
