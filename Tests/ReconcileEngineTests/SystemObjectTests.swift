import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// What is no person never gets an account, and every object is told why it gets one or not.
@Suite struct SystemObjectTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let attributes: [(AttributeName, [String])]
        /// What it is instead of a person; nil for a person.
        let what: String?

        init(_ description: String, _ attributes: KeyValuePairs<AttributeName, [String]>, _ what: String?) {
            testDescription = description
            self.attributes = attributes.map { ($0.key, $0.value) }
            self.what = what
        }
    }

    static let computer = "a computer"
    static let service = "a managed service account"
    static let trust = "a trust between domains"
    static let system = "an object of the directory's own"
    static let mailbox = "a mailbox of the mail server's own"

    static let cases: [Case] = [
        Case("nothing is known", [:], nil),
        Case("a user", ["objectClass": ["top", "person", "organizationalPerson", "user"]], nil),
        Case("an ordinary account", ["sAMAccountType": ["805306368"], "userAccountControl": ["66048"]], nil),
        Case("a disabled account", ["userAccountControl": ["514"]], nil),
        Case("not critical", ["isCriticalSystemObject": ["FALSE"]], nil),
        Case("a shared mailbox", ["msExchRecipientTypeDetails": ["4"]], nil),
        Case("values that are no numbers", ["userAccountControl": ["x"], "sAMAccountType": [""]], nil),
        Case(
            "numbers that are not quite",
            ["userAccountControl": ["-"], "sAMAccountType": ["8053063690", "0x30000001"]], nil),
        Case("a number beyond all", ["msExchRecipientTypeDetails": ["99999999999999999999"]], nil),
        Case("a class whose name goes on", ["objectClass": ["computers", "compute"]], nil),

        Case("a computer", ["objectClass": ["top", "person", "user", "computer"]], computer),
        Case("letters' case", ["objectClass": ["Computer"]], computer),
        Case("a computer by its type", ["sAMAccountType": ["805306369"]], computer),
        Case("a workstation", ["userAccountControl": ["4096"]], computer),
        Case("a domain controller", ["userAccountControl": ["532480"]], computer),
        Case("a disabled workstation", ["userAccountControl": ["4098"]], computer),
        Case(
            "a group-managed service account", ["objectClass": ["computer", "msDS-GroupManagedServiceAccount"]], service
        ),
        Case("classes in another order", ["objectClass": ["msDS-GroupManagedServiceAccount", "computer"]], service),
        Case("a managed service account", ["objectClass": ["user", "msDS-ManagedServiceAccount"]], service),
        Case(
            "a managed service account by its class, a computer by its type",
            ["sAMAccountType": ["805306369"], "objectClass": ["user", "msDS-ManagedServiceAccount"]], service),
        Case("a trust by its type", ["sAMAccountType": ["805306370"]], trust),
        Case("a trust by its flags", ["userAccountControl": ["2080"]], trust),
        Case("krbtgt", ["isCriticalSystemObject": ["TRUE"], "userAccountControl": ["514"]], system),
        Case("system attendant", ["msExchRecipientTypeDetails": ["8192"]], mailbox),
        Case("arbitration", ["msExchRecipientTypeDetails": ["8388608"]], mailbox),
        Case("discovery", ["msExchRecipientTypeDetails": ["536870912"]], mailbox),
        Case("monitoring", ["msExchRecipientTypeDetails": ["549755813888"]], mailbox),
        Case("a workstation of Samba's", ["sambaAcctFlags": ["[W          ]"]], computer),
        Case("a person of Samba's", ["sambaAcctFlags": ["[UX         ]"]], nil),
    ]

    @Test(arguments: cases) func isToldFromAPerson(_ row: Case) {
        let user = DirectoryUser(id: Made.id("x"), dn: Made.dn("x"), attributes: AttributeValues(row.attributes))
        // Whatever the rules say: one that brings everybody in, and one that keeps everybody out.
        for scope in [Scope.everyone, Scope(exclude: [ScopeRule([])])] {
            let verdicts = Reconciler(scope: scope).verdicts(directory: DirectorySnapshot(users: [user]))
            let isPerson = if case .notAPerson = verdicts[0].verdict { false } else { true }
            #expect(isPerson == (row.what == nil))
            if let what = row.what { #expect(verdicts.map(\.verdict) == [.notAPerson(what)]) }
        }
    }

    @Test(arguments: [
        (DirectorySchema.inetOrgPerson, "device", "a computer"), (.inetOrgPerson, "applicationProcess", "a program"),
        (.generic, "ipaHost", "a computer"), (.generic, "ipaService", "a program"),
    ]) func otherDirectories(_ schema: DirectorySchema, _ name: String, _ what: String) {
        let user = DirectoryUser(
            id: Made.id("x"), dn: Made.dn("x"),
            attributes: AttributeValues(["objectClass": ["inetOrgPerson", name], "mail": ["x@corp.example"]]))
        let verdicts = Reconciler().verdicts(directory: DirectorySnapshot(schema: schema, users: [user]))
        #expect(verdicts.map(\.verdict) == [.notAPerson(what)])
    }

    @Test("a class of one's own") func customClass() {
        var schema = DirectorySchema.activeDirectory
        schema.excludedClasses.insert("corprobot")
        let robot = Made.person("r2", more: ["objectClass": ["user", "corpRobot"]])
        let verdicts = Reconciler().verdicts(directory: DirectorySnapshot(schema: schema, users: [robot]))
        #expect(verdicts.map(\.verdict) == [.notAPerson("an object of a class that is no person's")])
    }

    @Test("every object gets a verdict, in the order of the snapshot") func everyObject() {
        let contact = DirectoryContact(
            id: Made.id("partner"), dn: Made.dn("Partner"),
            attributes: AttributeValues(["displayName": ["Partner"], "mail": ["partner@partner.example"]]))
        let directory = DirectorySnapshot(
            users: [
                Made.person("ana", groups: ["Staff"]), Made.person("pc", more: ["objectClass": ["computer"]]),
                Made.person("bo"),
            ], groups: [Made.group("Staff")], contacts: [contact])
        let verdicts = Reconciler(scope: .members(of: "Staff")).verdicts(directory: directory)
        #expect(verdicts.map(\.name) == ["Ana", "Pc", "Bo", "Staff", "Partner"])
        #expect(verdicts.map(\.kind) == [.user, .user, .user, .group, .contact])
        #expect(verdicts.map(\.dn) == directory.users.map(\.dn) + directory.groups.map(\.dn) + [contact.dn])
        #expect(
            verdicts.map(\.verdict) == [
                .included(Reason(.memberOf, "Staff")), .notAPerson("a computer"), .unmatched, .notAPerson("a group"),
                .notAPerson("a contact"),
            ])
    }

    @Test("a group is included where a rule makes an account of it") func groups() {
        let group = DirectoryGroup(
            id: Made.id("sales"), dn: Made.dn("Sales", in: "Groups"),
            attributes: AttributeValues(["cn": ["Sales"], "proxyAddresses": ["SMTP:sales@corp.example"]]))
        let directory = DirectorySnapshot(users: [], groups: [Made.group("Staff"), group])
        let verdicts = Reconciler(groups: [GroupRule()]).verdicts(directory: directory)
        #expect(verdicts.map(\.verdict) == [.notAPerson("a group"), .included(Reason(.group, "Sales"))])
    }

    @Test("what the verdict needs is read") func readRequest() throws {
        guard case .only(let names) = Reconciler().readRequest.attributes else {
            Issue.record("everything is read")
            return
        }
        let needed: Set<AttributeName> = [
            "objectClass", "sAMAccountType", "userAccountControl", "isCriticalSystemObject",
            "msExchRecipientTypeDetails",
        ]
        #expect(needed.isSubset(of: names))
    }
}
