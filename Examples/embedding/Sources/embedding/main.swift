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
        "displayName": ["Ana Archer"],
        "proxyAddresses": ["SMTP:ana@corp.example", "smtp:ana.archer@corp.example"],
        "memberOf": [group.dn.text],
    ]))

let reconciler = Reconciler(
    scope: .members(of: "Sooma_50GB"), entitlements: [.quota(.gigabytes(50), group: "Sooma_50GB")])
let plan = reconciler.plan(
    directory: DirectorySnapshot(users: [ana], groups: [group]), provider: ObservedState(accounts: []))

for operation in plan.operations {
    print(operation.kind.rawValue, operation.address, operation.reasons.map(\.description).joined(separator: "; "))
}
