import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// Attributes that are probably mistyped.
@Suite struct UnknownAttributeTests {
    static let people = [
        Made.person("ana", more: ["department": ["Sales"]]),
        Made.person("bo", more: ["corpCostCentre": ["42"], "description;lang-de": ["Verkauf"]]),
    ]

    static func rules(include name: AttributeName) -> Reconciler {
        Reconciler(scope: Scope(include: [ScopeRule(AttributeCondition(name, .isPresent))]))
    }

    static func texts(_ rules: Reconciler, users: [DirectoryUser] = people) -> [String] {
        rules.unknownAttributes(in: DirectorySnapshot(users: users)).map(\.text)
    }

    @Test(
        arguments: [
            ("departmnt", "Did you mean \"department\"?"), ("DEPARTMNT", "Did you mean \"department\"?"),
            ("corpCostCenter", "Did you mean \"corpCostCentre\"?"),
            ("extensionAttribut7", "Did you mean \"extensionAttribute7\"?"),
            ("somethingElseEntirely", "Check how it is written."),
        ] as [(AttributeName, String)]) func unknown(_ name: AttributeName, advice: String)
    {
        #expect(
            Self.texts(Self.rules(include: name)) == [
                "Rule 1 of include (\(name) is present) names \(name), which no object of the directory has. \(advice)"
            ])
        // Only where a rule names it is the directory looked through.
        #expect(Self.rules(include: name).hasUnusualAttributes)
    }

    @Test(
        arguments: [
            "department", "DEPARTMENT", "carLicense", "extensionAttribute15", "cn;lang-de",
            "msDS-cloudExtensionAttribute20",
        ] as [AttributeName]) func wellKnown(_ name: AttributeName)
    {
        #expect(Self.texts(Self.rules(include: name)).isEmpty)
        #expect(!Self.rules(include: name).hasUnusualAttributes)
    }

    @Test(arguments: ["corpCostCentre", "CORPCOSTCENTRE", "description;lang-de"] as [AttributeName])
    func theDirectoryHasIt(_ name: AttributeName) { #expect(Self.texts(Self.rules(include: name)).isEmpty) }

    @Test func anEmptyDirectoryTellsNothing() {
        #expect(Self.texts(Self.rules(include: "departmnt"), users: []).isEmpty)
    }

    @Test func theWholeMappingIsLookedAt() {
        var rules = Reconciler()
        rules.mapping.key = "employeId"
        rules.mapping.addresses = .plain(["mail", "mial"])
        rules.mapping.name = TextRule(.template([.attribute("givenNam"), .text(" "), .attribute("sn")]))
        rules.mapping.organizationalUnit = .text(TextRule(.joined("offices", separator: "/")))
        rules.scope.exclude = [ScopeRule([]), ScopeRule(AttributeCondition("titel", .isPresent))]
        let findings = rules.unknownAttributes(in: DirectorySnapshot(users: Self.people))
        #expect(findings.map(\.subject) == ["employeId", "givenNam", "mial", "offices", "titel"])
        #expect(findings.allSatisfy { $0.code == .unknownAttribute })
        let places = findings.map { String($0.text.prefix { $0 != "," }) }
        #expect(
            places == [
                "The mapping of key names employeId", "The mapping of name names givenNam",
                "The mapping of address names mial", "The mapping of organizational-unit names offices",
                "Rule 2 of exclude (titel is present) names titel",
            ])
        let plan = rules.plan(directory: DirectorySnapshot(users: Self.people), provider: ObservedState(accounts: []))
        #expect(Set(plan.findings).isSuperset(of: findings))
    }

    @Test func mappingsOfGroupsAndCustomFieldsAreLookedAtToo() {
        var rules = Reconciler(groups: [GroupRule(mapping: AccountMapping(addresses: .plain(["mial"])))])
        rules.functionalUsers = [ScopeRule(AttributeCondition("roomNumbr", .isPresent))]
        rules.mapping.userName = .attribute("uidd")
        rules.mapping.providerAttributes = ["office": .attribute("offic")]
        rules.rails = [Watch()]
        #expect(
            rules.unknownAttributes(in: DirectorySnapshot(users: Self.people)).map { $0.text.prefix { $0 != "," } } == [
                "The mapping of address in rule 1 of groups names mial", "The mapping of the account names offic",
                "Rule 1 of functional (roomNumbr is present) names roomNumbr", "The mapping of user-name names uidd",
                "A safety rule names vip",
            ])
    }

    private struct Watch: Rail {
        var attributes: [AttributeName] { ["vip"] }
        func violations(in draft: PlanDraft) -> [Violation] { [] }
    }

    @Test func whatTheEngineItselfReadsIsWellKnown() {
        for schema in DirectorySchema.presets {
            let rules = Reconciler(mapping: .standard(for: schema), activity: Activity(Set(Activity.Cause.allCases)))
            guard case .only(let names) = rules.readRequest.attributes else { continue }
            #expect((names + schema.neededAttributes).filter { !$0.isWellKnown } == [])
        }
        #expect(AttributeName.wellKnown.count > 200)
    }
}
