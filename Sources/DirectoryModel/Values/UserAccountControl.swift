/// The flags of `userAccountControl` and of `msDS-User-Account-Control-Computed` (MS-ADTS 2.2.16).
///
/// Bits that have no name here are kept.
public struct UserAccountControl: OptionSet, Hashable, Sendable, Codable {
    /// The 32 bits.
    public let rawValue: UInt32

    /// The flags of these bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The flags of an attribute value: decimal, signed or not, within 32 bits; nil for any other text.
    public init?(decimal text: String) {
        guard let bits = DirectoryFlags.bits(ofDecimal: text) else { return nil }
        self.init(rawValue: bits)
    }

    /// The value as the directory writes it: a signed decimal number.
    public var decimalText: String { DirectoryFlags.decimalText(of: rawValue) }

    /// A logon script is run (`SCRIPT`).
    public static let script = UserAccountControl(rawValue: 0x1)
    /// The account is disabled (`ACCOUNTDISABLE`).
    public static let accountDisabled = UserAccountControl(rawValue: 0x2)
    /// A home folder is required (`HOMEDIR_REQUIRED`).
    public static let homeDirectoryRequired = UserAccountControl(rawValue: 0x8)
    /// The account is locked out; kept up to date only in the computed attribute (`LOCKOUT`).
    public static let lockout = UserAccountControl(rawValue: 0x10)
    /// No password is required (`PASSWD_NOTREQD`).
    public static let passwordNotRequired = UserAccountControl(rawValue: 0x20)
    /// The user cannot change the password; informative only (`PASSWD_CANT_CHANGE`).
    public static let passwordCannotChange = UserAccountControl(rawValue: 0x40)
    /// The password is stored reversibly (`ENCRYPTED_TEXT_PWD_ALLOWED`).
    public static let encryptedTextPasswordAllowed = UserAccountControl(rawValue: 0x80)
    /// A local account for a user of another domain (`TEMP_DUPLICATE_ACCOUNT`).
    public static let temporaryDuplicateAccount = UserAccountControl(rawValue: 0x100)
    /// A person's or a program's ordinary account (`NORMAL_ACCOUNT`).
    public static let normalAccount = UserAccountControl(rawValue: 0x200)
    /// An account that a trusting domain uses (`INTERDOMAIN_TRUST_ACCOUNT`).
    public static let interdomainTrust = UserAccountControl(rawValue: 0x800)
    /// A computer (`WORKSTATION_TRUST_ACCOUNT`).
    public static let workstationTrust = UserAccountControl(rawValue: 0x1000)
    /// A domain controller (`SERVER_TRUST_ACCOUNT`).
    public static let serverTrust = UserAccountControl(rawValue: 0x2000)
    /// The password never expires (`DONT_EXPIRE_PASSWORD`).
    public static let dontExpirePassword = UserAccountControl(rawValue: 0x1_0000)
    /// A majority-node-set logon account (`MNS_LOGON_ACCOUNT`).
    public static let mnsLogon = UserAccountControl(rawValue: 0x2_0000)
    /// The user must log on with a smart card (`SMARTCARD_REQUIRED`).
    public static let smartcardRequired = UserAccountControl(rawValue: 0x4_0000)
    /// Services under this account may act for their users (`TRUSTED_FOR_DELEGATION`).
    public static let trustedForDelegation = UserAccountControl(rawValue: 0x8_0000)
    /// Nobody may act for this user (`NOT_DELEGATED`).
    public static let notDelegated = UserAccountControl(rawValue: 0x10_0000)
    /// Kerberos keys are DES only (`USE_DES_KEY_ONLY`).
    public static let useDESKeyOnly = UserAccountControl(rawValue: 0x20_0000)
    /// Kerberos does not ask for pre-authentication (`DONT_REQ_PREAUTH`).
    public static let dontRequirePreauth = UserAccountControl(rawValue: 0x40_0000)
    /// The password has expired; kept up to date only in the computed attribute (`PASSWORD_EXPIRED`).
    public static let passwordExpired = UserAccountControl(rawValue: 0x80_0000)
    /// Services under this account may act for users that logged on by other means (`TRUSTED_TO_AUTH_FOR_DELEGATION`).
    public static let trustedToAuthForDelegation = UserAccountControl(rawValue: 0x100_0000)
    /// Kerberos tickets carry no authorisation data (`NO_AUTH_DATA_REQUIRED`).
    public static let noAuthDataRequired = UserAccountControl(rawValue: 0x200_0000)
    /// A read-only domain controller (`PARTIAL_SECRETS_ACCOUNT`).
    public static let partialSecrets = UserAccountControl(rawValue: 0x400_0000)
}

extension UserAccountControl: CustomStringConvertible {
    /// Microsoft's names of the flags, then the unnamed bits in hexadecimal, joined by ` | `; `0` if no bit is set.
    public var description: String {
        DirectoryFlags.describe(
            rawValue,
            names: [
                (0x1, "SCRIPT"), (0x2, "ACCOUNTDISABLE"), (0x8, "HOMEDIR_REQUIRED"), (0x10, "LOCKOUT"),
                (0x20, "PASSWD_NOTREQD"), (0x40, "PASSWD_CANT_CHANGE"), (0x80, "ENCRYPTED_TEXT_PWD_ALLOWED"),
                (0x100, "TEMP_DUPLICATE_ACCOUNT"), (0x200, "NORMAL_ACCOUNT"), (0x800, "INTERDOMAIN_TRUST_ACCOUNT"),
                (0x1000, "WORKSTATION_TRUST_ACCOUNT"), (0x2000, "SERVER_TRUST_ACCOUNT"),
                (0x1_0000, "DONT_EXPIRE_PASSWORD"), (0x2_0000, "MNS_LOGON_ACCOUNT"), (0x4_0000, "SMARTCARD_REQUIRED"),
                (0x8_0000, "TRUSTED_FOR_DELEGATION"), (0x10_0000, "NOT_DELEGATED"), (0x20_0000, "USE_DES_KEY_ONLY"),
                (0x40_0000, "DONT_REQ_PREAUTH"), (0x80_0000, "PASSWORD_EXPIRED"),
                (0x100_0000, "TRUSTED_TO_AUTH_FOR_DELEGATION"), (0x200_0000, "NO_AUTH_DATA_REQUIRED"),
                (0x400_0000, "PARTIAL_SECRETS_ACCOUNT"),
            ])
    }
}
