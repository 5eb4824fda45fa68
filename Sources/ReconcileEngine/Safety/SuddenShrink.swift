internal import DirectoryModel

/// Holds back what is destructive where the directory has far fewer users, or far fewer of them in scope, than at the last
/// run.
///
/// A read can be complete and still show half a company: a right was lost, or a filter was changed on the server. Nothing
/// is held where no run is remembered, or where the directory was read in part, which has a rail of its own.
public struct SuddenShrink: Rail, Hashable {
    /// The most users that may be missing, as a percentage of those at the last run.
    public var percent: Double
    /// From how many users at the last run on ``percent`` counts.
    public var minimumBase: Int
    /// What is held back.
    public var hold: Hold

    /// Makes the rail; by default what is destructive is held back where a fifth is missing.
    public init(percent: Double = 20, minimumBase: Int = 20, hold: Hold = .destructive) {
        self.percent = percent
        self.minimumBase = minimumBase
        self.hold = hold
    }

    /// Tells how many there were and how many there are.
    public func violations(in draft: PlanDraft) -> [Violation] {
        guard let last = draft.memory?.lastRun, draft.overview.directoryIncomplete.isEmpty,
            draft.overview.undoneRun == nil, draft.operations.contains(where: hold.includes)
        else { return [] }
        let counts = [
            ("users", draft.overview.users, last.users),
            ("users in scope", draft.overview.usersInScope, last.usersInScope),
        ]
        let threshold = Threshold(count: nil, percent: percent, minimumBase: minimumBase)
        for (what, now, before) in counts {
            guard let excess = threshold.excess(before - now, of: before, what, allowedBy: "limits.shrink") else {
                continue
            }
            return [
                Violation(
                    rail: "limits.shrink",
                    "There are \(now) \(what), and at the last run, on \(last.at), there were \(before). "
                        + "Missing are \(excess). Check the search base, the filter and what the account may read.",
                    hold: hold)
            ]
        }
        return []
    }
}

/// Holds back what is destructive at the first run of a profile against a provider that has accounts already.
///
/// Somebody made those accounts, and not by these rules: a person should have seen what the rules would take away from
/// them. Nothing is held where nothing is remembered between runs, since every run would be the first then.
public struct FirstRun: Rail, Hashable {
    /// What is held back.
    public var hold: Hold

    /// Makes the rail; by default what is destructive is held back.
    public init(hold: Hold = .destructive) { self.hold = hold }

    /// Tells how many accounts there are that this profile has not made.
    public func violations(in draft: PlanDraft) -> [Violation] {
        guard let memory = draft.memory, memory.lastRun == nil, draft.overview.undoneRun == nil,
            draft.operations.contains(where: hold.includes)
        else { return [] }
        let others = draft.provider.accounts.count { observed in
            observed.account.key.flatMap { memory.links[$0] } != observed.id
        }
        guard others > 0 else { return [] }
        let made = others == draft.provider.accounts.count ? "none" : "\(draft.provider.accounts.count - others)"
        return [
            Violation(
                rail: "first-run",
                "This is the first run of this profile, and \(draft.overview.provider) has "
                    + "\(draft.provider.accounts.count) accounts: the profile has made \(made) of them.", hold: hold)
        ]
    }
}
