/// Why a directory could not be reached, bound to or read.
///
/// ``message`` is one or two sentences for the administrator: what happened, to which server or object, and what to do.
/// Passwords never appear in it.
public struct LDAPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The cause, for programs; new causes may appear.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The configuration cannot be used as it is: a malformed URL or filter, an empty password.
        public static let badConfiguration = Code(rawValue: "bad-configuration")
        /// The search base does not exist, or the account may not see it.
        public static let noSuchObject = Code(rawValue: "no-such-object")
        /// The server does not support what a complete read needs, such as paging.
        public static let notSupported = Code(rawValue: "not-supported")

        /// No address is known for the host's name.
        public static let nameNotFound = Code(rawValue: "name-not-found")
        /// Nobody listens on the port, or the way to the host is closed.
        public static let connectionRefused = Code(rawValue: "connection-refused")
        /// The server did not answer in time.
        public static let timedOut = Code(rawValue: "timed-out")
        /// The connection was lost.
        public static let serverDown = Code(rawValue: "server-down")
        /// The server is too busy, shutting down, or in part offline.
        public static let busy = Code(rawValue: "busy")
        /// The server's certificate is not signed by an authority that is trusted here.
        public static let certificateUntrusted = Code(rawValue: "certificate-untrusted")
        /// The server's certificate has expired, or is not valid yet.
        public static let certificateExpired = Code(rawValue: "certificate-expired")
        /// The server's certificate is for another name.
        public static let certificateNameMismatch = Code(rawValue: "certificate-name-mismatch")
        /// There is no common TLS, or none at all.
        public static let tlsFailed = Code(rawValue: "tls-failed")

        /// The name or password is wrong, or the account may not log on.
        public static let invalidCredentials = Code(rawValue: "invalid-credentials")
        /// The server wants an encrypted or signed connection.
        public static let strongerAuthRequired = Code(rawValue: "stronger-auth-required")
        /// The account may not do this.
        public static let insufficientRights = Code(rawValue: "insufficient-rights")

        /// The server gives this account fewer entries than there are.
        public static let sizeLimitExceeded = Code(rawValue: "size-limit-exceeded")
        /// The server's time limit ran out.
        public static let timeLimitExceeded = Code(rawValue: "time-limit-exceeded")
        /// The server's answer made no sense, or it called the request malformed.
        public static let protocolError = Code(rawValue: "protocol-error")
        /// Something else; see ``LDAPError/resultCode``.
        public static let other = Code(rawValue: "other")

        /// The task was cancelled: turned into `CancellationError` before anybody sees it.
        static let cancelled = Code(rawValue: "cancelled")
        /// What has changed since an earlier read cannot be told: everything is read then.
        static let unfollowable = Code(rawValue: "unfollowable")
    }

    /// Whose move it is.
    public enum Category: Sendable, Hashable {
        /// The configuration, or what it names, must change.
        case configuration
        /// The server, the network or the certificate must change; trying later may help.
        case unavailable
        /// The credentials or the account's rights must change.
        case access
    }

    /// The cause.
    public let code: Code
    /// What happened, to which server or object, and what to do.
    public let message: String
    /// The result code, where there was an answer or the library made one up.
    public let resultCode: LDAPResultCode?
    /// The server's own text (RFC 4511 `diagnosticMessage`); nil where it sent none.
    public let serverMessage: String?
    /// The longest part of the name that exists (RFC 4511 `matchedDN`); nil where the server sent none.
    public let matchedDN: String?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, resultCode: LDAPResultCode? = nil, serverMessage: String? = nil,
        matchedDN: String? = nil
    ) {
        self.code = code
        self.message = message
        self.resultCode = resultCode
        self.serverMessage = serverMessage
        self.matchedDN = matchedDN
    }

    /// ``message``.
    public var description: String { message }

    /// Whose move it is.
    public var category: Category {
        switch code {
        case .badConfiguration, .noSuchObject, .notSupported, .unfollowable: .configuration
        case .invalidCredentials, .strongerAuthRequired, .insufficientRights: .access
        default: .unavailable
        }
    }
}
