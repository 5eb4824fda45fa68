import DirectoryModel
import ReconcileEngine

/// A rail of one's own: nobody is the first to get an account in a domain, unless a person has agreed.
struct NoNewDomains: Rail {
    func violations(in draft: PlanDraft) -> [Violation] {
        let known = Set(draft.provider.accounts.map(\.account.address.domain))
        let new = draft.operations.filter { $0.kind == .create && !known.contains($0.address.domain) }
        if new.isEmpty { return [] }
        let names = Set(new.map(\.address.domain.text)).sorted().joined(separator: ", ")
        return [
            Violation(
                rail: "no-new-domains", "No account is in \(names) yet.",
                hold: .operations(.create, of: Set(new.map(\.address))))
        ]
    }
}
