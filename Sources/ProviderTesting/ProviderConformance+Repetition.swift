import ProviderClient
import ReconcileEngine

extension ProviderConformance {
    /// What doing something again should do: nothing.
    ///
    /// A run that was killed, or that lost an answer, relies on it.
    static var repetitionChecks: [Check] {
        [
            Check("creating an account again is called done already") { trial in
                let create = try trial.operation(.create, [try trial.person(1)], from: try await trial.observe())
                try await repeatedly(create, trial)
            }
        ]
            + [Operation.Kind.update, .rename, .suspend, .reactivate, .delete].map { kind in
                Check("a second \(kind.rawValue) is called done already") { trial in
                    try trial.need(kind)
                    let person = try trial.person(1)
                    var state = try await trial.converge([person])
                    if kind == .reactivate {
                        var suspended = person
                        suspended.isActive = false
                        state = try await trial.converge([suspended])
                    }
                    guard let operation = try operation(kind, on: person, trial, state) else {
                        throw NotApplicable(reason: "cannot hold what a \(kind.rawValue) changes")
                    }
                    try await repeatedly(operation, trial)
                }
            }
    }

    /// Carries an operation out twice, and demands that the second time does nothing.
    private static func repeatedly(_ operation: Operation, _ trial: Trial) async throws {
        let first = try await trial.perform(operation)
        let before = try await trial.observe()
        let second = try await trial.provider.apply(operation)
        guard second.wasAlreadyApplied else {
            throw Disagreement("The second time should be called done already, and was carried out.")
        }
        guard second.id == first.id else {
            throw Disagreement("The second answer should be for account \(first.id), and is for \(second.id).")
        }
        try trial.demand(try await trial.observe(), is: before)
    }
}
