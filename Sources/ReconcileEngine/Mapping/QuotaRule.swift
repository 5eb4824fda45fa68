/// An entitlement: what the membership of a group grants (requirement SO1).
public struct QuotaRule: Sendable, Hashable {
    /// The group, and whether members of its member groups count.
    public var membership: MemberOf
    /// How much room its members' mailboxes have.
    public var quota: ByteCount

    /// Makes a rule: members of `group` get `quota`.
    ///
    /// A member of several such groups gets the largest, and a finding says so.
    public init(_ quota: ByteCount, group: GroupSelector, nested: Bool = false) {
        membership = MemberOf(group, nested: nested)
        self.quota = quota
    }
}
