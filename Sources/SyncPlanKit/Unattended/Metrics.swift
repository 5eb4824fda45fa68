package import DirectoryModel
internal import PlanExecution
internal import ReconcileEngine

/// The metrics of a run as text for node_exporter's textfile collector, in a form that OpenMetrics has too.
///
/// All of them are gauges: they tell of the last run. What a run did not get to know is left out, and not 0.
package struct Metrics {
    /// One metric with its values.
    package struct Family {
        package let name: String
        let help: String
        /// Values, each with its labels besides the profile.
        package let samples: [(labels: [(name: String, value: String)], value: Double)]
    }

    let profile: String
    package let families: [Family]

    package init(_ outcome: RunOutcome, lastSuccess: Int64?, quarantinedUntil: Timestamp?) {
        profile = outcome.profile
        var families: [Family] = []
        func add(_ name: String, _ help: String, _ value: Double) {
            families.append(Family(name: "sync_plan_\(name)", help: help, samples: [([], value)]))
        }
        let isSuccess = outcome.status == .success
        let ended = outcome.began.secondsSince1970 + outcome.duration.components.seconds
        add("last_run_timestamp_seconds", "When the last run ended.", Double(ended))
        add("last_run_duration_seconds", "How long it took.", outcome.duration.seconds)
        add("last_run_success", "1 where it ended with exit code 0, else 0.", isSuccess ? 1 : 0)
        add("last_run_exit_code", "Its exit code.", Double(outcome.status.rawValue))
        if let lastSuccess {
            add("last_success_timestamp_seconds", "When a run last ended with exit code 0.", Double(lastSuccess))
        }
        add(
            "quarantine_until_timestamp_seconds",
            "Until when the provider is left alone because most calls failed; 0 where it is not.",
            Double(quarantinedUntil?.secondsSince1970 ?? 0))
        if outcome.entries > 0 {
            add("directory_entries_read", "Entries of the directory that were read.", Double(outcome.entries))
        }
        if let plan = outcome.plan {
            add("directory_users", "Users in the directory.", Double(plan.overview.users))
            add("directory_users_in_scope", "Users who should have an account.", Double(plan.overview.usersInScope))
            add("accounts", "Accounts of the provider.", Double(plan.overview.accounts))
            add(
                "accounts_managed", "Those of them that are bound to a directory object.",
                Double(plan.overview.managedAccounts))
            add("deletions_pending", "Suspended accounts that wait for their deletion.", Double(plan.pending.count))
            families.append(Self.operations(plan, outcome.report))
            let codes = Dictionary(grouping: plan.findings, by: \.code.rawValue)
            families.append(
                Family(
                    name: "sync_plan_findings", help: "What somebody should know, by kind.",
                    samples: codes.sorted { $0.key < $1.key }.map { ([("code", $0.key)], Double($0.value.count)) }))
        }
        self.families = families
    }

    /// What can become of an operation.
    static let results = ["done", "failed", "held", "not-started", "stale"]

    private static func operations(_ plan: Plan, _ report: ApplyReport?) -> Family {
        var counts: [[String]: Int] = [:]
        for held in plan.held { counts[[held.operation.kind.rawValue, "held"], default: 0] += 1 }
        for entry in report?.entries ?? [] {
            let result =
                switch entry.result {
                case .done, .alreadyApplied, .doneEarlier: "done"
                case .stale: "stale"
                case .failed: "failed"
                case .notStarted: "not-started"
                }
            counts[[entry.operation.kind.rawValue, result], default: 0] += 1
        }
        let samples = Operation.Kind.allCases.flatMap { kind in
            results.map { result in
                ([("kind", kind.rawValue), ("result", result)], Double(counts[[kind.rawValue, result]] ?? 0))
            }
        }
        return Family(
            name: "sync_plan_operations", help: "Operations of the last run, by kind and what became of them.",
            samples: samples)
    }

    /// The file's text.
    package var text: String {
        families.filter { !$0.samples.isEmpty }.map { family in
            var lines = ["# HELP \(family.name) \(family.help)", "# TYPE \(family.name) gauge"]
            for (labels, value) in family.samples {
                let all = [("profile", profile)] + labels
                let text = all.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
                lines.append("\(family.name){\(text)} \(value.plain)")
            }
            return lines.joined(separator: "\n") + "\n"
        }.joined() + "# EOF\n"
    }

    /// A value of a label, between its quotation marks.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
