internal import COpenLDAP

/// Finds out why a TLS handshake failed.
enum TLSFailure {
    static func explain(_ outcome: Outcome, configuration: LDAPConfiguration) -> LDAPError {
        outcome.error(.tlsFailed, "\(configuration.url): TLS failed: \(outcome.text).")
    }
}
