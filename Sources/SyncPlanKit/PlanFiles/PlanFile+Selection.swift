public import ReconcileEngine

extension PlanFile {
    /// The plan with a part of its operations, as a plan of its own with a digest of its own.
    ///
    /// What an earlier run has done of the whole plan is known by its effect then, and not by the journal.
    ///
    /// - Parameter approved: the violations that a person has approved, as positions in `Plan.violations`.
    /// - Returns: this plan where everything is wanted and nothing is approved.
    /// - Throws: `SelectionError` where a criterion meets nothing.
    public func selecting(
        _ selection: PlanSelection, approving approved: Set<Int> = []
    ) throws(SelectionError) -> PlanFile {
        if selection.isEverything && approved.isEmpty { return self }
        return PlanFile(plan: try plan.approving(approved).selecting(selection), header: header)
    }
}
