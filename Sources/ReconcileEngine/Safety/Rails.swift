internal import DirectoryModel

/// Holds back a plan whose directory was not read completely (requirement BE1).
///
/// Removals cannot be planned from such a read at all; this rail is about everything else that may come of not having
/// seen a group or a person.
public struct CompleteDirectory: Rail {
    /// What is held back.
    public var hold: Hold

    /// Makes the rail; by default everything is held back.
    public init(hold: Hold = .everything) { self.hold = hold }

    /// Tells why the read is partial.
    public func violations(in draft: PlanDraft) -> [Violation] {
        guard let first = draft.overview.directoryIncomplete.first else { return [] }
        let more = draft.overview.directoryIncomplete.count - 1
        let rest = more > 0 ? " (and \(more) more)" : ""
        return [
            Violation(
                rail: "complete-directory",
                "The directory was not read completely, so nobody can be called missing. \(first)\(rest)", hold: hold)
        ]
    }
}

/// Holds back a plan whose provider did not list all its accounts: what it did not list would be created again.
public struct CompleteProvider: Rail {
    /// What is held back.
    public var hold: Hold

    /// Makes the rail; by default everything is held back.
    public init(hold: Hold = .everything) { self.hold = hold }

    /// Tells why the listing is partial.
    public func violations(in draft: PlanDraft) -> [Violation] {
        draft.overview.providerIncomplete.prefix(1).map {
            Violation(
                rail: "complete-provider", "The provider's accounts were not listed completely. \($0)", hold: hold)
        }
    }
}

/// Holds back a plan in which nobody is in scope although the provider has accounts that people were given.
///
/// An empty answer is more often a wrong base, a wrong filter or a lost right than a company that everybody left.
public struct NonEmptyScope: Rail {
    /// What is held back.
    public var hold: Hold

    /// Makes the rail; by default everything is held back.
    public init(hold: Hold = .everything) { self.hold = hold }

    /// Tells that nobody is in scope.
    public func violations(in draft: PlanDraft) -> [Violation] {
        let overview = draft.overview
        guard overview.usersInScope == 0, overview.managedAccounts > 0, overview.undoneRun == nil else { return [] }
        let what = overview.users == 0 ? "The directory has no user" : "None of \(overview.users) users is in scope"
        return [
            Violation(
                rail: "empty-scope",
                "\(what), but \(overview.managedAccounts) accounts were given to somebody. "
                    + "Check the search base, the filter and what the account may read.", hold: hold)
        ]
    }
}

/// Holds back what is destructive where a rule names a group that is not there, or that is not the only one of its name.
public struct ResolvedGroups: Rail {
    /// What is held back.
    public var hold: Hold

    /// Makes the rail; by default what is destructive is held back.
    public init(hold: Hold = .destructive) { self.hold = hold }

    /// Tells which groups are unclear.
    public func violations(in draft: PlanDraft) -> [Violation] {
        draft.unresolvedGroups.map { Violation(rail: "resolved-groups", $0, hold: hold) }
    }
}
