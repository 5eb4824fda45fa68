public import DirectoryModel
public import ReconcileEngine

/// How to reach a SCIM service, and what is known of it.
public struct SCIMConfiguration: Sendable {
    /// The address that `/Users` is below: `https://host/scim/v2`.
    public var url: String
    /// Who signs in.
    public var credentials: SCIMCredentials
    /// What kind of service it is.
    public var profile: SCIMProfile
    /// Fields that the service does not hold, whatever it says.
    public var without: AccountFields
    /// A PEM file with the authorities that may sign the server's certificate; nil for those of the system.
    public var caFile: String?
    /// How long one request may take, up to the last byte of the answer.
    public var timeout: Duration
    /// Whether the token may be sent unencrypted to another machine.
    public var allowsPlainText: Bool

    /// Makes a configuration.
    public init(
        url: String, credentials: SCIMCredentials, profile: SCIMProfile = .rfc, without: AccountFields = [],
        caFile: String? = nil, timeout: Duration = .seconds(30), allowsPlainText: Bool = false
    ) {
        self.url = url
        self.credentials = credentials
        self.profile = profile
        self.without = without
        self.caFile = caFile
        self.timeout = timeout
        self.allowsPlainText = allowsPlainText
    }
}

/// How somebody signs in at a SCIM service.
public enum SCIMCredentials: Sendable {
    /// A token that the service has given out (RFC 6750).
    case bearer(Secret)
    /// Tokens that are asked for as they are needed (RFC 6749 section 4.4).
    case clientCredentials(OAuthClient)
}

/// A client that an authorization server knows by name and password.
public struct OAuthClient: Sendable {
    /// Where tokens are asked for.
    public var tokenURL: String
    /// The client's name.
    public var id: String
    /// The client's password.
    public var secret: Secret
    /// What the token is to be good for; nil for what the server gives without asking.
    public var scope: String?

    /// Makes a client.
    public init(tokenURL: String, id: String, secret: Secret, scope: String? = nil) {
        self.tokenURL = tokenURL
        self.id = id
        self.secret = secret
        self.scope = scope
    }
}
