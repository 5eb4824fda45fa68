internal import DirectoryModel

/// What came of checking a name and a password.
///
/// Whoever asks decides how much of it to tell: to somebody who signs in, no more than accepted or refused.
public enum Authentication: Sendable, Hashable {
    /// The password is right, and the directory lets the user of this distinguished name sign in.
    case accepted(dn: String)
    /// It is not, or it does not.
    case refused(Refusal)

    /// Why somebody is not let in.
    public enum Refusal: String, Sendable, Hashable, CaseIterable {
        /// The password is empty; nothing was sent, because servers take that for an anonymous bind.
        case emptyPassword = "empty-password"
        /// Nobody is found by the name.
        case unknownUser = "unknown-user"
        /// Several entries are found by the name, and none of them is taken.
        case severalUsers = "several-users"
        /// The password is wrong, or the user has none.
        case wrongPassword = "wrong-password"
        /// The user is disabled; the password may be right or wrong.
        case disabled
        /// The user has expired.
        case expired
        /// The user is locked out after too many wrong passwords.
        case locked
        /// The password is right and too old.
        case passwordExpired = "password-expired"
        /// The password is right and has to be changed first.
        case mustChangePassword = "must-change-password"
        /// The directory does not let the user sign in now, from here, or in this way.
        case notAllowed = "not-allowed"
    }
}

extension Authentication.Refusal: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .emptyPassword: "The password is empty, and was not sent."
        case .unknownUser: "The directory has no such user."
        case .severalUsers: "The directory has several such users."
        case .wrongPassword: "The password is wrong."
        case .disabled: "The user is disabled in the directory."
        case .expired: "The user has expired in the directory."
        case .locked: "The user is locked out after too many wrong passwords."
        case .passwordExpired: "The password has expired."
        case .mustChangePassword: "The password has to be changed first."
        case .notAllowed: "The directory does not let the user sign in now, from here, or in this way."
        }
    }
}

extension Authentication {
    /// What the answer to a bind means, together with what the user's entry says.
    ///
    /// Nil for an answer that is about the server and not about the user.
    init?(_ outcome: Outcome, dn: String, state: AccountState) {
        switch outcome.code {
        case .success:
            // Not every server keeps out by itself who should be.
            self = state.standing.map { .refused($0) } ?? .accepted(dn: dn)
        case .invalidCredentials:
            if let refusal = ActiveDirectoryRefusal(serverMessage: outcome.serverMessage) {
                self = .refused(refusal.meaning)
            } else {
                self = .refused(state.isLocked ? .locked : .wrongPassword)
            }
        case .inappropriateAuthentication, .noSuchObject, .invalidDNSyntax: self = .refused(.wrongPassword)
        // How 389 Directory Server tells of too many wrong passwords, and of an account that is inactivated.
        case .constraintViolation: self = .refused(.locked)
        case .unwillingToPerform: self = .refused(state.standing ?? .notAllowed)
        default: return nil
        }
    }
}

extension ActiveDirectoryRefusal {
    fileprivate var meaning: Authentication.Refusal {
        switch number {
        case 0x525: .unknownUser
        case 0x530, 0x531, 0x568: .notAllowed
        case 0x532: .passwordExpired
        case 0x533: .disabled
        case 0x701: .expired
        case 0x773: .mustChangePassword
        case 0x775: .locked
        default: .wrongPassword
        }
    }
}

/// What a user's entry says about signing in.
struct AccountState: Sendable, Hashable {
    /// Why somebody with the right password is not let in; nil where nothing speaks against it.
    var standing: Authentication.Refusal?
    /// Whether too many passwords were wrong of late.
    var isLocked: Bool

    /// The attributes that tell.
    static let attributes: [AttributeName] = [
        "userAccountControl", "msDS-User-Account-Control-Computed", "accountExpires", "shadowExpire",
        "nsAccountLock", "pwdAccountLockedTime", "pwdReset",
    ]

    init(_ values: AttributeValues, at now: Timestamp) {
        let control = values.first("userAccountControl").flatMap { UserAccountControl(decimal: $0) } ?? []
        let computed =
            values.first("msDS-User-Account-Control-Computed").flatMap { UserAccountControl(decimal: $0) } ?? []
        let lockedTime = values.first("pwdAccountLockedTime")
        // A lock for ever is an administrator's (draft-behera-ldap-password-policy-11 §5.3.3); another one ends some day,
        // which only the server knows.
        let isDisabled =
            control.contains(.accountDisabled) || values.first("nsAccountLock")?.asciiLowercased == "true"
            || lockedTime == "000001010000Z"
        isLocked = computed.contains(.lockout) || lockedTime != nil
        let expires = values.first("accountExpires").flatMap { FileTime(decimal: $0)?.timestamp }
        // Days since 1970 (RFC 2307); -1 means that the user never expires.
        let days = values.first("shadowExpire").flatMap { Int64($0) } ?? -1
        let isExpired = expires.map { $0 <= now } ?? false || (days >= 0 && days <= now.secondsSince1970 / 86_400)
        if isDisabled {
            standing = .disabled
        } else if isExpired {
            standing = .expired
        } else if computed.contains(.lockout) {
            standing = .locked
        } else if computed.contains(.passwordExpired) {
            standing = .passwordExpired
        } else if values.first("pwdReset")?.asciiLowercased == "true" {
            standing = .mustChangePassword
        }
    }
}
