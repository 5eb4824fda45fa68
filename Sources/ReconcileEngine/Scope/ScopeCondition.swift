public import DirectoryModel

/// One condition that a rule puts on users.
///
/// A condition of one's own is a type with a description and a test:
///
/// ```swift
/// struct HiredAfter: ScopeCondition {
///     let year: String
///     var description: String { "hired after \(year)" }
///     var attributes: [AttributeName] { ["whenCreated"] }
///     func holds(for candidate: Candidate) -> Bool {
///         candidate.values("whenCreated").contains { $0.prefix(4) > year }
///     }
/// }
/// ```
public protocol ScopeCondition: Sendable {
    /// The condition as a phrase that fits after *is* or stands alone: `member of Sooma_5GB`, `department = Sales`.
    var description: String { get }
    /// The attributes that the test looks at.
    var attributes: [AttributeName] { get }
    /// The groups whose membership the test asks for.
    var groups: [MemberOf] { get }
    /// Whether a user meets the condition.
    func holds(for candidate: Candidate) -> Bool
    /// The same as ``holds(for:)``, made ready to be asked of very many users; nil where nothing can be prepared.
    func makeTest() -> ((Candidate) -> Bool)?
}

extension ScopeCondition {
    /// None.
    ///
    /// A closure that only asks ``holds(for:)`` would do, but Swift 6.3 makes of one that only asks a property of the
    /// candidate a call that crashes in release builds.
    public func makeTest() -> ((Candidate) -> Bool)? { nil }
    /// No attribute.
    public var attributes: [AttributeName] { [] }
    /// No group.
    public var groups: [MemberOf] { [] }
}

/// A user as conditions see it.
public struct Candidate {
    /// The user.
    public let user: DirectoryUser
    /// What the user is a member of, as positions that ``positions`` gives.
    let memberships: [Int]
    let positions: [MemberOf: Int]
    let addresses: AccountMapping.Addresses

    /// The values of an attribute that are text, in the order read; empty where there are none.
    public func values(_ name: AttributeName) -> [String] { user.attributes[name] }

    /// Whether the user is a member of a group that the condition has named in ``ScopeCondition/groups``.
    public func isMember(_ membership: MemberOf) -> Bool {
        positions[membership].map(memberships.contains) ?? false
    }

    /// Whether the directory lets the user sign in, as far as `userAccountControl` and `nsAccountLock` tell.
    public var isEnabled: Bool {
        user.accountControl?.contains(.accountDisabled) != true
            && user.attributes.first("nsAccountLock")?.lowercased() != "true"
    }

    /// The user's addresses, as the mapping takes them.
    public var addressList: ProxyAddressList { addresses.list(of: user) }
}

/// Being a member of a group: directly, or by way of groups that are members of it.
public struct MemberOf: ScopeCondition, Hashable {
    /// The group.
    public var group: GroupSelector
    /// Whether members of member groups count, to any depth (requirement ZI9).
    public var isNested: Bool

    /// Makes the condition.
    public init(_ group: GroupSelector, nested: Bool = false) {
        self.group = group
        isNested = nested
    }

    /// `member of GROUP`.
    public var description: String { "member of \(group)" }
    /// Itself.
    public var groups: [MemberOf] { [self] }
    /// Whether the user is a member.
    public func holds(for candidate: Candidate) -> Bool { candidate.isMember(self) }
}

/// Being somewhere below an entry of the tree, such as an organisational unit (requirement ZI8).
public struct Below: ScopeCondition, Hashable {
    /// The entry.
    public var unit: DistinguishedName

    /// Makes the condition.
    public init(_ unit: DistinguishedName) { self.unit = unit }

    /// `below NAME`.
    public var description: String { "below \(unit)" }
    /// Whether the user lies below the entry, at any depth.
    public func holds(for candidate: Candidate) -> Bool { candidate.user.dn.isDescendant(of: unit) }
}

/// Being enabled in the directory.
public struct Enabled: ScopeCondition, Hashable {
    /// Makes the condition.
    public init() {}
    /// `enabled`.
    public var description: String { "enabled" }
    /// The attributes that tell.
    public var attributes: [AttributeName] { ["userAccountControl", "nsAccountLock"] }
    /// Whether the directory lets the user sign in.
    public func holds(for candidate: Candidate) -> Bool { candidate.isEnabled }
}

/// Having a primary mail address, and so a mailbox to speak of.
public struct HasMailbox: ScopeCondition, Hashable {
    /// Makes the condition.
    public init() {}
    /// `has a mailbox`.
    public var description: String { "has a mailbox" }
    /// Whether there is a primary address.
    public func holds(for candidate: Candidate) -> Bool { candidate.addressList.primary != nil }
}

/// Having a primary address that is one of some, or in one of some domains.
public struct HasAddress: ScopeCondition, Hashable {
    /// Whole addresses; a text that begins with `*` stands for every address that ends in what follows.
    public var patterns: [String]

    /// Makes the condition.
    ///
    /// Letters' case does not matter.
    public init(_ patterns: [String]) { self.patterns = patterns.map { $0.lowercased() } }

    /// `address X or Y`.
    public var description: String { "address \(patterns.joined(separator: " or "))" }
    /// Whether the primary address is one of them.
    public func holds(for candidate: Candidate) -> Bool {
        guard let address = candidate.addressList.primary?.text else { return false }
        return patterns.contains { $0.hasPrefix("*") ? address.hasSuffix($0.dropFirst()) : address == $0 }
    }
}
