import DirectoryModel
import ReconcileEngine
import SyncPlanKit
import TestSupport

/// Plans of made-up companies, for what is shown and saved.
enum Plans {
    static let groups = ["Sooma_5GB", "Sooma_50GB"].map(Made.group)

    static func rules(_ change: (inout Reconciler) -> Void = { _ in }) -> Reconciler {
        var rules = Reconciler(
            scope: .members(of: "Sooma_5GB", "Sooma_50GB"),
            entitlements: [
                .quota(.gigabytes(5), group: "Sooma_5GB"), .quota(.gigabytes(50), group: "Sooma_50GB"),
            ])
        rules.domains = ClaimedDomains(["corp.example", "brand.example"].map { try! MailDomain($0) })
        rules.lifecycle = Lifecycle(disabled: .suspend, outOfScope: .suspend, missing: .delete)
        change(&rules)
        return rules
    }

    static func plan(
        _ users: [DirectoryUser], _ accounts: [ObservedAccount], incomplete: [Incompleteness] = [],
        rules: Reconciler = rules()
    ) -> Plan {
        rules.plan(
            directory: DirectorySnapshot(source: "corp.example", users: users, groups: groups, incomplete: incomplete),
            provider: ObservedState(provider: "mail.db", accounts: accounts))
    }

    /// A plan with every kind of operation, something held, and notes of several kinds.
    static let everything: Plan = {
        let five = ByteCount.gigabytes(5)
        let small = ["Sooma_5GB"]
        let users = [
            Made.person("ana", proxy: ["SMTP:ana@corp.example", "smtp:ana.b@brand.example"], groups: ["Sooma_50GB"]),
            Made.person("bo", proxy: ["SMTP:bo@corp.example", "smtp:ops@corp.example"], groups: small),
            Made.person("cy", proxy: ["SMTP:cy@corp.example", "smtp:ops@corp.example"], groups: small),
            Made.person("dan", groups: small, control: "514"),
            Made.person("eve"),
            Made.person("mia", proxy: ["SMTP:mia.jones@corp.example", "smtp:mia@corp.example"], groups: small),
            Made.person(
                "new", proxy: ["SMTP:new@corp.example", "smtp:n1@corp.example", "smtp:n2@corp.example"], groups: small),
            Made.person("back", groups: small),
            Made.person("boss", groups: ["Sooma_50GB"]),
            Made.person("none", proxy: [], groups: small),
            Made.person("abroad", proxy: ["SMTP:abroad@corp.example", "smtp:abroad@elsewhere.example"], groups: small),
            Made.person("both", groups: ["Sooma_5GB", "Sooma_50GB"]),
            Made.person("found", groups: small),
        ]
        let accounts = [
            Made.account("ana", aliases: ["ana.old@corp.example"], quota: five),
            Made.account("bo", quota: five), Made.account("dan", quota: five), Made.account("eve", quota: five),
            Made.account("mia", quota: five), Made.account("back", quota: five, isActive: false),
            Made.account("boss", quota: five), Made.account("old", quota: five),
            Made.account("found", quota: five, isBound: false), Made.account("admin", isBound: false),
        ]
        return plan(
            users, accounts,
            rules: rules { $0.rails = .standard + [ProtectedAccounts([Made.address("boss@corp.example")])] })
    }()

    /// Far more of everything than anybody wants to read.
    static let many: Plan = {
        var users = (100..<130).map { Made.person("new\($0)", groups: ["Sooma_5GB"]) }
        users += (100..<112).map { Made.person("none\($0)", proxy: [], groups: ["Sooma_5GB"]) }
        users += (100..<140).map { Made.person("left\($0)") }
        let accounts = (100..<140).map { Made.account("left\($0)", quota: .gigabytes(5)) }
        return plan(users, accounts, rules: rules { $0.rails = .standard })
    }()

    /// What a read that broke off makes of it.
    static let incomplete = plan(
        [Made.person("ana", groups: ["Sooma_50GB"]), Made.person("new", groups: ["Sooma_5GB"])],
        [Made.account("ana", quota: .gigabytes(5)), Made.account("unseen")],
        incomplete: [
            Incompleteness(
                .sizeLimit, "The server ended the search with 4 sizeLimitExceeded.", remedy: "Raise the limit.")
        ], rules: rules { $0.rails = .standard })

    /// Functional accounts, a group, delegates, and accounts that will be deleted one day.
    static let shared: Plan = {
        let now = Timestamp(secondsSince1970: 1_800_000_000)
        let users = ["ana", "bo"].map { Made.person($0, groups: ["Sooma_5GB", "support", "info"]) }
        let all =
            groups + ["support", "info", "news"].map { Made.group($0, proxy: ["SMTP:\($0)@corp.example"]) }
        let info = ObservedAccount(
            id: AccountID("id-info"),
            account: Account(
                kind: .functional, key: Made.id("group info"), address: Made.address("info@corp.example"),
                name: "info", delegates: ["ana", "dan"].map { Made.address("\($0)@corp.example") }))
        let accounts = [
            Made.account("ana", quota: .gigabytes(5)), Made.account("bo", quota: .gigabytes(5)),
            Made.account("dan", quota: .gigabytes(5)), Made.account("eve", quota: .gigabytes(5), isActive: false), info,
        ]
        let memory = Memory(
            links: Dictionary(uniqueKeysWithValues: accounts.map { ($0.account.key!, $0.id) }),
            suspensions: [AccountID("id-eve"): now.adding(days: -3)])
        let rules = Plans.rules {
            $0.groups = [GroupRule(.group, of: .groups(["news"])), GroupRule(.functional)]
            $0.lifecycle.missing = .suspendThenDelete(days: 30)
            $0.rails = []
        }
        return rules.plan(
            directory: DirectorySnapshot(source: "corp.example", users: users, groups: all),
            provider: ObservedState(provider: "mail.db", accounts: accounts), remembering: memory, at: now)
    }()

    /// Values that would do something to a terminal, or to JSON, if they were written as they are.
    static let hostile: Plan = {
        let escape = "\u{1B}[2J\u{7}\r\n"
        let attributes: KeyValuePairs<AttributeName, [String]> = [
            "displayName": ["Red \(escape) \"Quote\" \\ \u{9B}31m \u{202E}evil \u{7F}"],
            "proxyAddresses": ["SMTP:nasty@corp.example", "smtp:not an\(escape)address"],
            "memberOf": [Made.dn("Sooma_5GB", in: "Groups").text], "userAccountControl": ["512"],
        ]
        return plan(
            [DirectoryUser(id: Made.id("nasty"), dn: Made.dn("nasty"), attributes: AttributeValues(attributes))], [])
    }()

    /// What would do something in a page, in Markdown or in a spreadsheet if it were written as it is.
    static let attacks = [
        "<script>document.title='taken'</script>", "</script><script>document.title='taken'</script>",
        "<img src=x onerror=\"document.title='taken'\">", "--><!-- <b>bold", "</table></details><svg onload=alert(1)>",
        "a | b || c", "`code` ``more``", "*bold* _leaning_ ~~gone~~", "[text](javascript:alert(1))",
        "![image](https://elsewhere.example/i.png)", "https://elsewhere.example www.elsewhere.example",
        "@everyone #1 !2 $3 &4 %5 ~6", "{{data}} {{script}}", "\\u003cscript>", "=1+1", "@SUM(A1)",
        "# head\n- item\n/close",
        "\u{202E}drow \u{200B}", "&lt;b&gt; &#60; &amp;", "\\| \\\\| \\", "'\"><b>", "-2+3 |",
    ]

    /// Every attack as the name of a person, in an address and in an alias, for new accounts and for changed ones.
    static let attacked: Plan = {
        let people = attacks.enumerated().map { index, attack -> DirectoryUser in
            let signs = attack.filter { $0.isASCII && !"\\\"\n".contains($0) && $0 != " " }
            let attributes: KeyValuePairs<AttributeName, [String]> = [
                "displayName": [attack], "userAccountControl": ["512"],
                "proxyAddresses": [
                    "SMTP:\"\(index)\(signs)\"@corp.example", "smtp:\"\(index)`|<b>\"@brand.example",
                ],
                "memberOf": [Made.dn("Sooma_5GB", in: "Groups").text],
            ]
            let name = "\(index) \(attack)"
            return DirectoryUser(id: Made.id(name), dn: Made.dn(name), attributes: AttributeValues(attributes))
        }
        let accounts = people.enumerated().filter { $0.offset.isMultiple(of: 2) }.map { index, user in
            ObservedAccount(
                id: AccountID("<i>\(index)</i>"),
                account: Account(key: user.id, address: Made.address("old\(index)@corp.example"), name: "=\(index)"))
        }
        return plan(people, accounts, rules: rules { $0.rails = [ActionLimit(.create, count: 3)] })
    }()

    /// People of several domains.
    static let domains: Plan = {
        func people(_ name: String, _ count: Int, _ domain: String) -> [DirectoryUser] {
            (0..<count).map {
                Made.person("\(name)\($0)", proxy: ["SMTP:\(name)\($0)@\(domain)"], groups: ["Sooma_5GB"])
            }
        }
        let accounts = ["corp", "brand"].map { Made.account("old \($0)", address: "old@\($0).example") }
        return plan(
            people("a", 2, "brand.example") + people("b", 4, "corp.example") + people("c", 1, "brand.example"),
            accounts)
    }()

    /// Operations that two rules hold, beside some that one of them does.
    static let heldTwice = plan(
        [], ["boss", "old", "older"].map { Made.account($0) },
        rules: rules {
            $0.rails = [
                ActionLimit(.delete, count: 1),
                ProtectedAccounts(["boss", "older"].map { Made.address("\($0)@corp.example") }),
            ]
        })

    /// All of them, for what must hold of any plan.
    static let all = [everything, many, incomplete, shared, hostile, attacked, domains, heldTwice, plan([], [])]

    /// A plan as it is saved.
    static func file(_ plan: Plan) -> PlanFile {
        PlanFile(
            plan: plan,
            header: PlanHeader(
                configuration: "c0ffee", provider: "mail.db", madeAt: Timestamp(secondsSince1970: 1_700_000_000),
                tool: "9.8.7"))
    }
}
