internal import DirectoryModel
public import ReconcileEngine

/// The safety rules as configured.
public struct LimitsConfiguration: Sendable, Decodable {
    /// The limits per kind of operation; one kind can have several.
    public var actions: [ActionLimit]
    /// How many delegates or members one account may lose at once.
    public var members: MemberLimit
    /// How much smaller than at the last run the directory may be.
    public var shrink: SuddenShrink
    /// Whose accounts are never taken away.
    public var privileged: PrivilegedAccounts
    /// What an incomplete or empty reading holds back.
    public var incomplete: Hold

    private static let defaults: [ActionLimit] = [
        ActionLimit(.suspend, count: 20, percent: 5), ActionLimit(.delete, count: 10, percent: 2),
    ]

    /// Makes the default limits.
    public init() {
        actions = Self.defaults
        members = MemberLimit(percent: 50)
        shrink = SuddenShrink()
        privileged = PrivilegedAccounts()
        incomplete = .everything
    }

    private enum Keys: String, SectionKey {
        case create, adopt, update, rename, suspend, reactivate, delete, members, shrink, privileged, incomplete
        case minimumBase = "minimum-base"
    }

    /// Reads the limits.
    public init(from decoder: any Decoder) throws {
        self.init()
        let section = try Section(decoder, Keys.self)
        let base = try section.optional(.minimumBase, Int.self) ?? 20
        if base < 0 { throw section.mistake(at: .minimumBase, "the number of accounts is 0 or more.") }
        actions = []
        for kind in Operation.Kind.allCases {
            guard let key = Keys(rawValue: kind.rawValue) else { continue }
            if let limits = try section.optional(key, OneOrMore<Limit>.self)?.values {
                actions += limits.map {
                    ActionLimit(kind, count: $0.count, percent: $0.percent, per: $0.part, minimumBase: base)
                }
            } else if var usual = Self.defaults.first(where: { $0.kind == kind }) {
                usual.minimumBase = base
                actions.append(usual)
            }
        }
        if let limit = try section.optional(.members, Members.self) {
            members = MemberLimit(count: limit.count, percent: limit.percent)
        }
        members.minimumBase = base
        if let limit = try section.optional(.shrink, Shrink.self) { shrink.percent = limit.percent }
        shrink.minimumBase = base
        if let accounts = try section.optional(.privileged, Privileged.self) { privileged = accounts.rail }
        incomplete =
            try section.parsed(.incomplete, as: "everything or destructive") {
                ["everything": Hold.everything, "destructive": Hold.destructive][$0]
            } ?? .everything
    }

    /// The rails that the configuration calls for.
    public func rails(protecting addresses: [AddressPattern]) -> [any Rail] {
        let reading: [any Rail] = [
            CompleteDirectory(hold: incomplete), CompleteProvider(hold: incomplete), NonEmptyScope(hold: incomplete),
            ResolvedGroups(), FirstRun(), shrink,
        ]
        let accounts: [any Rail] = [members, privileged, ProtectedAccounts(addresses)]
        return reading + actions + accounts
    }
}

// MARK: Sections

private struct Limit: Decodable {
    let count: Int?
    let percent: Double?
    let part: ActionLimit.Partition

    private enum Keys: String, SectionKey { case count, percent, per }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        (count, percent) = try section.bounds(.count, .percent)
        part = try section.parsed(.per, as: "plan, domain or quota") { ActionLimit.Partition(rawValue: $0) } ?? .plan
    }
}

private struct Members: Decodable {
    let count: Int?
    let percent: Double?

    private enum Keys: String, SectionKey { case count, percent }

    init(from decoder: any Decoder) throws {
        (count, percent) = try Section(decoder, Keys.self).bounds(.count, .percent)
    }
}

private struct Shrink: Decodable {
    let percent: Double

    private enum Keys: String, SectionKey { case percent }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        guard let percent = try section.percentage(.percent) else { throw section.missing(.percent) }
        self.percent = percent
    }
}

private struct Privileged: Decodable {
    let rail: PrivilegedAccounts

    private enum Keys: String, SectionKey {
        case groups
        case adminCount = "admin-count"
    }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        let groups = try section.optional(.groups, [String].self) ?? []
        rail = PrivilegedAccounts(
            byAdminCount: try section.optional(.adminCount) ?? true,
            groups: groups.map { MemberOf(GroupSelector($0), nested: true) })
    }
}

extension Section {
    /// A count and a percentage, at least one of which is there.
    fileprivate func bounds(_ countKey: Key, _ percentKey: Key) throws -> (count: Int?, percent: Double?) {
        let count = try optional(countKey, Int.self)
        if count == nil && !contains(percentKey) { throw missing(countKey, percentKey) }
        if let count, count < 0 { throw mistake(at: countKey, "a count is 0 or more.") }
        return (count, try percentage(percentKey))
    }

    fileprivate func percentage(_ key: Key) throws -> Double? {
        let percent = try optional(key, Double.self)
        if let percent, !(0...100).contains(percent) { throw mistake(at: key, "a percentage is 0 to 100.") }
        return percent
    }
}

/// One value, or a list of them.
private struct OneOrMore<Value: Decodable>: Decodable {
    let values: [Value]

    init(from decoder: any Decoder) throws {
        let isList = (try? decoder.unkeyedContainer()) != nil
        let container = try decoder.singleValueContainer()
        values = isList ? try container.decode([Value].self) : [try container.decode(Value.self)]
    }
}
