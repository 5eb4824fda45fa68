package import DirectoryModel
import Foundation

/// A message of plain text (RFC 5322, RFC 2045), as it is handed to sendmail.
///
/// Nothing of the text gets into a header but through ``encoded(_:)``, and addresses are ASCII without white space, so no
/// header can be added by what somebody is called.
package struct MailMessage {
    let from: MailAddress
    let to: [MailAddress]
    let subject: String
    let body: String
    let date: Timestamp
    /// What makes the message's name unique.
    let id: String

    package init(
        from: MailAddress, to: [MailAddress], subject: String, body: String, date: Timestamp,
        id: String = UUID().uuidString.lowercased()
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.body = body
        self.date = date
        self.id = id
    }

    /// The message with lines that end in a line feed, as programs that take the place of sendmail expect it.
    package var text: String {
        let isPlain =
            body.utf8.allSatisfy { $0 < 0x80 } && body.split(separator: "\n").allSatisfy { $0.utf8.count < 998 }
        let content =
            isPlain
            ? body
            : Data(body.utf8).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed]) + "\n"
        return """
            From: \(from)
            To: \(to.map(\.text).joined(separator: ",\n "))
            Subject: \(Self.encoded(subject))
            Date: \(Self.date(date))
            Message-ID: <\(id)@\(from.domain)>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: \(isPlain ? "7bit" : "base64")

            \(content)
            """
    }

    /// A text as the value of a header: as it is where that is possible, else in encoded words (RFC 2047).
    static func encoded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !text.contains("=?") && text.utf8.count <= 900
        if isPlain { return text }
        // A word has 75 characters at most, and whole characters.
        var words: [String] = []
        var word = ""
        for character in text {
            if word.utf8.count + character.utf8.count > 42, !word.isEmpty {
                words.append(word)
                word = ""
            }
            // A character of very many parts is broken where its parts are.
            for scalar in character.unicodeScalars {
                if word.utf8.count + scalar.utf8.count > 45 {
                    words.append(word)
                    word = ""
                }
                word.unicodeScalars.append(scalar)
            }
        }
        words.append(word)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\n ")
    }

    /// A date as RFC 5322 section 3.3 has it, in UTC: `Sat, 21 Nov 2026 12:00:00 +0000`.
    static func date(_ time: Timestamp) -> String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)
                """,
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return Date(timeIntervalSince1970: TimeInterval(time.secondsSince1970)).formatted(style) + " +0000"
    }
}
