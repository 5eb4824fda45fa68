extension AttributeName {
    /// Attributes from which somebody could log in or work out a password: shown to nobody, and written to a file only
    /// where that was asked for.
    public static let secret: Set<AttributeName> = [
        "authPassword", "currentValue", "dBCSPwd", "initialAuthIncoming", "initialAuthOutgoing", "krbPrincipalKey",
        "lmPwdHistory", "ms-Mcs-AdmPwd", "msDS-ManagedPassword", "msLAPS-EncryptedDSRMPassword",
        "msLAPS-EncryptedPassword", "msLAPS-Password", "ntPwdHistory", "pwdHistory", "sambaLMPassword",
        "sambaNTPassword", "sambaPasswordHistory", "supplementalCredentials", "trustAuthIncoming",
        "trustAuthOutgoing", "unicodePwd", "userPassword",
    ]
}
