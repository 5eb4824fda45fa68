import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// Why somebody is in scope or not: one row a rule.
@Suite struct ScopeTests {
    static let staff = Made.dn("Staff", in: "Groups").text

    /// Who is in which group: ana in Staff, bo in Berlin, which is a member of Staff, and cy by primary group.
    static let directory = DirectorySnapshot(
        users: [
            Made.person("ana", groups: ["Staff"], more: ["department": ["Sales"], "title": ["Engineer"]]),
            Made.person(
                "bo", groups: ["Berlin"], in: "Berlin,OU=Staff",
                more: ["department": ["Support", "Sales"], "title": ["Temp worker"]]),
            Made.person("cy", control: "514", more: ["primaryGroupID": ["1105"], "department": ["research"]]),
            Made.person("dee", proxy: []),
            Made.person("eve", proxy: ["SMTP:eve@brand.example"]),
        ],
        groups: [
            group("Staff", sid: 1105), group("Berlin", memberOf: ["Staff", "Loop"]),
            group("Loop", memberOf: ["Berlin"]),
            group("Empty"),
        ])

    static func group(_ name: String, sid: UInt32? = nil, memberOf: [String] = []) -> DirectoryGroup {
        var builder = SnapshotBuilder(source: "test", schema: .activeDirectory, attributes: .all)
        builder.beginSearch("test")
        builder.beginEntry(dn: Made.dn(name, in: "Groups").text, kind: .group)
        func add(_ attribute: String, _ value: [UInt8]) {
            guard let slot = builder.slot(forUTF8: Array(attribute.utf8).span, after: nil) else { return }
            builder.append(value.span, to: slot)
        }
        add("objectGUID", Made.id("group \(name)").activeDirectoryBytes ?? [])
        add("cn", Array(name.utf8))
        for parent in memberOf { add("memberOf", Array(Made.dn(parent, in: "Groups").text.utf8)) }
        if let sid {
            let number = (0..<4).map { UInt8(truncatingIfNeeded: sid >> (8 * $0)) }
            add("objectSid", [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0] + number)
        }
        builder.endEntry()
        builder.endSearch(pages: 1)
        return builder.finish().groups[0]
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let scope: Scope
        let expect: [String]
        var testDescription: String { name }
    }

    static func rule(_ conditions: any ScopeCondition...) -> [ScopeRule] { [ScopeRule(conditions)] }

    static let cases: [Case] = [
        Case(name: "everybody", scope: .everyone, expect: ["ana", "bo", "cy", "dee", "eve"]),
        Case(
            name: "SO1, MS3 direct members; the primary group counts", scope: .members(of: "Staff"),
            expect: ["ana", "cy"]),
        Case(
            name: "ZI9 members of members, circles or not",
            scope: Scope(include: rule(MemberOf("Staff", nested: true))),
            expect: ["ana", "bo", "cy"]),
        Case(
            name: "ZI9 a circle of groups ends", scope: Scope(include: rule(MemberOf("Loop", nested: true))),
            expect: ["bo"]),
        Case(name: "a group without members", scope: .members(of: "Empty"), expect: []),
        Case(
            name: "ZI8 by organisational unit, with everything below it",
            scope: Scope(include: rule(Below(try! DistinguishedName("ou=staff,dc=CORP,dc=example")))),
            expect: ["ana", "bo", "cy", "dee", "eve"]),
        Case(
            name: "ZI8 by organisational unit",
            scope: Scope(include: rule(Below(try! DistinguishedName("OU=Berlin,OU=Staff,DC=corp,DC=example")))),
            expect: ["bo"]),
        Case(
            name: "ZI8 exclude wins",
            scope: Scope(
                include: rule(MemberOf("Staff", nested: true)),
                exclude: rule(AttributeCondition("title", .begins(with: ["temp"])))),
            expect: ["ana", "cy"]),
        Case(
            name: "CL3 an attribute with several values meets a condition with one of them, letters' case aside",
            scope: Scope(include: rule(AttributeCondition("department", .isOne(of: ["SALES"])))), expect: ["ana", "bo"]),
        Case(
            name: "CL3 one of several values",
            scope: Scope(include: rule(AttributeCondition("department", .isOne(of: ["Research", "Support"])))),
            expect: ["bo", "cy"]),
        Case(
            name: "CL3 conditions of a rule are all to be met",
            scope: Scope(
                include: rule(
                    AttributeCondition("department", .isOne(of: ["Sales"])),
                    AttributeCondition("title", .matches(try! Pattern("^Eng"))))),
            expect: ["ana"]),
        Case(
            name: "CL3 of several rules one is to be met",
            scope: Scope(
                include: rule(MemberOf("Staff")) + rule(AttributeCondition("title", .matches(try! Pattern("(?i)TEMP"))))
            ),
            expect: ["ana", "bo", "cy"]),
        Case(
            name: "CL3 present and absent",
            scope: Scope(
                include: rule(AttributeCondition("department", .isPresent)),
                exclude: rule(AttributeCondition("title", .isAbsent))),
            expect: ["ana", "bo"]),
        Case(
            name: "MS5 enabled users only", scope: Scope(include: rule(Enabled())), expect: ["ana", "bo", "dee", "eve"]),
        Case(name: "has a mailbox", scope: Scope(include: rule(HasMailbox())), expect: ["ana", "bo", "cy", "eve"]),
        Case(
            name: "excluded addresses and patterns",
            scope: Scope(exclude: rule(HasAddress(["*@brand.example"])) + rule(HasAddress(["ANA@corp.example"]))),
            expect: ["bo", "cy", "dee"]),
        Case(name: "a condition of one's own", scope: Scope(include: rule(NameBegins(letter: "b"))), expect: ["bo"]),
    ]

    /// What an embedding program writes for a condition of its own.
    struct NameBegins: ScopeCondition {
        let letter: String
        var description: String { "name begins with \(letter)" }
        var attributes: [AttributeName] { ["displayName"] }
        func holds(for candidate: Candidate) -> Bool {
            candidate.values("displayName").contains { $0.lowercased().hasPrefix(letter) }
        }
    }

    @Test(arguments: cases) func verdicts(_ row: Case) {
        let rules = Reconciler(scope: row.scope)
        let verdicts = rules.verdicts(directory: Self.directory)
        let included = zip(Self.directory.users, verdicts).filter {
            if case .included = $0.1.verdict { true } else { false }
        }
        #expect(included.map { $0.0.displayName.lowercased() } == row.expect)
    }

    @Test("BE2: the reason for a removal names the rule")
    func reasons() throws {
        let accounts = ["ana", "bo", "cy"].map { Made.account($0) }
        var rules = Reconciler(
            scope: Scope(
                include: [ScopeRule([MemberOf("Staff", nested: true)])],
                exclude: [ScopeRule(AttributeCondition("title", .begins(with: ["Temp"])))]), rails: [])
        let plan = rules.plan(directory: Self.directory, provider: ObservedState(accounts: accounts))
        #expect(
            plan.operations.map { "\($0.address) \($0.reasons[0])" } == [
                "bo@corp.example kept out: title begins with Temp", "cy@corp.example disabled in the directory",
            ])
        rules.scope = Scope(include: [
            ScopeRule([Below(try DistinguishedName("OU=Berlin,OU=Staff,DC=corp,DC=example"))])
        ])
        let moved = rules.plan(directory: Self.directory, provider: ObservedState(accounts: [Made.account("ana")]))
        #expect(
            moved.operations.first?.reasons.map(\.description)
                == ["no longer below OU=Berlin,OU=Staff,DC=corp,DC=example"])
    }

    @Test(
        "ZI5: an account expires on its date, and not before",
        arguments: [
            (0, nil), (-1, "expired in the directory on 2026-03-01"), (1, nil),
        ] as [(Int64, String?)]) func expiry(seconds: Int64, reason: String?) throws
    {
        let end = try Timestamp(iso8601: "2026-03-01T00:00:00Z")
        // Never, as zero and as the largest number, and the date itself.
        let times = ["0", "9223372036854775807", "\(FileTime(end).rawValue)"]
        let users = times.enumerated().map { Made.person("p\($0.offset)", more: ["accountExpires": [$0.element]]) }
        let now = seconds == 0 ? nil : Timestamp(secondsSince1970: end.secondsSince1970 - seconds)
        let rules = Reconciler(rails: [])
        let plan = rules.plan(
            directory: DirectorySnapshot(users: users),
            provider: ObservedState(accounts: (0..<3).map { Made.account("p\($0)") }), at: now)
        #expect(
            plan.operations.map { "\($0.address) \($0.reasons[0])" } == (reason.map { ["p2@corp.example \($0)"] } ?? [])
        )
    }

    @Test func brokenExpressionsAreRefused() {
        #expect(throws: PatternError.self) { try Pattern("(") }
        #expect(throws: PatternError.self) { try Pattern("[a") }
    }
}
