internal import DirectoryModel

/// Holds back what switches forbid, whoever sets them (requirements KO1 and KO2); nobody can approve it.
struct ForbiddenOperations: Rail {
    /// The switches of the profile.
    let profile: Switches
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
}
