// The whole run, as `sync-plan apply --yes` does it, in a program of one's own.
import PlanExecution
import ReconcileEngine
import SyncPlanKit

let path = CommandLine.arguments.dropFirst().first ?? "sync-plan.yaml"
let profile = try Profile(configuration: ConfigurationFile(path: path).load())

// Nobody else may be at work with the same state: the lock is held until the program ends.
let lock = try profile.lock()
try profile.requireNoQuarantine()
let file = try await profile.plan()
try file.write(to: "latest.plan")
try PlanReport(file, savedAs: "latest.plan").write(to: "latest.html")

// What a safety rule holds is not done. Somebody looks at it, and applies the saved plan with the rule's token.
for held in file.plan.held { print("held:", held.operation.kind, held.operation.address) }

let report = try await profile.apply(file) { progress in
    if case .applying(let applied) = progress { print(applied) }
}
for entry in report.entries {
    switch entry.result {
    case .failed(_, let message), .stale(let message): print("failed:", message)
    case .done, .alreadyApplied, .doneEarlier, .notStarted: break
    }
}
print(report.isComplete ? "Everything is done." : "Some of it is not done.")
