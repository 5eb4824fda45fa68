extension DirectorySchema {
    /// All presets, by the name that a configuration gives them.
    public static let presets: [DirectorySchema] = [.activeDirectory, .inetOrgPerson, .generic]

    /// Active Directory and Samba's AD domain controller (MS-ADTS): `objectGUID`, `memberOf`, `proxyAddresses`.
    public static let activeDirectory = DirectorySchema(
        name: "active-directory",
        objectID: IdentityAttribute("objectGUID", encoding: .activeDirectoryGUID),
        userClasses: ["user", "inetorgperson"],
        groupClasses: ["group"],
        contactClasses: ["contact"],
        excludedClasses: managedServiceAccounts.union(["computer", "trusteddomain"]),
        memberOf: "memberOf",
        members: [MemberAttribute("member", isMirrored: true)],
        primaryGroup: PrimaryGroup(userAttribute: "primaryGroupID", groupAttribute: "objectSid"),
        userName: "sAMAccountName",
        groupNames: ["cn", "sAMAccountName"],
        binaryAttributes: adBinaryAttributes,
        // Machine accounts, group-managed service accounts and trusts are users too; MS-ADTS §2.2.9 tells them apart by
        // this attribute. (A filter that names the class computer finds nothing on servers that do not know the class.)
        peopleFilter: "(&(objectClass=user)(!(sAMAccountType=805306369))(!(sAMAccountType=805306370)))",
        groupsFilter: "(objectClass=group)")

    /// Directories of `inetOrgPerson` (RFC 2798) with `entryUUID` (RFC 4530), such as OpenLDAP's.
    public static let inetOrgPerson = DirectorySchema(
        name: "inet-org-person",
        objectID: IdentityAttribute("entryUUID", encoding: .text),
        userClasses: ["inetorgperson"],
        groupClasses: ["groupofnames", "groupofuniquenames", "posixgroup"],
        contactClasses: [],
        excludedClasses: machineClasses,
        memberOf: nil,
        members: [MemberAttribute("member"), MemberAttribute("uniqueMember"), MemberAttribute("memberUid", .userName)],
        primaryGroup: nil,
        userName: "uid",
        groupNames: ["cn"],
        binaryAttributes: commonBinaryAttributes,
        peopleFilter: "(objectClass=inetOrgPerson)",
        groupsFilter: "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))")

    /// Any other LDAP directory: the widest classes, memberships taken from either side.
    public static let generic = DirectorySchema(
        name: "generic",
        objectID: IdentityAttribute("entryUUID", encoding: .text),
        userClasses: ["person", "organizationalperson", "inetorgperson", "posixaccount", "account"],
        groupClasses: ["groupofnames", "groupofuniquenames", "posixgroup", "group"],
        contactClasses: ["contact"],
        excludedClasses: machineClasses.union(managedServiceAccounts),
        memberOf: "memberOf",
        members: [MemberAttribute("member"), MemberAttribute("uniqueMember"), MemberAttribute("memberUid", .userName)],
        primaryGroup: nil,
        userName: "uid",
        groupNames: ["cn"],
        binaryAttributes: adBinaryAttributes,
        peopleFilter: "(|(objectClass=person)(objectClass=posixAccount))",
        groupsFilter:
            "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=group))")

    /// Group-managed and delegated ones descend from computer, and say so, as far as the server gives all classes.
    private static let managedServiceAccounts: Set<String> = [
        "msds-managedserviceaccount", "msds-groupmanagedserviceaccount", "msds-delegatedmanagedserviceaccount",
    ]

    /// Machines and programs (RFC 4519 §3, RFC 2307 §4; FreeIPA's hosts and services).
    private static let machineClasses: Set<String> = [
        "computer", "device", "applicationprocess", "ipahost", "ipaservice",
    ]

    private static let commonBinaryAttributes: Set<AttributeName> = [
        "userPassword", "jpegPhoto", "photo", "audio", "userCertificate", "userSMIMECertificate", "userPKCS12",
        "cACertificate", "certificateRevocationList", "x500UniqueIdentifier",
    ]

    private static let adBinaryAttributes: Set<AttributeName> = commonBinaryAttributes.union([
        "objectGUID", "objectSid", "sIDHistory", "thumbnailPhoto", "thumbnailLogo", "mS-DS-ConsistencyGuid",
        "msExchMailboxGuid", "msExchArchiveGUID", "nTSecurityDescriptor", "msExchMailboxSecurityDescriptor",
        "logonHours", "unicodePwd", "supplementalCredentials", "replPropertyMetaData", "dSASignature", "auditingPolicy",
        "msRTCSIP-UserRoutingGroupId", "terminalServer", "userParameters", "protocolSettings", "tokenGroups",
        "msExchSafeSendersHash", "msExchSafeRecipientsHash", "msExchBlockedSendersHash", "repsFrom", "repsTo",
    ])
}
