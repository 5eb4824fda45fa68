// Plans from an LDIF file, with rules written in Swift, for a provider that has no accounts yet. Nothing is changed.
import DirectoryModel
import FileSource
import ReconcileEngine

let path = CommandLine.arguments.dropFirst().first ?? "directory.ldif"
let snapshot = try await LDIFFile(path: path, schema: .activeDirectory).read(ReadRequest()) { _ in }
let observed = ObservedState(accounts: [])

let reconciler = Reconciler(
    scope: .members(of: "Sooma_5GB", "Sooma_50GB"),
    entitlements: [.quota(.gigabytes(5), group: "Sooma_5GB"), .quota(.gigabytes(50), group: "Sooma_50GB")],
    lifecycle: .suspendMissing, rails: .standard)
let plan = reconciler.plan(directory: snapshot, provider: observed)
for operation in plan.operations { print(operation.kind, operation.address, operation.reasons) }

// What needs a person's eye is a value, not a message: who shares an address, who has none.
for finding in plan.findings { print("note:", finding.text) }

// Why, for one person.
if let first = snapshot.users.first {
    let explanation = reconciler.explain(.object(first.id), directory: snapshot, provider: observed)
    for rule in explanation?.rules ?? [] { print(first.dn, rule.conditions.map { "\($0.text): \($0.holds)" }) }
}
