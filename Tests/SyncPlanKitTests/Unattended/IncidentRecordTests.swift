import DirectoryModel
import SyncPlanKit
import Testing

/// People are told once of each incident, again of another cause and after a while, and once when it is over.
@Suite struct IncidentRecordTests {
    /// A run: when it ended, in hours, how, and because of what; and what people should be told.
    struct Step: Sendable {
        let hour: Int64
        let status: ExitStatus
        var causes: [String] = []
        var event: String?
        /// Whether people could be told.
        var isTold = true
    }

    static let sequences: [(name: String, steps: [Step])] = [
        ("all is well", [Step(hour: 0, status: .success), Step(hour: 1, status: .success)]),
        (
            "once per incident, once on recovery",
            [
                Step(hour: 0, status: .unavailable, causes: ["down"], event: "incident"),
                Step(hour: 1, status: .unavailable, causes: ["down"]),
                Step(hour: 2, status: .unavailable, causes: ["down"]),
                Step(hour: 3, status: .success, event: "recovery"), Step(hour: 4, status: .success),
                Step(hour: 5, status: .unavailable, causes: ["down"], event: "incident"),
            ]
        ),
        (
            "another cause is told, one that was told before is not",
            [
                Step(hour: 0, status: .held, causes: ["a"], event: "incident"),
                Step(hour: 1, status: .held, causes: ["a", "b"], event: "incident"),
                Step(hour: 2, status: .held, causes: ["b"]), Step(hour: 3, status: .held, causes: ["a"]),
                Step(hour: 4, status: .unavailable, causes: ["c"], event: "incident"),
            ]
        ),
        (
            "a reminder after a day, and then after another",
            [
                Step(hour: 0, status: .held, causes: ["a"], event: "incident"),
                Step(hour: 23, status: .held, causes: ["a"]),
                Step(hour: 24, status: .held, causes: ["a"], event: "reminder"),
                Step(hour: 47, status: .held, causes: ["a"]),
                Step(hour: 48, status: .held, causes: ["a"], event: "reminder"),
            ]
        ),
        (
            "who could not be told is told at the next run",
            [
                Step(hour: 0, status: .unavailable, causes: ["down"], event: "incident", isTold: false),
                Step(hour: 1, status: .unavailable, causes: ["down"], event: "incident"),
                Step(hour: 2, status: .success, event: "recovery", isTold: false),
                Step(hour: 3, status: .success, event: "recovery"), Step(hour: 4, status: .success),
            ]
        ),
        (
            "an incident of which nobody heard is over silently",
            [
                Step(hour: 0, status: .unavailable, causes: ["down"], event: "incident", isTold: false),
                Step(hour: 1, status: .success),
            ]
        ),
        (
            "a run that was stopped says nothing",
            [
                Step(hour: 0, status: .interrupted), Step(hour: 1, status: .refused, causes: ["no"], event: "incident"),
                Step(hour: 2, status: .interrupted), Step(hour: 3, status: .refused, causes: ["no"]),
            ]
        ),
        ("an exit code is cause enough", [Step(hour: 0, status: .appliedInPart, event: "incident")]),
    ]

    @Test(arguments: sequences.indices) func sequence(_ index: Int) {
        var record = IncidentRecord()
        for step in Self.sequences[index].steps {
            let before = record
            let now = Timestamp(secondsSince1970: 1_790_000_000 + step.hour * 3600)
            let due = record.note(step.status, step.causes, at: now, reminding: .seconds(86400))
            #expect(due?.event.rawValue == step.event, "\(Self.sequences[index].name), hour \(step.hour)")
            if due != nil && !step.isTold { record.takeBack(to: before) }
            if step.status == .success { #expect(record.lastSuccess == now.secondsSince1970) }
        }
    }

    @Test func anIncidentIsToldWithItsBeginning() throws {
        var record = IncidentRecord()
        let begin = Timestamp(secondsSince1970: 1_790_000_000)
        let later = Timestamp(secondsSince1970: 1_790_009_000)
        _ = record.note(.held, ["a"], at: begin, reminding: .seconds(86400))
        let other = record.note(.held, ["b"], at: later, reminding: .seconds(86400))
        #expect(other?.event == .incident && other?.since == begin)
        let end = record.note(.success, [], at: later, reminding: .seconds(86400))
        #expect(end?.event == .recovery && end?.since == begin)
    }
}
