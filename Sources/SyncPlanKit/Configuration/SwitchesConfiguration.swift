internal import ReconcileEngine

/// The section `settings`: what a run may do at all, with ad-connect's names (requirement KO1).
struct SwitchesConfiguration: Decodable {
    let switches: Switches
    /// Further ones for functional accounts and groups.
    let groupSwitches: Switches

    /// The key of the further ones; they have none of their own.
    private static let groups = "groups"

    /// One key for each switch there is.
    private struct Key: SectionKey {
        let rawValue: String
        var stringValue: String { rawValue }
        var intValue: Int? { nil }

        init?(rawValue: String) {
            guard rawValue == SwitchesConfiguration.groups || Switches.named.contains(where: { $0.name == rawValue })
            else { return nil }
            self.rawValue = rawValue
        }

        init?(stringValue: String) { self.init(rawValue: stringValue) }
        init?(intValue: Int) { nil }

        static var allCases: [Key] { (Switches.named.map(\.name) + [groups]).compactMap { Key(rawValue: $0) } }
    }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Key.self)
        var switches: Switches = []
        for (name, named) in Switches.named {
            guard let key = Key(rawValue: name) else { continue }
            if try section.optional(key, Bool.self) == true { switches.insert(named) }
        }
        self.switches = switches
        groupSwitches =
            try Key(rawValue: Self.groups).flatMap { try section.optional($0, SwitchesConfiguration.self) }?.switches
            ?? []
    }
}
