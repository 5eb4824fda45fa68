internal import ReconcileEngine

/// The section `settings`: what a run may do at all, with ad-connect's names (requirement KO1).
struct SwitchesConfiguration: Decodable {
    let switches: Switches

    /// One key for each switch there is.
    private struct Key: SectionKey {
        let rawValue: String
        var stringValue: String { rawValue }
        var intValue: Int? { nil }

        init?(rawValue: String) {
            guard Switches.named.contains(where: { $0.name == rawValue }) else { return nil }
            self.rawValue = rawValue
        }

        init?(stringValue: String) { self.init(rawValue: stringValue) }
        init?(intValue: Int) { nil }

        static var allCases: [Key] { Switches.named.compactMap { Key(rawValue: $0.name) } }
    }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Key.self)
        var switches: Switches = []
        for (key, (_, named)) in zip(Key.allCases, Switches.named) {
            if try section.optional(key, Bool.self) == true { switches.insert(named) }
        }
        self.switches = switches
    }
}
