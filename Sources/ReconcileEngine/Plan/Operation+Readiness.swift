/// Whether an operation still fits what the provider has now.
public enum Readiness: Sendable, Hashable {
    /// Nothing has changed since the plan was made: go ahead.
    case ready
    /// The provider already has what the operation would bring about, as after an answer that was lost.
    case alreadyApplied
    /// Something else has changed since: the operation must not be carried out. The sentence says what.
    case stale(String)
}

extension Operation {
    /// Whether the operation still fits.
    ///
    /// This is how every provider checks a precondition, so that all of them refuse and resume alike.
    ///
    /// - Parameters:
    ///   - current: the account as it is now: the one with the operation's ``id``, or for a creation the one that has its
    ///     key, else the one that has any of its addresses; nil where there is none.
    ///   - fields: the fields that the provider can hold.
    public func readiness(given current: Account?, fields: AccountFields) -> Readiness {
        switch (kind, precondition) {
        case (.create, _): readinessToCreate(given: current, fields: fields)
        case (.delete, .unchanged(let fingerprint)):
            current.map { Fingerprint(of: $0, fields: fields) == fingerprint ? .ready : Self.changed }
                ?? .alreadyApplied
        case (_, .unchanged(let fingerprint)):
            readinessToChange(given: current, fingerprint: fingerprint, fields: fields)
        case (_, .absent): .stale("The plan has no precondition for this operation.")
        }
    }

    private static let changed = Readiness.stale("The account has changed since the plan was made.")

    private func readinessToCreate(given current: Account?, fields: AccountFields) -> Readiness {
        guard let account else { return .stale("The plan does not say what account to create.") }
        guard let current else { return .ready }
        if Difference.changes(from: current, to: account, fields: fields).isEmpty { return .alreadyApplied }
        if let key = account.key, current.key == key {
            return .stale("An account for the same directory object, \(current.address), exists by now.")
        }
        return .stale("The address \(address) or one of its aliases belongs to the account \(current.address) by now.")
    }

    private func readinessToChange(
        given current: Account?, fingerprint: Fingerprint, fields: AccountFields
    ) -> Readiness {
        guard let current else { return .stale("The account does not exist any more.") }
        // Asked first, because the fingerprint leaves out some of what can change.
        if changes.allSatisfy({ !fields.contains($0.field) || current.has($0) }) { return .alreadyApplied }
        return Fingerprint(of: current, fields: fields) == fingerprint ? .ready : Self.changed
    }
}
