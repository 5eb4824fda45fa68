/// The outcome of an LDAP operation, as the server (RFC 4511 §4.1.9) or the library reported it.
///
/// Codes from 0 are the server's; negative ones are libldap's own, such as -1 for a lost connection. A code that has no
/// name here is kept as it came.
public struct LDAPResultCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The number.
    public let rawValue: Int32

    /// Makes a code from its number; any number is kept.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The operation succeeded.
    public static let success = LDAPResultCode(rawValue: 0)
    /// The server met an internal error, or the operation came out of order; Active Directory's answer to anonymous searches.
    public static let operationsError = LDAPResultCode(rawValue: 1)
    /// The server did not understand the request.
    public static let protocolError = LDAPResultCode(rawValue: 2)
    /// The server's time limit for the operation ran out.
    public static let timeLimitExceeded = LDAPResultCode(rawValue: 3)
    /// There are more entries than the server gives this account.
    public static let sizeLimitExceeded = LDAPResultCode(rawValue: 4)
    /// The server does not support the way of authenticating.
    public static let authMethodNotSupported = LDAPResultCode(rawValue: 7)
    /// The server wants encryption or signing for this bind.
    public static let strongerAuthRequired = LDAPResultCode(rawValue: 8)
    /// The entry is held by another server.
    public static let referral = LDAPResultCode(rawValue: 10)
    /// An administrative limit of the server was reached.
    public static let adminLimitExceeded = LDAPResultCode(rawValue: 11)
    /// The server does not support a control that the request depends on.
    public static let unavailableCriticalExtension = LDAPResultCode(rawValue: 12)
    /// The server wants TLS before anything else.
    public static let confidentialityRequired = LDAPResultCode(rawValue: 13)
    /// A policy of the server forbids it, such as one on passwords.
    public static let constraintViolation = LDAPResultCode(rawValue: 19)
    /// The entry, mostly the search base, does not exist or may not be seen.
    public static let noSuchObject = LDAPResultCode(rawValue: 32)
    /// A distinguished name in the request is malformed.
    public static let invalidDNSyntax = LDAPResultCode(rawValue: 34)
    /// The entry has no credentials to bind with, or the server wants some other way of binding.
    public static let inappropriateAuthentication = LDAPResultCode(rawValue: 48)
    /// The name or the password is wrong, or the account may not log on.
    public static let invalidCredentials = LDAPResultCode(rawValue: 49)
    /// The account may not do this.
    public static let insufficientAccessRights = LDAPResultCode(rawValue: 50)
    /// The server is too busy.
    public static let busy = LDAPResultCode(rawValue: 51)
    /// The server is shutting down or a part of it is offline.
    public static let unavailable = LDAPResultCode(rawValue: 52)
    /// The server refuses by its own policy.
    public static let unwillingToPerform = LDAPResultCode(rawValue: 53)
    /// The server met an error that has no code.
    public static let other = LDAPResultCode(rawValue: 80)
    /// The library lost, or never had, the connection.
    public static let serverDown = LDAPResultCode(rawValue: -1)
    /// The library gave up waiting.
    public static let timeout = LDAPResultCode(rawValue: -5)
    /// The library did not understand the filter.
    public static let filterError = LDAPResultCode(rawValue: -7)
    /// The library could not connect, mostly for TLS.
    public static let connectError = LDAPResultCode(rawValue: -11)

    /// The name of the code in RFC 4511, or libldap's; nil for a code without one.
    public var name: String? {
        let row = Self.names.first { $0.0 == rawValue }
        return row?.1
    }

    /// The number and the name: `4 sizeLimitExceeded`.
    public var description: String { name.map { "\(rawValue) \($0)" } ?? "\(rawValue)" }

    private static let names: [(Int32, String)] = [
        (0, "success"), (1, "operationsError"), (2, "protocolError"), (3, "timeLimitExceeded"),
        (4, "sizeLimitExceeded"), (5, "compareFalse"), (6, "compareTrue"), (7, "authMethodNotSupported"),
        (8, "strongerAuthRequired"), (10, "referral"), (11, "adminLimitExceeded"),
        (12, "unavailableCriticalExtension"), (13, "confidentialityRequired"), (14, "saslBindInProgress"),
        (16, "noSuchAttribute"), (17, "undefinedAttributeType"), (18, "inappropriateMatching"),
        (19, "constraintViolation"), (20, "attributeOrValueExists"), (21, "invalidAttributeSyntax"),
        (32, "noSuchObject"), (33, "aliasProblem"), (34, "invalidDNSyntax"), (36, "aliasDereferencingProblem"),
        (48, "inappropriateAuthentication"), (49, "invalidCredentials"), (50, "insufficientAccessRights"),
        (51, "busy"), (52, "unavailable"), (53, "unwillingToPerform"), (54, "loopDetect"), (64, "namingViolation"),
        (65, "objectClassViolation"), (66, "notAllowedOnNonLeaf"), (67, "notAllowedOnRDN"),
        (68, "entryAlreadyExists"), (69, "objectClassModsProhibited"), (71, "affectsMultipleDSAs"), (80, "other"),
        (-1, "serverDown"), (-2, "localError"), (-3, "encodingError"), (-4, "decodingError"), (-5, "timeout"),
        (-6, "authUnknown"), (-7, "filterError"), (-8, "userCancelled"), (-9, "parameterError"), (-10, "noMemory"),
        (-11, "connectError"), (-12, "notSupported"), (-13, "controlNotFound"), (-14, "noResultsReturned"),
        (-16, "clientLoop"), (-17, "referralLimitExceeded"),
    ]
}
