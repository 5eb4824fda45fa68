internal import DirectoryModel
internal import ReconcileEngine

/// What a plan leaves behind for the next run, besides what its operations do.
struct RunNote: Sendable {
    /// The run in numbers.
    let summary: RunSummary
    /// The accounts that are suspended and wait for their deletion.
    let pending: [PendingDeletion]
    /// Accounts that were known again by their bindings.
    let recognized: [RecognizedLink]

    /// The note on a plan; nil where the plan is no measure for later ones: the directory was read in part, or a safety
    /// rule has doubts about the run as a whole.
    ///
    /// Else, a rail that holds everything back because too many are missing, or because it is the first run, would have
    /// nothing to say any more at the second.
    init?(_ plan: Plan, madeAt time: Timestamp) {
        // What undoes a run has seen no directory.
        guard plan.overview.directoryIncomplete.isEmpty, plan.overview.undoneRun == nil else { return nil }
        for violation in plan.violations where violation.hold == .everything || violation.hold == .destructive {
            return nil
        }
        summary = RunSummary(at: time, users: plan.overview.users, usersInScope: plan.overview.usersInScope)
        pending = plan.pending
        recognized = plan.recognized
    }
}
