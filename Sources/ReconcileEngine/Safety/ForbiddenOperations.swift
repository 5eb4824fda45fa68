internal import DirectoryModel

/// Holds back what switches forbid, whoever sets them (requirements KO1 and KO2); nobody can approve it.
struct ForbiddenOperations: Rail {
    /// The switches of the profile.
    let profile: Switches
    /// Further switches of the profile, for functional accounts and groups.
    let groups: Switches
    /// The switches of the provider, which come on top.
    let provider: Switches

    /// What each switch that forbids something holds back, and what it says.
    private static let holds: [(switch: Switches, hold: Hold, meaning: String)] = [
        (.dryRun, .everything, "nothing is done"),
        (.noUpdate, .kinds([.update, .rename, .suspend, .reactivate, .adopt]), "accounts that exist are not changed"),
        (.noCreate, .kind(.create), "no account is made"),
        (.noDelete, .kind(.delete), "no account is deleted"),
        (.noUpdateProviderMismatch, .kind(.adopt), "accounts that this profile has not made are not adopted"),
    ]

    func violations(in draft: PlanDraft) -> [Violation] {
        general(draft) + ofGroups(draft)
    }

    private func general(_ draft: PlanDraft) -> [Violation] {
        Self.holds.compactMap { forbidden, hold, meaning in
            guard profile.union(provider).contains(forbidden), draft.operations.contains(where: hold.includes) else {
                return nil
            }
            let name = forbidden.names.joined()
            let who = [
                profile.contains(forbidden) ? "the configuration" : nil,
                provider.contains(forbidden) ? draft.overview.provider : nil,
            ].compactMap { $0 }.joined(separator: " and ")
            let sentence = "\(Violation.settingsPrefix)\(name) is set by \(who): \(meaning)."
            return Violation(rail: Violation.settingsPrefix + name, sentence, hold: hold)
        }
    }

    private func ofGroups(_ draft: PlanDraft) -> [Violation] {
        let further = groups.subtracting(profile.union(provider))
        if further.isEmpty { return [] }
        let subjects = draft.subjects(of: draft.operations).filter { $0.account.kind != .personal }.map(\.operation)
        return Self.holds.filter { further.contains($0.switch) }.flatMap { forbidden, hold, meaning -> [Violation] in
            let byKind = Dictionary(grouping: subjects.filter(hold.includes), by: \.kind)
            let name = "groups.\(forbidden.names.joined())"
            return Operation.Kind.allCases.compactMap { kind in
                guard let held = byKind[kind] else { return nil }
                return Violation(
                    rail: Violation.settingsPrefix + name,
                    "\(Violation.settingsPrefix)\(name) is set by the configuration: of functional accounts and groups, "
                        + "\(meaning).", hold: .operations(kind, of: Set(held.map(\.address))))
            }
        }
    }
}
