/// What a run may do at all, with the names and meanings of ad-connect's `settings` (requirement KO1).
///
/// What a switch forbids is still planned, and shown as held: nobody can approve it.
public struct Switches: OptionSet, Sendable, Hashable {
    /// The switches as bits.
    public let rawValue: UInt8
    /// Makes switches from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `dry-run`: nothing is done.
    public static let dryRun = Switches(rawValue: 1 << 0)
    /// `no-update`: accounts that exist are not changed, being renamed, suspended and reactivated included.
    public static let noUpdate = Switches(rawValue: 1 << 1)
    /// `no-create`: no account is made.
    public static let noCreate = Switches(rawValue: 1 << 2)
    /// `no-delete`: no account is deleted.
    public static let noDelete = Switches(rawValue: 1 << 3)
    /// `delete-disables`: whatever would be deleted is suspended instead.
    public static let deleteDisables = Switches(rawValue: 1 << 4)
    /// `no-update-provider-mismatch`: accounts that this profile neither made nor adopted are not adopted.
    public static let noUpdateProviderMismatch = Switches(rawValue: 1 << 5)
    /// `create-as-disabled`: accounts are made suspended, and stay so until somebody activates them at the provider.
    public static let createAsDisabled = Switches(rawValue: 1 << 6)

    /// Every switch with its name, in the order of ad-connect's file.
    public static let named: [(name: String, switch: Switches)] = [
        ("dry-run", .dryRun), ("no-update", .noUpdate), ("no-create", .noCreate), ("no-delete", .noDelete),
        ("delete-disables", .deleteDisables), ("no-update-provider-mismatch", .noUpdateProviderMismatch),
        ("create-as-disabled", .createAsDisabled),
    ]

    /// The names of the switches that are on.
    public var names: [String] { Self.named.filter { contains($0.switch) }.map(\.name) }
}
