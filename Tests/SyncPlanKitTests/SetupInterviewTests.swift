import DirectoryModel
import FileSource
import Foundation
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// The questions of `sync-plan init`, without a terminal and without servers.
@Suite struct SetupInterviewTests {
    /// What a trial is said to have found.
    private static func outcome(of trial: SetupTrial, failing: Set<SetupTrial> = []) -> SetupOutcome {
        let isFine = !failing.contains(trial)
        var outcome = SetupOutcome(steps: [CheckStep("\(trial)", passed: isFine, detail: isFine ? "fine" : "no")])
        guard isFine else { return outcome }
        if trial == .account { outcome.bases = ["dc=one,dc=example", "dc=two,dc=example"] }
        if trial == .directory {
            outcome.domains = [.init("one.example", 40), .init("two.example", 3), .init("gmail.example", 1)]
            outcome.groups = [
                .init("Everybody", 44), .init("Quota_50GB", 12), .init("Quota_5GB", 30), .init("Sales", 7),
            ]
        }
        return outcome
    }

    /// Answers and tries until nothing is left to answer.
    private static func hold(
        _ interview: SetupInterview, _ answers: [String], failing: Set<SetupTrial> = []
    ) throws -> (interview: SetupInterview, topics: [SetupInterview.Topic]) {
        var interview = interview
        var topics: [SetupInterview.Topic] = []
        var failing = failing
        var answers = answers[...]
        while true {
            switch interview.state {
            case .asking(let topic):
                let question = try #require(interview.question)
                #expect(!question.text.isEmpty && !question.text.hasSuffix("?") && question.text.count <= 70)
                #expect((question.advice + question.choices).allSatisfy { $0.count <= 110 }, "\(question)")
                guard let answer = answers.popFirst() else { return (interview, topics) }
                topics.append(topic)
                try interview.answer(answer)
            case .trying(let trial):
                interview.conclude(outcome(of: trial, failing: failing))
                // What fails does so once.
                failing.remove(trial)
            case .finished, .declined:
                #expect(answers.isEmpty, "nobody asked for \(answers)")
                return (interview, topics)
            }
        }
    }

    private static func load(_ interview: SetupInterview) throws -> Configuration {
        let folder = try ConfigurationFolder()
        let path = try folder.write(interview.template.text)
        return try ConfigurationFile(path: path, environment: ["LDAP_PASSWORD": "x", "SCIM_TOKEN": "x"]).load()
    }

    @Test("SO7: from Active Directory to a mailbox database") func activeDirectory() throws {
        let (interview, topics) = try Self.hold(
            SetupInterview(),
            [
                "", "corp.example", "svc@corp.example", "hunter2 ", "", "2", "1 two.example", "quota", "2",
                "quota_50gb",
                "", "", "", "",
            ])
        #expect(interview.state == .finished)
        #expect(
            topics == [
                .directory, .server, .account, .password, .passwordPlace, .base, .domains, .groups, .groups, .groups,
                .groups, .provider, .mailboxes, .writing,
            ])
        let files = interview.files
        #expect(files.map(\.name) == ["ldap.secret", "sync-plan.yaml"])
        #expect(files[0].contents.revealed == "hunter2 ")
        #expect(!interview.template.text.contains("hunter2"))
        let configuration = try Self.load(interview)
        guard case .ldap(let ldap) = configuration.source else { throw CancellationError() }
        #expect(ldap.domain == "corp.example" && ldap.urls.isEmpty && ldap.schema == .activeDirectory)
        #expect(ldap.bind?.name == "svc@corp.example" && ldap.bind?.passwordFile == "ldap.secret")
        #expect(ldap.bases.map(\.text) == ["dc=two,dc=example"])
        #expect(configuration.domains.map(\.text) == ["one.example", "two.example"])
        #expect(interview.template.groups == ["Quota_5GB", "Quota_50GB"])
        #expect(configuration.reconciler.entitlements.count == 2, "groups that are named after what they grant")
    }

    @Test("SO7: from another server to a service") func service() throws {
        let (interview, topics) = try Self.hold(
            SetupInterview(),
            [
                "2", "ldap.corp.example", "nobody", "", "any", "", "scim", "https://scim.example/v2", "zivver", "abc",
                "$SCIM_TOKEN", "y",
            ])
        #expect(interview.state == .finished)
        #expect(!topics.contains(.password) && topics.contains(.tokenPlace))
        // The token is in the environment, so it is written nowhere.
        #expect(interview.files.map(\.name) == ["sync-plan.yaml"])
        #expect(interview.secretPlaces == [.variable("SCIM_TOKEN")])
        let text = interview.template.text
        #expect(text.contains("token: \"${SCIM_TOKEN}\"") && !text.contains("abc"))
        let configuration = try Self.load(interview)
        guard case .ldap(let ldap) = configuration.source else { throw CancellationError() }
        #expect(ldap.urls == ["ldaps://ldap.corp.example"] && ldap.bind == nil && ldap.schema == .inetOrgPerson)
        #expect(configuration.domains == [] && configuration.people.scope.include.isEmpty)
    }

    /// Each kind of answer that cannot be used is told, and asked for again.
    @Test(arguments: [
        (["7"], "a number from 1 to 3"), (["2", ""], "has to be an answer"), (["2", "http://a"], "ldap"),
        (["1", "corp.example", "a", ""], "has to be an answer"),
        (["1", "corp.example", "a", "b", "$1x"], "letters, digits and _"),
        (["1", "corp.example", "a", "b", "", "corp.example"], "distinguished name"),
        (["3", "", "not a domain@x"], "no mail domain"), (["3", "", "", "", "3"], "a number from 1 to 2"),
        (["3", "", "", "", "2", "scim.example"], "https://"), (["3", "", "", "", "", "", "perhaps"], "yes or no"),
    ])
    func nonsense(_ answers: [String], says: String) throws {
        let interview = try Self.hold(SetupInterview(), answers.dropLast()).interview
        var again = interview
        let error = #expect(throws: SetupInterview.Misunderstanding.self) { try again.answer(answers.last ?? "") }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        #expect(again.state == interview.state && again.template == interview.template)
    }

    @Test(arguments: [SetupTrial.server, .account, .directory, .provider])
    func whatFailsIsCorrectedOrKept(_ trial: SetupTrial) throws {
        let before: [SetupTrial: [String]] = [
            .server: ["1", "corp.example"], .account: ["1", "corp.example", "svc", "x"],
            .directory: ["1", "corp.example", "svc", "x", "", "dc=a"],
            .provider: ["1", "corp.example", "svc", "x", "", "dc=a", "", "", "", "none/mail.db"],
        ]
        let answers = try #require(before[trial])
        let failed = try Self.hold(SetupInterview(), answers, failing: [trial]).interview
        #expect(failed.state == .asking(.keeping(trial)))
        let kept = try Self.hold(SetupInterview(), answers + ["keep"], failing: [trial]).interview
        let passed = try Self.hold(SetupInterview(), answers).interview
        #expect(kept.state == passed.state && kept.template == passed.template)
        let (corrected, topics) = try Self.hold(SetupInterview(), answers + [""], failing: [trial])
        #expect(
            corrected.state == .asking(topics.last { [.server, .account, .base, .mailboxes].contains($0) } ?? .writing))
        // What was said is suggested, so that it need not be typed again; a secret is.
        #expect(
            corrected.question?.suggestion
                == (trial == .provider ? "mail.db" : answers[[.server: 1, .account: 2][trial] ?? 5]))
    }

    @Test func whatIsGivenIsNotAsked() throws {
        var template = ConfigurationTemplate(.ldif)
        template.ldif = "staff.ldif"
        let given: Set<SetupInterview.Topic> = [.directory, .ldif, .domains, .groups, .provider, .mailboxes]
        let (interview, topics) = try Self.hold(SetupInterview(template, given: given), ["yes"])
        #expect(topics == [.writing] && interview.template == template)
        // What is given and does not work is asked for all the same.
        let failed = try Self.hold(SetupInterview(template, given: given), [""], failing: [.directory])
        #expect(failed.interview.state == .asking(.ldif) && failed.interview.question?.suggestion == "staff.ldif")
    }

    @Test func nothingIsReplacedWithoutASay() throws {
        let answers = ["3", "", "", "", "", ""]
        for (answer, state) in [("", SetupInterview.State.declined), ("y", .finished), ("no", .declined)] {
            let interview = SetupInterview { $0 == "sync-plan.yaml" }
            let (held, _) = try Self.hold(interview, answers)
            #expect(held.question?.advice == ["There already: sync-plan.yaml."])
            #expect(try Self.hold(interview, answers + [answer]).interview.state == state)
        }
    }

    /// What is typed is text, whatever YAML would make of it.
    @Test(arguments: ["a: b", "- x", "# y", "Ümlaut & Söhne, GmbH", "*", "{x}", "yes", "42", "\"q\"", "it's", "a\\b"])
    func answersAreText(_ text: String) throws {
        var template = ConfigurationTemplate(.activeDirectory)
        template.account = text
        template.groups = [text, "Quota 5GB, \(text)"]
        template.provider = .mailboxDatabase(path: text)
        let interview = SetupInterview(template)
        let configuration = try Self.load(interview)
        guard case .ldap(let ldap) = configuration.source, case .mailboxDatabase(let path) = configuration.provider
        else { throw CancellationError() }
        #expect(ldap.bind?.name == text && path == text)
        let groups = configuration.people.scope.include.flatMap(\.conditions).flatMap(\.groups).map(\.group.text)
        #expect(groups == template.groups)
        #expect(configuration.entitlements.count == 1)
    }

    @Test func filesAreOnlyTheOwners() throws {
        let folder = try ConfigurationFolder()
        _ = try folder.write("former", named: "ldap.secret", mode: 0o644)
        let (interview, _) = try Self.hold(
            SetupInterview(), ["1", "corp.example", "svc", "hunter2", "", "1", "", "", "", "", ""])
        try interview.write(in: folder.folder.path)
        for (name, text) in [("ldap.secret", "hunter2"), ("sync-plan.yaml", interview.template.text)] {
            #expect(try String(contentsOfFile: folder.path(name), encoding: .utf8) == text)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        #expect(throws: FileError.self) { try interview.write(in: folder.path("none")) }
    }
}
