/// What becomes of accounts whose person should not have one any more (requirements SO4, ZI10).
public struct Lifecycle: Sendable, Hashable {
    /// What to do with such an account.
    public enum Removal: Sendable, Hashable {
        /// It can no longer be used; data and addresses stay.
        case suspend
        /// It is removed for good, with what it holds.
        case delete
        /// It stays as it is.
        case leave
        /// It is suspended, and removed for good that many days later unless its person has come back (requirement BE7).
        ///
        /// The days count from the run that suspended it, which is remembered in ``Memory/suspensions``.
        case suspendThenDelete(days: Int)
    }

    /// For users that are disabled in the directory.
    public var disabled: Removal
    /// For users that are in the directory, but not in scope any more.
    public var outOfScope: Removal
    /// For users that are gone from the directory.
    public var missing: Removal

    /// Makes a lifecycle, by default one that suspends and never deletes.
    public init(disabled: Removal = .suspend, outOfScope: Removal = .suspend, missing: Removal = .suspend) {
        self.disabled = disabled
        self.outOfScope = outOfScope
        self.missing = missing
    }

    /// Whoever is gone, out of scope or disabled is suspended; nobody is deleted.
    public static let suspendMissing = Lifecycle()

    /// Nothing is suspended or deleted.
    public static let leaveEverything = Lifecycle(disabled: .leave, outOfScope: .leave, missing: .leave)
}
