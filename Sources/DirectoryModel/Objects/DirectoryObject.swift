/// What an object of the directory is, as far as accounts are concerned.
public enum ObjectKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A person, or another security principal that may have an account.
    case user
    /// A security or distribution group.
    case group
    /// A mail contact: an address of somebody elsewhere, who never gets an account.
    case contact
    /// Anything else: computers, organisational units, containers, managed service accounts.
    case other
}

/// What users, groups and contacts have in common: an identity, a place in the tree, and attribute values.
public protocol DirectoryObject: Sendable, Hashable {
    /// The identity that survives renames and moves.
    var id: ObjectID { get }
    /// The object's place in the tree, which a rename or move changes.
    var dn: DistinguishedName { get }
    /// The values that were read: those that were asked for and that the account may see.
    var attributes: AttributeValues { get }
    /// Makes the object from its parts.
    init(id: ObjectID, dn: DistinguishedName, attributes: AttributeValues)
}

extension DirectoryObject {
    /// A name for people: `displayName`, else `name`, else `cn`, else the distinguished name.
    public var displayName: String {
        for name in ["displayName", "name", "cn"] as [AttributeName] {
            if let text = attributes.first(name), !text.isEmpty { return text }
        }
        return dn.text
    }
}

/// A user object: somebody, or something, that may be given an account.
public struct DirectoryUser: DirectoryObject {
    /// The identity that survives renames and moves.
    public let id: ObjectID
    /// The user's place in the tree.
    public let dn: DistinguishedName
    /// The values that were read.
    public let attributes: AttributeValues

    /// Makes a user from its parts.
    public init(id: ObjectID, dn: DistinguishedName, attributes: AttributeValues) {
        self.id = id
        self.dn = dn
        self.attributes = attributes
    }

    /// `userAccountControl` (MS-ADTS §2.2.16); nil where the directory has none or it is no number.
    public var accountControl: UserAccountControl? {
        attributes.first("userAccountControl").flatMap { UserAccountControl(decimal: $0) }
    }

    /// The mail addresses in `proxyAddresses`, with `mail` as the primary where no value is marked as such.
    public var proxyAddresses: ProxyAddressList {
        ProxyAddressList(attributes["proxyAddresses"], mail: attributes.first("mail"))
    }
}

/// A group object, whose membership may bring people into scope or grant them something.
public struct DirectoryGroup: DirectoryObject {
    /// The identity that survives renames and moves.
    public let id: ObjectID
    /// The group's place in the tree.
    public let dn: DistinguishedName
    /// The values that were read.
    public let attributes: AttributeValues

    /// Makes a group from its parts.
    public init(id: ObjectID, dn: DistinguishedName, attributes: AttributeValues) {
        self.id = id
        self.dn = dn
        self.attributes = attributes
    }

    /// `groupType` (MS-ADTS §2.2.12); nil where the directory has none or it is no number.
    public var groupType: GroupType? {
        attributes.first("groupType").flatMap { GroupType(decimal: $0) }
    }
}

/// A mail contact: listed so that rules can tell it from a person; it never gets an account.
public struct DirectoryContact: DirectoryObject {
    /// The identity that survives renames and moves.
    public let id: ObjectID
    /// The contact's place in the tree.
    public let dn: DistinguishedName
    /// The values that were read.
    public let attributes: AttributeValues

    /// Makes a contact from its parts.
    public init(id: ObjectID, dn: DistinguishedName, attributes: AttributeValues) {
        self.id = id
        self.dn = dn
        self.attributes = attributes
    }
}
