/// What the membership of a group grants: a value for one field of the account (requirement SO1).
///
/// ```swift
/// [.quota(.gigabytes(5), group: "Sooma_5GB"), .quota(.gigabytes(50), group: "Sooma_50GB"), .quota(.gigabytes(1))]
/// ```
public struct Entitlement: Sendable, Hashable {
    /// The field that it sets.
    public var field: AccountField
    /// The value that it grants.
    public var value: FieldValue
    /// Whose members get it; nil for everybody whom no group grants the field.
    public var membership: MemberOf?

    /// Makes an entitlement.
    public init(_ field: AccountField, _ value: FieldValue, membership: MemberOf?) {
        self.field = field
        self.value = value
        self.membership = membership
    }

    /// Members of a group have that much room; everybody else has, where there is no group.
    public static func quota(
        _ amount: ByteCount, group: GroupSelector? = nil, nested: Bool = false
    ) -> Entitlement {
        Entitlement(.quota, .bytes(amount), membership: group.map { MemberOf($0, nested: nested) })
    }

    /// Members of a group have a value in a free attribute; everybody else has, where there is no group.
    public static func attribute(
        _ name: String, _ value: String, group: GroupSelector? = nil, nested: Bool = false
    ) -> Entitlement {
        Entitlement(.attribute(name), .text(value), membership: group.map { MemberOf($0, nested: nested) })
    }
}

/// Which of several entitlements counts that somebody has for one field.
///
/// Whichever it is, a finding tells of the conflict.
public enum EntitlementChoice: String, Sendable, Hashable, Codable, CaseIterable {
    /// The largest amount; for values that are no amounts the one listed first.
    case largest
    /// The one listed first.
    case first
}

/// The entitlements made ready for one snapshot: memberships are positions.
struct CompiledEntitlements {
    /// A value with the membership that grants it, as a position; nil for everybody.
    private struct Grant {
        let value: FieldValue
        let membership: Int?
        let name: String
    }

    private let fields: [(field: AccountField, grants: [Grant])]
    private let choice: EntitlementChoice

    /// Makes the entitlements ready.
    ///
    /// - Parameter positions: the positions of the memberships whose groups are there.
    init(_ entitlements: [Entitlement], choice: EntitlementChoice, positions: [MemberOf: Int]) {
        self.choice = choice
        var fields: [(field: AccountField, grants: [Grant])] = []
        for entitlement in entitlements {
            if !fields.contains(where: { $0.field == entitlement.field }) { fields.append((entitlement.field, [])) }
            guard let index = fields.firstIndex(where: { $0.field == entitlement.field }) else { continue }
            if let membership = entitlement.membership {
                guard let position = positions[membership] else { continue }
                fields[index].grants.append(
                    Grant(value: entitlement.value, membership: position, name: membership.group.text))
            } else {
                fields[index].grants.append(Grant(value: entitlement.value, membership: nil, name: ""))
            }
        }
        self.fields = fields
    }

    /// The free attributes that entitlements set.
    var attributes: [String] {
        fields.compactMap { if case .attribute(let name) = $0.field { name } else { nil } }
    }

    /// What memberships grant for one field.
    struct Granted {
        let field: AccountField
        let value: FieldValue
        /// The group that grants it; nil for everybody.
        let group: String?
        /// The groups that grant the field, where they are several.
        let conflict: [String]
    }

    /// What a user has by these memberships; fields that nothing grants are left out.
    func granted(_ memberships: [Int]) -> [Granted] {
        fields.compactMap { field, grants in
            let own = grants.filter { $0.membership.map(memberships.contains) ?? false }
            let candidates = own.isEmpty ? grants.filter { $0.membership == nil } : own
            guard var best = candidates.first else { return nil }
            if choice == .largest {
                for grant in candidates.dropFirst() where grant.value.isMore(than: best.value) { best = grant }
            }
            let names = Set(own.map(\.name)).sorted()
            return Granted(
                field: field, value: best.value, group: best.membership == nil ? nil : best.name,
                conflict: names.count > 1 ? names : [])
        }
    }
}

extension FieldValue {
    fileprivate func isMore(than other: FieldValue) -> Bool {
        if case .bytes(let amount) = self, case .bytes(let other) = other { amount > other } else { false }
    }
}
