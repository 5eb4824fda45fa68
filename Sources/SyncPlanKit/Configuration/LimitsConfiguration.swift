public import DirectoryModel
public import ReconcileEngine

/// The safety rules as configured.
public struct LimitsConfiguration: Sendable, Decodable {
    /// The limits per kind of operation.
    public var actions: [ActionLimit]
    /// What an incomplete or empty reading holds back.
    public var incomplete: Hold

    private static let defaults: [ActionLimit] = [
        ActionLimit(.suspend, count: 20, percent: 5), ActionLimit(.delete, count: 10, percent: 2),
    ]

    /// Makes the default limits.
    public init() {
        actions = Self.defaults
        incomplete = .everything
    }

    private enum Keys: String, SectionKey {
        case create, update, rename, suspend, reactivate, delete, incomplete
        case minimumBase = "minimum-base"
    }

    private enum LimitKeys: String, SectionKey { case count, percent }

    private struct Limit: Decodable {
        let count: Int?
        let percent: Double?

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, LimitKeys.self)
            count = try section.optional(.count)
            percent = try section.optional(.percent)
            if count == nil && percent == nil { throw section.missing(.count, .percent) }
            if let count, count < 0 { throw section.mistake(at: .count, "a count is 0 or more.") }
            if let percent, !(0...100).contains(percent) {
                throw section.mistake(at: .percent, "a percentage is 0 to 100.")
            }
        }
    }

    /// Reads the limits.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        let base = try section.optional(.minimumBase, Int.self) ?? 20
        if base < 0 { throw section.mistake(at: .minimumBase, "the number of accounts is 0 or more.") }
        actions = []
        for kind in Operation.Kind.allCases {
            guard let key = Keys(rawValue: kind.rawValue) else { continue }
            if let limit = try section.optional(key, Limit.self) {
                actions.append(ActionLimit(kind, count: limit.count, percent: limit.percent, minimumBase: base))
            } else if var usual = Self.defaults.first(where: { $0.kind == kind }) {
                usual.minimumBase = base
                actions.append(usual)
            }
        }
        incomplete =
            try section.parsed(.incomplete, as: "everything or destructive") {
                ["everything": Hold.everything, "destructive": Hold.destructive][$0]
            } ?? .everything
    }

    /// The rails that the configuration calls for.
    public func rails(protecting addresses: [MailAddress]) -> [any Rail] {
        let reading: [any Rail] = [
            CompleteDirectory(hold: incomplete), CompleteProvider(hold: incomplete), NonEmptyScope(hold: incomplete),
            ResolvedGroups(),
        ]
        return reading + actions + [ProtectedAccounts(addresses)]
    }
}
