/// Why an operation, or one change in it, is planned (requirement BE2).
public struct Reason: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The kind of reason, for programs; new kinds may appear.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A member of the group named in ``Reason/subject``.
        public static let memberOf = Code(rawValue: "member-of")
        /// Every user of the directory is in scope.
        public static let everyone = Code(rawValue: "everyone")
        /// Meets the rule given in ``Reason/subject``.
        public static let matches = Code(rawValue: "matches")
        /// Kept out by the rule given in ``Reason/subject``.
        public static let excluded = Code(rawValue: "excluded")
        /// Still in the directory, but meets none of the rules given in ``Reason/subject``.
        public static let leftScope = Code(rawValue: "left-scope")
        /// Still in the directory, as something that is no person and is named in ``Reason/subject``.
        public static let notAPerson = Code(rawValue: "not-a-person")
        /// Disabled in the directory.
        public static let disabled = Code(rawValue: "disabled")
        /// Past the date in ``Reason/subject`` on which the directory lets the user expire.
        public static let expired = Code(rawValue: "expired")
        /// Locked out after too many wrong passwords.
        public static let locked = Code(rawValue: "locked")
        /// The password has expired.
        public static let passwordExpired = Code(rawValue: "password-expired")
        /// Suspended since the date in ``Reason/subject``.
        public static let suspendedSince = Code(rawValue: "suspended-since")
        /// Bound to nobody, and nobody in the directory has its address.
        public static let unowned = Code(rawValue: "unowned")
        /// The group named in ``Reason/subject`` has an account of its own.
        public static let group = Code(rawValue: "group")
        /// What everybody has whom no group grants anything else.
        public static let byDefault = Code(rawValue: "by-default")
        /// Its members or delegates in the directory have changed, or the accounts they have.
        public static let members = Code(rawValue: "members")
        /// Enabled in the directory, and in scope again.
        public static let enabled = Code(rawValue: "enabled")
        /// Not in the directory any more.
        public static let gone = Code(rawValue: "gone")
        /// The directory says otherwise.
        public static let differs = Code(rawValue: "differs")
        /// The account was bound to nobody and is now bound to the directory object; it was found by the address, or by
        /// what ``Reason/subject`` names.
        public static let adopted = Code(rawValue: "adopted")
        /// Gives up an address that another account gets, before getting its own new one.
        public static let makesWay = Code(rawValue: "makes-way")
        /// Undoes what the past run named in ``Reason/subject`` did.
        public static let undoes = Code(rawValue: "undoes")
        /// The same person has another primary address.
        public static let readdressed = Code(rawValue: "readdressed")
    }

    /// The kind of reason.
    public let code: Code
    /// What the reason is about, such as a group's name.
    public let subject: String?

    /// Makes a reason.
    public init(_ code: Code, _ subject: String? = nil) {
        self.code = code
        self.subject = subject
    }

    /// The reason as a phrase, without a capital or a full stop.
    public var description: String {
        let subject = subject ?? ""
        return switch code {
        case .memberOf: "member of \(subject)"
        case .everyone: "in the directory"
        case .matches: subject
        case .excluded: "kept out: \(subject)"
        case .leftScope: "no longer \(subject)"
        case .notAPerson: "not a person, but \(subject)"
        case .disabled: "disabled in the directory"
        case .expired: "expired in the directory on \(subject)"
        case .locked: "locked out in the directory"
        case .passwordExpired: "password expired in the directory"
        case .enabled: "enabled in the directory again"
        case .gone: "gone from the directory"
        case .differs: "differs from the directory"
        case .adopted:
            "has the same \(subject.isEmpty ? "address" : subject); bound to the directory object from now on"
        case .suspendedSince: "suspended since \(subject)"
        case .unowned: "belongs to nobody in the directory"
        case .group: "the group \(subject)"
        case .byDefault: "by default"
        case .members: "members as in the directory"
        case .makesWay: "makes way for another account first"
        case .undoes: "undoes \(subject)"
        case .readdressed: "same person, new primary address"
        default: subject.isEmpty ? code.rawValue : "\(code.rawValue): \(subject)"
        }
    }
}
