internal import ReconcileEngine

/// `entitlements`: what the membership of groups grants.
struct EntitlementsConfiguration: Decodable {
    let entitlements: [Entitlement]
    let choice: EntitlementChoice

    private enum Keys: String, SectionKey { case choose, quota, attributes }
    private enum GrantKeys: String, SectionKey {
        case group, nested, value
        case everybody = "default"
    }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        let choices = EntitlementChoice.allCases.map(\.rawValue).joined(separator: " or ")
        choice = try section.parsed(.choose, as: choices) { EntitlementChoice(rawValue: $0) } ?? .largest
        let quotas = try section.optional(.quota, [Quota].self)?.map(\.grant) ?? []
        var entitlements = quotas.map { Entitlement(.quota, .bytes($0.value), membership: $0.membership) }
        let attributes = try section.optional(.attributes, [String: [Text]].self) ?? [:]
        for (name, grants) in attributes.sorted(by: { $0.key < $1.key }) {
            entitlements += grants.map {
                Entitlement(.attribute(name), .text($0.grant.value), membership: $0.grant.membership)
            }
        }
        self.entitlements = entitlements
    }

    /// A value, and whose members get it.
    private struct Grant<Value> {
        let value: Value
        let membership: MemberOf?

        init(_ decoder: any Decoder, as expected: String, _ parse: (String) -> Value?) throws {
            let section = try Section(decoder, GrantKeys.self)
            if let value = try section.parsed(.everybody, as: expected, parse) {
                for key in [GrantKeys.group, .nested, .value] where try section.optional(key, String.self) != nil {
                    throw section.mistake(at: key, "`default` is for everybody whom no group grants anything.")
                }
                (self.value, membership) = (value, nil)
                return
            }
            let group = try section.required(.group, String.self)
            guard let value = try section.parsed(.value, as: expected, parse) else { throw section.missing(.value) }
            self.value = value
            membership = MemberOf(GroupSelector(group), nested: try section.optional(.nested, Bool.self) ?? false)
        }
    }

    private struct Quota: Decodable {
        let grant: Grant<ByteCount>
        init(from decoder: any Decoder) throws {
            grant = try Grant(decoder, as: "an amount such as 5 GB or 512 MiB") { ByteCount($0) }
        }
    }

    private struct Text: Decodable {
        let grant: Grant<String>
        init(from decoder: any Decoder) throws { grant = try Grant(decoder, as: "a text") { $0 } }
    }
}
