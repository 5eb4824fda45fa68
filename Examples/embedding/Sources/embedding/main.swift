// Rules in, plan out: what a team can put into its own tool, or into a test of its own rules.
import DirectoryModel
import ReconcileEngine

let group = DirectoryGroup(
    id: try ObjectID(uuidText: "6b1f0a52-6d0e-4f39-9a35-0c9a4d0f3a11"),
    dn: try DistinguishedName("CN=Sooma_50GB,OU=Groups,DC=corp,DC=example"),
    attributes: AttributeValues(["cn": ["Sooma_50GB"]]))

let ana = DirectoryUser(
    id: try ObjectID(uuidText: "0c9a4d0f-3a11-4f39-9a35-6b1f0a526d0e"),
    dn: try DistinguishedName("CN=Ana,OU=Staff,DC=corp,DC=example"),
    attributes: AttributeValues([
        "displayName": ["Ana Archer"], "whenCreated": ["20250301080000.0Z"],
        "proxyAddresses": ["SMTP:ana@corp.example", "smtp:ana.archer@corp.example"],
        "memberOf": [group.dn.text],
    ]))

var reconciler = Reconciler(
    scope: .members(of: "Sooma_50GB"), entitlements: [.quota(.gigabytes(50), group: "Sooma_50GB")])
let directory = DirectorySnapshot(users: [ana], groups: [group])
let provider = ObservedState(accounts: [])
let plan = reconciler.plan(directory: directory, provider: provider)

for operation in plan.operations {
    print(operation.kind.rawValue, operation.address, operation.reasons.map(\.description).joined(separator: "; "))
}

// The same with a condition, a function and a rail of one's own, each in a file beside this one.
reconciler.scope.include = [ScopeRule([MemberOf("Sooma_50GB"), HiredAfter(year: "2024")])]
reconciler.mapping.name = TextRule(.first(of: ["displayName"]), [Initials()])
reconciler.rails = [NoNewDomains()]
let strict = reconciler.plan(directory: directory, provider: provider)

for held in strict.held {
    let reason = held.operation.reasons.map(\.description).joined(separator: "; ")
    print("held", held.operation.address, held.operation.account?.name ?? "", reason)
    for violation in held.violations { print(strict.violations[violation]) }
}

// Why, for one person.
let explanation = reconciler.explain(.object(ana.id), directory: directory, provider: provider)
for rule in explanation?.rules ?? [] {
    for condition in rule.conditions { print(condition.text, condition.holds ? "yes" : "no") }
}
