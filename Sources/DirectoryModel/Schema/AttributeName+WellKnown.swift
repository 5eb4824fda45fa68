extension AttributeName {
    /// The attributes that persons and groups have in the field, whether a particular directory has values for them or
    /// not.
    ///
    /// Those of RFC 4519, RFC 4524, RFC 2798, RFC 2307 and RFC 4512 §3.4, of 389 Directory Server and of password
    /// policies, and those of users in Active Directory (MS-ADA1 to MS-ADA3) and Exchange that rules go by. Schemas are
    /// extended everywhere, so a name that is missing here is no mistake by itself.
    public static let wellKnown: Set<AttributeName> = Set(
        names.split(whereSeparator: \.isWhitespace).map { AttributeName(String($0)) })

    /// Whether the name is one of ``wellKnown``, options such as `;lang-de` aside.
    public var isWellKnown: Bool {
        Self.wellKnown.contains(self) || Self.wellKnown.contains(AttributeName(String(text.prefix { $0 != ";" })))
    }

    private static let names = """
        objectClass cn commonName sn surname givenName gn initials name title description displayName generationQualifier
        uid userid mail rfc822Mailbox o organizationName ou organizationalUnitName c countryName l localityName st
        stateOrProvinceName street streetAddress postalAddress postalCode postOfficeBox physicalDeliveryOfficeName
        registeredAddress telephoneNumber facsimileTelephoneNumber telexNumber internationalISDNNumber x121Address
        preferredDeliveryMethod destinationIndicator searchGuide seeAlso userPassword member uniqueMember owner
        roleOccupant businessCategory distinguishedName serialNumber dc domainComponent userCertificate
        x500UniqueIdentifier dnQualifier
        mobile mobileTelephoneNumber pager pagerTelephoneNumber homePhone homeTelephoneNumber homePostalAddress manager
        secretary info drink favouriteDrink roomNumber userClass host buildingName co friendlyCountryName personalTitle
        organizationalStatus mailPreferenceOption uniqueIdentifier associatedDomain associatedName documentIdentifier
        audio photo jpegPhoto carLicense departmentNumber employeeNumber employeeType preferredLanguage labeledURI
        userSMIMECertificate userPKCS12
        uidNumber gidNumber homeDirectory loginShell gecos memberUid shadowExpire shadowInactive shadowLastChange
        shadowMax shadowMin shadowWarning shadowFlag
        entryUUID entryDN nsUniqueId createTimestamp modifyTimestamp creatorsName modifiersName structuralObjectClass
        nsAccountLock nsRole nsRoleDN pwdAccountLockedTime pwdChangedTime pwdReset passwordExpirationTime
        memberOf mailAlternateAddress mailHost mailQuota mailLocalAddress mailRoutingAddress
        sambaSID sambaAcctFlags krbPrincipalName
        sAMAccountName sAMAccountType userPrincipalName userAccountControl msDS-User-Account-Control-Computed
        objectGUID objectSid objectCategory primaryGroupID groupType managedBy managedObjects directReports adminCount
        isCriticalSystemObject accountExpires pwdLastSet lockoutTime badPwdCount lastLogon lastLogonTimestamp logonCount
        whenCreated whenChanged uSNCreated uSNChanged canonicalName company department division employeeID comment
        countryCode middleName displayNamePrintable otherTelephone otherMobile otherHomePhone otherPager
        otherFacsimileTelephoneNumber otherIpPhone ipPhone otherMailbox wWWHomePage url assistant thumbnailPhoto
        servicePrincipalName msDS-PrincipalName msDS-ExternalDirectoryObjectId mS-DS-ConsistencyGuid
        msDS-cloudExtensionAttribute1 msDS-cloudExtensionAttribute2 msDS-cloudExtensionAttribute3
        msDS-cloudExtensionAttribute4 msDS-cloudExtensionAttribute5 msDS-cloudExtensionAttribute6
        msDS-cloudExtensionAttribute7 msDS-cloudExtensionAttribute8 msDS-cloudExtensionAttribute9
        msDS-cloudExtensionAttribute10 msDS-cloudExtensionAttribute11 msDS-cloudExtensionAttribute12
        msDS-cloudExtensionAttribute13 msDS-cloudExtensionAttribute14 msDS-cloudExtensionAttribute15
        msDS-cloudExtensionAttribute16 msDS-cloudExtensionAttribute17 msDS-cloudExtensionAttribute18
        msDS-cloudExtensionAttribute19 msDS-cloudExtensionAttribute20
        proxyAddresses mailNickname targetAddress legacyExchangeDN showInAddressBook homeMDB textEncodedORAddress
        publicDelegates publicDelegatesBL altRecipient deliverAndRedirect authOrig dLMemSubmitPerms
        mDBUseDefaults mDBStorageQuota mDBOverQuotaLimit mDBOverHardQuotaLimit
        msExchMailboxGuid msExchHideFromAddressLists msExchRecipientTypeDetails msExchRecipientDisplayType
        msExchRemoteRecipientType msExchDelegateListLink msExchDelegateListBL msExchUsageLocation msExchArchiveGUID
        msExchMasterAccountSid msExchAssistantName msExchExtensionCustomAttribute1 msExchExtensionCustomAttribute2
        msExchExtensionCustomAttribute3 msExchExtensionCustomAttribute4 msExchExtensionCustomAttribute5
        msRTCSIP-PrimaryUserAddress
        extensionAttribute1 extensionAttribute2 extensionAttribute3 extensionAttribute4 extensionAttribute5
        extensionAttribute6 extensionAttribute7 extensionAttribute8 extensionAttribute9 extensionAttribute10
        extensionAttribute11 extensionAttribute12 extensionAttribute13 extensionAttribute14 extensionAttribute15
        """
}
