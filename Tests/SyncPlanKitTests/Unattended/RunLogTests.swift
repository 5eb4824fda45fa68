import DirectoryModel
import Foundation
import SyncPlanKit
import TestSupport
import Testing

/// What a run writes to a log, and what people are told of it.
@Suite struct RunLogTests {
    /// Every line of a run's log, in every form.
    @Test(arguments: LogForm.allCases) func looksLikeThis(_ form: LogForm) throws {
        let lines = Self.entries.map { form.line($0, profile: "staff", at: RunOutcomes.began) }
        try expectGolden(lines.joined(separator: "\n") + "\n", "run.\(form.rawValue).log")
        // One line is one line, and nothing in it works on a terminal.
        for line in lines { #expect(!line.contains { $0.isNewline || $0 == "\u{1B}" }, "\(line)") }
    }

    private static var entries: [LogEntry] {
        RunOutcomes.all.flatMap { _, outcome in
            outcome.changes + outcome.problemEntries(configuration: "a b.yaml") + [outcome.summary]
        }
    }

    @Test func jsonIsAnObjectALine() throws {
        let levels = ["error", "warning", "notice", "info"]
        for entry in Self.entries {
            let line = LogForm.json.line(entry, profile: "a \"b\"", at: RunOutcomes.began)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(
                object["time"] as? String == "2026-09-21T13:33:20Z"
                    || object["time"] as? String == RunOutcomes.began.description)
            #expect(object["profile"] as? String == "a \"b\"")
            #expect(object["message"] as? String == entry.text)
            #expect((object["level"] as? String).map(levels.contains) == true)
            #expect(object["event"] as? String == entry.event.rawValue)
        }
    }

    @Test func onlyWhatMattersIsColoured() {
        let style = Style(usesColor: true)
        let texts: [(LogEntry.Priority, Bool)] = [(.error, true), (.warning, true), (.notice, false), (.info, false)]
        for (priority, isColoured) in texts {
            let entry = LogEntry(priority, .note, "text")
            #expect(
                LogForm.plain.line(entry, profile: "p", at: .earliest, style: style).contains("\u{1B}") == isColoured)
            #expect(!LogForm.journald.line(entry, profile: "p", at: .earliest, style: style).contains("\u{1B}"))
        }
    }

    @Test(arguments: [IncidentRecord.Event.incident, .reminder, .recovery]) func peopleAreTold(
        _ event: IncidentRecord.Event
    ) throws {
        let notice = Notice(
            event, since: RunOutcomes.began, at: Timestamp(secondsSince1970: 1_790_003_600), outcome: RunOutcomes.mixed,
            configuration: "staff.yaml", host: "mail.corp.example")
        try expectGolden(notice.text, "notice.\(event.rawValue).txt")
        let json = String(decoding: notice.json, as: UTF8.self)
        try expectGolden(json + "\n", "notice.\(event.rawValue).json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        // A chat takes that for a mention of everybody.
        #expect(try #require(object["text"] as? String).contains("<!") == false)
    }

    @Test func ofManyProblemsTheFirstAreTold() {
        let outcome = RunOutcomes.outcome { $0.failure = ConfigurationError(String(repeating: "long ", count: 500)) }
        let notice = Notice(.incident, since: .earliest, at: .earliest, outcome: outcome, configuration: "c", host: "h")
        #expect(notice.text.utf8.count < 1000)
    }
}
