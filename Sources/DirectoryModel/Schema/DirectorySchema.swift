/// How a kind of directory lays out identity, classes and memberships.
///
/// A preset names what the products of the field have in common; each property can be replaced for a directory that
/// differs. Which attribute becomes which account field is no matter of the schema but of the mapping rules.
public struct DirectorySchema: Sendable, Hashable {
    /// The preset's name in a configuration: `active-directory`, `inet-org-person` or `generic`.
    public var name: String
    /// The attribute that identifies an object for good.
    public var objectID: IdentityAttribute
    /// Object classes of users, lower case.
    public var userClasses: Set<String>
    /// Object classes of groups, lower case.
    public var groupClasses: Set<String>
    /// Object classes of contacts, lower case.
    public var contactClasses: Set<String>
    /// Object classes that take an object out of all kinds, whatever others it has: computers and the like.
    ///
    /// Lower case.
    public var excludedClasses: Set<String>
    /// The user's attribute with the distinguished names of its groups; nil where the directory keeps none.
    public var memberOf: AttributeName?
    /// The group's attributes with its members, by distinguished name or by user name.
    public var members: [MemberAttribute]
    /// How a user's primary group is told, which is in no list of members; nil where there is no such thing.
    public var primaryGroup: PrimaryGroup?
    /// The user's attribute that ``MemberAttribute/Reference/userName`` refers to, such as `uid`.
    public var userName: AttributeName
    /// The group's attributes by which rules may name it, in the order tried.
    public var groupNames: [AttributeName]
    /// Attributes whose values are no text, besides all with the option `;binary`.
    public var binaryAttributes: Set<AttributeName>
    /// The LDAP filter (RFC 4515) that finds users.
    public var peopleFilter: String
    /// The LDAP filter (RFC 4515) that finds groups.
    public var groupsFilter: String

    /// The attributes that every read must bring for identity and membership, whatever the rules ask for.
    public var neededAttributes: [AttributeName] {
        [objectID.attribute] + (memberOf.map { [$0] } ?? []) + members.map(\.attribute)
            + (primaryGroup.map { [$0.userAttribute, $0.groupAttribute] } ?? [])
            + (members.contains { $0.reference == .userName } ? [userName] : []) + groupNames
    }

    /// Those of ``members`` that memberships cannot be known without.
    public var membershipLists: [MemberAttribute] { members.filter { !$0.isMirrored } }

    /// Whether an attribute's values are bytes rather than text.
    public func isBinary(_ name: AttributeName) -> Bool {
        binaryAttributes.contains(name) || name.folded.hasSuffix(";binary")
    }

    /// What an object with these classes is; letters' case does not matter.
    public func kind(ofClasses classes: [String]) -> ObjectKind {
        let folded = classes.map { $0.asciiLowercased }
        if folded.contains(where: excludedClasses.contains) { return .other }
        if folded.contains(where: groupClasses.contains) { return .group }
        if folded.contains(where: userClasses.contains) { return .user }
        if folded.contains(where: contactClasses.contains) { return .contact }
        return .other
    }
}

/// The attribute that identifies an object for good, and how its value is written.
public struct IdentityAttribute: Sendable, Hashable {
    /// How the value is written.
    public enum Encoding: String, Sendable, Hashable {
        /// Sixteen octets in the mixed byte order of MS-DTYP §2.3.4.2, as in `objectGUID`.
        case activeDirectoryGUID
        /// Text; a UUID (RFC 4530) is recognised as such.
        case text
    }

    /// The attribute's name.
    public var attribute: AttributeName
    /// How its value is written.
    public var encoding: Encoding

    /// Makes the description of an identity attribute.
    public init(_ attribute: AttributeName, encoding: Encoding) {
        self.attribute = attribute
        self.encoding = encoding
    }

    /// The identity that a value spells, or nil where it spells none.
    public func decode(_ value: Span<UInt8>) -> ObjectID? {
        switch encoding {
        case .activeDirectoryGUID: try? ObjectID(activeDirectoryGUID: value)
        case .text: String(validatingUTF8: value).flatMap { ObjectID(text: $0) }
        }
    }
}

/// An attribute of a group that lists its members.
public struct MemberAttribute: Sendable, Hashable {
    /// How a member is named.
    public enum Reference: String, Sendable, Hashable {
        /// By distinguished name, as in `member` and `uniqueMember`.
        case distinguishedName
        /// By the user's name, as in `memberUid` of `posixGroup`.
        case userName
    }

    /// The attribute's name.
    public var attribute: AttributeName
    /// How a member is named.
    public var reference: Reference
    /// Whether ``DirectorySchema/memberOf`` of the members always says the same, as in Active Directory.
    ///
    /// Such a list is read only where a rule wants to know who is in it besides users. Where it is there all the same, as in
    /// a file that somebody else wrote, who is in it is a member.
    public var isMirrored: Bool

    /// Makes the description of a member attribute.
    public init(_ attribute: AttributeName, _ reference: Reference = .distinguishedName, isMirrored: Bool = false) {
        self.attribute = attribute
        self.reference = reference
        self.isMirrored = isMirrored
    }
}

/// How a directory tells a user's primary group (MS-ADTS §3.1.1.2.3.5): the user has the last part of the group's security
/// identifier as a number.
public struct PrimaryGroup: Sendable, Hashable {
    /// The user's attribute with the number, `primaryGroupID`.
    public var userAttribute: AttributeName
    /// The group's attribute with its security identifier, `objectSid`.
    public var groupAttribute: AttributeName

    /// Makes the description.
    public init(userAttribute: AttributeName, groupAttribute: AttributeName) {
        self.userAttribute = userAttribute
        self.groupAttribute = groupAttribute
    }

    /// The number that a group's members have, as text: the last four octets of its security identifier (MS-DTYP
    /// §2.4.2.2), least significant first.
    ///
    /// Nil where the group has none.
    public func relativeID(of group: DirectoryGroup) -> String? {
        guard let sid = group.attributes.bytes(groupAttribute).first, sid.count >= 12, sid.count % 4 == 0 else {
            return nil
        }
        return "\(sid.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })"
    }
}
