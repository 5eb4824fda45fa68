/// What the server, or libldap in its stead, said at the end of an operation.
struct Outcome: Sendable, Hashable {
    var code: LDAPResultCode
    var serverMessage: String?
    var matchedDN: String?
    /// The URLs of other servers that have what was asked for (RFC 4511 §4.1.10).
    var referrals: [String] = []

    /// The code with its name, and the server's own words: `4 sizeLimitExceeded, "…"`.
    var text: String {
        serverMessage.map { "\(code), \"\($0)\"" } ?? "\(code)"
    }

    /// The error that this outcome means, told in the words of `sentence`.
    func error(_ errorCode: LDAPError.Code, _ sentence: String) -> LDAPError {
        LDAPError(errorCode, sentence, resultCode: code, serverMessage: serverMessage, matchedDN: matchedDN)
    }
}
