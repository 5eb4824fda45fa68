internal import ReconcileEngine

/// One-time approval (requirement BE4): a person says *yes* to certain violations of one saved plan, and to nothing else.
extension PlanFile {
    /// The tokens by which violations are approved, in the order of `Plan.violations`; nil for those that nobody can
    /// approve.
    ///
    /// A token is the first eight hexadecimal digits of SHA-256 over the plan's digest, the rail, the sentence and the
    /// hold, with a zero byte after each. So it means one violation of one plan: after anything has changed, the new
    /// plan has new ones.
    public var approvalTokens: [String?] { plan.violations.map { $0.isApprovable ? token(of: $0) : nil } }

    /// The commands that approve violations, in the order of `Plan.violations`; nil for those that nobody can approve.
    ///
    /// - Parameter path: where the plan is saved.
    public func approvalCommands(savedAs path: String) -> [String?] {
        approvalTokens.map { $0.map { "sync-plan apply \(path.shellWord) --approve \($0)" } }
    }

    /// The violations that tokens approve, as positions in `Plan.violations`.
    ///
    /// - Throws: ``ApprovalError`` for the first token that approves nothing here.
    public func violations(approvedBy tokens: [String]) throws(ApprovalError) -> Set<Int> {
        let known = approvalTokens
        var approved: Set<Int> = []
        for token in tokens {
            let matching = known.indices.filter { known[$0] == token.lowercased() }
            // Two that differ and have one token, by chance, are approved by none: which one was meant is not known.
            guard Set(matching.map { plan.violations[$0] }).count == 1 else { throw ApprovalError(token: token) }
            approved.formUnion(matching)
        }
        return approved
    }

    private func token(of violation: Violation) -> String {
        let parts = [digest.text, violation.rail, violation.text, violation.hold.description]
        return String(PlanDigest(ofBytes: parts.flatMap { Array($0.utf8) + [0] }).text.prefix(8))
    }
}

/// A token that approves nothing in a plan.
public struct ApprovalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The token.
    public let token: String

    /// What is wrong and what to do.
    public var description: String {
        "The token \(token.printable) approves nothing in this plan: it is mistyped, or belongs to another plan. "
            + "Nothing has been changed. `sync-plan plan --out FILE` shows the tokens of the plan that it saves."
    }
}
