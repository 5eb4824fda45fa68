public import DirectoryModel

/// When somebody counts as disabled: such a person should have no usable account.
public struct Activity: Sendable, Hashable {
    /// A way in which a directory keeps somebody from signing in.
    public enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
        /// Disabled by an administrator: bit 2 of `userAccountControl` (MS-ADTS §2.2.16), `nsAccountLock` of 389 Directory
        /// Server, or a `pwdAccountLockedTime` that is for ever (draft-behera-ldap-password-policy-11 §5.3.3).
        case disabled
        /// Past the date in `accountExpires`, or in `shadowExpire` (RFC 2307), which is in days since 1970.
        case expired
        /// Locked for a while after too many wrong passwords: bit 5 of `msDS-User-Account-Control-Computed`.
        case locked
        /// The password is too old: bit 24 of `msDS-User-Account-Control-Computed`.
        case passwordExpired = "password-expired"
    }

    /// The causes that count; empty means that everybody is active.
    public var causes: Set<Cause>

    /// Makes the rule, by default for being disabled or expired.
    ///
    /// Who is locked out, or has to change a password, is back within minutes, and so should keep the account.
    public init(_ causes: Set<Cause> = [.disabled, .expired]) { self.causes = causes }

    /// The attributes that tell.
    public var attributes: [AttributeName] {
        var names: [AttributeName] = []
        if causes.contains(.disabled) { names += ["userAccountControl", "nsAccountLock", "pwdAccountLockedTime"] }
        if causes.contains(.expired) { names += ["accountExpires", "shadowExpire"] }
        if causes.contains(.locked) || causes.contains(.passwordExpired) {
            names.append("msDS-User-Account-Control-Computed")
        }
        return names
    }

}

/// The rule of activity made ready for one snapshot: attributes are positions in an array of texts.
struct CompiledActivity {
    private let causes: Set<Activity.Cause>
    private let now: Timestamp?
    private let control: Int?
    private let accountLock: Int?
    private let lockedTime: Int?
    private let expires: Int?
    private let shadowExpires: Int?
    private let computed: Int?

    /// Makes the rule ready.
    ///
    /// - Parameters:
    ///   - now: the time of the plan; nil leaves dates out of account.
    ///   - index: gives the position of an attribute.
    init(_ activity: Activity, at now: Timestamp?, index: (AttributeName) -> Int) {
        causes = activity.causes
        self.now = now
        let isDisabledAsked = causes.contains(.disabled)
        control = isDisabledAsked ? index("userAccountControl") : nil
        accountLock = isDisabledAsked ? index("nsAccountLock") : nil
        lockedTime = isDisabledAsked ? index("pwdAccountLockedTime") : nil
        expires = causes.contains(.expired) && now != nil ? index("accountExpires") : nil
        shadowExpires = causes.contains(.expired) && now != nil ? index("shadowExpire") : nil
        let isStateAsked = causes.contains(.locked) || causes.contains(.passwordExpired)
        computed = isStateAsked ? index("msDS-User-Account-Control-Computed") : nil
    }

    /// Why a user with these first values counts as disabled; nil where the user is active.
    func inactivity(_ texts: [String?]) -> Reason? {
        if let control, let text = texts[control], let flags = UserAccountControl(decimal: text),
            flags.contains(.accountDisabled)
        {
            return Reason(.disabled)
        }
        if let accountLock, let text = texts[accountLock], text.lowercased() == "true" { return Reason(.disabled) }
        if let lockedTime, texts[lockedTime] == "000001010000Z" { return Reason(.disabled) }
        if let expires, let now, let text = texts[expires], let end = FileTime(decimal: text)?.timestamp, end <= now {
            return Reason(.expired, String(end.description.prefix(10)))
        }
        // Nothing and -1 mean that the user never expires.
        if let shadowExpires, let now, let text = texts[shadowExpires], let days = Int64(text), days >= 0,
            days < 1 << 40,
            case let end = Timestamp(secondsSince1970: days * 86_400), end <= now
        {
            return Reason(.expired, String(end.description.prefix(10)))
        }
        guard let computed, let text = texts[computed], let state = UserAccountControl(decimal: text) else {
            return nil
        }
        if causes.contains(.locked), state.contains(.lockout) { return Reason(.locked) }
        if causes.contains(.passwordExpired), state.contains(.passwordExpired) { return Reason(.passwordExpired) }
        return nil
    }
}
