import DirectoryModel
import ProviderClient
import ReconcileEngine

extension ProviderConformance {
    /// What a listing should be like.
    static func listingChecks(_ accountCount: Int) -> [Check] {
        [
            Check("a provider without accounts lists none") { trial in
                try trial.demand(try await trial.observe(), has: [])
            },
            Check("the connection test passes and changes nothing") { trial in
                for step in await trial.provider.check() where !step.passed {
                    throw Disagreement("\(step.title): \(step.detail)")
                }
                try trial.demand(try await trial.observe(), has: [])
            },
            Check("a listing changes nothing") { trial in
                let first = try await trial.converge([try trial.person(1), try trial.person(2)])
                try trial.demand(try await trial.observe(), is: first)
            },
            Check("every account is listed once, however many pages that takes") { trial in
                let people = try (0..<accountCount).map(trial.person)
                let plan = try trial.plan(people, from: try await trial.observe())
                for operation in plan.operations { try await trial.perform(operation) }
                try trial.demand(try await trial.observe(), has: people)
            },
        ]
    }
}
