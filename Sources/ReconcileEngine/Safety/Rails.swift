public import DirectoryModel

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
        guard overview.usersInScope == 0, overview.managedAccounts > 0 else { return [] }
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

/// Holds back all operations of one kind where there are more than a number or a share of the accounts.
public struct ActionLimit: Rail, Hashable {
    /// The kind of operation.
    public var kind: Operation.Kind
    /// The most operations; nil for no such limit.
    public var count: Int?
    /// The most operations as a percentage of the managed accounts; nil for no such limit.
    public var percent: Double?
    /// From how many managed accounts on ``percent`` counts: of three accounts, one is always a third.
    public var minimumBase: Int

    /// Makes a limit.
    public init(_ kind: Operation.Kind, count: Int? = nil, percent: Double? = nil, minimumBase: Int = 20) {
        self.kind = kind
        self.count = count
        self.percent = percent
        self.minimumBase = minimumBase
    }

    /// Tells which limit is passed, and by how much.
    public func violations(in draft: PlanDraft) -> [Violation] {
        let planned = draft.count(of: kind)
        let base = draft.overview.managedAccounts
        var passed: [String] = []
        if let count, planned > count { passed.append("more than the \(count) that limits.\(kind.rawValue) allows") }
        if let percent, base >= minimumBase, Double(planned) * 100 > percent * Double(base) {
            passed.append(
                "\(Self.text(Double(planned) * 100 / Double(base)))% of \(base) accounts, "
                    + "more than the \(Self.text(percent))% that limits.\(kind.rawValue) allows")
        }
        guard !passed.isEmpty else { return [] }
        return [
            Violation(
                rail: "limits.\(kind.rawValue)",
                "\(planned) operations of the kind \(kind.rawValue): \(passed.joined(separator: "; ")).",
                hold: .kind(kind))
        ]
    }

    /// A number with at most one decimal.
    private static func text(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard tenths.magnitude < 1e15 else { return "\(value)" }
        let whole = Int64(tenths)
        return whole % 10 == 0 ? "\(whole / 10)" : "\(whole / 10).\(whole.magnitude % 10)"
    }
}

/// Never lets a plan touch certain accounts, such as an administrator's.
public struct ProtectedAccounts: Rail {
    /// The primary addresses of the accounts.
    public var addresses: Set<MailAddress>

    /// Makes the rail.
    public init(_ addresses: some Sequence<MailAddress>) { self.addresses = Set(addresses) }

    /// Tells which protected accounts the plan would touch.
    public func violations(in draft: PlanDraft) -> [Violation] {
        draft.operations.lazy
            .filter { $0.kind != .create && addresses.contains($0.address) }
            .map {
                Violation(
                    rail: "protected", "\($0.address) is protected: its \($0.kind.rawValue) is held back.",
                    hold: .account($0.address.text))
            }
    }
}
