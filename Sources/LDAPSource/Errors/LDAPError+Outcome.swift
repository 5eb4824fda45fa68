internal import DirectoryModel

extension LDAPError {
    /// Why a bind failed.
    static func bind(_ outcome: Outcome, as name: String?, to url: LDAPURL) -> LDAPError {
        let who = name.map { "\"\($0)\"" } ?? "an anonymous bind"
        switch outcome.code {
        case .invalidCredentials, .inappropriateAuthentication:
            let refusal = ActiveDirectoryRefusal(serverMessage: outcome.serverMessage)
            let usual =
                "The name or the password is wrong. Check both, and the form of the name (a distinguished name, "
                + "or for Active Directory also name@domain or DOMAIN\\name)."
            return outcome.error(
                .invalidCredentials, "\(url) refused \(who): \(outcome.text). \(refusal?.sentence(for: name) ?? usual)")
        case .strongerAuthRequired, .confidentialityRequired:
            return outcome.error(
                .strongerAuthRequired,
                "\(url) refused \(who) on an unencrypted connection: \(outcome.text). Use ldaps:// or StartTLS.")
        case .authMethodNotSupported:
            let advice =
                name == "EXTERNAL"
                ? "The connection shows it nobody: name a client certificate that it trusts, or use its ldapi:// socket."
                : "It takes no bind of this kind: use another."
            return outcome.error(.notSupported, "\(url) refused \(who): \(outcome.text). \(advice)")
        case .invalidDNSyntax:
            return outcome.error(
                .invalidCredentials,
                "\(url) does not understand the name \(who): \(outcome.text). Give the account's distinguished name.")
        default:
            return general(outcome, "binding to \(url) as \(who)")
        }
    }

    /// Why a search failed, or stopped before its end.
    ///
    /// - Parameter contexts: the naming contexts that the server has, where it tells them.
    static func search(
        _ outcome: Outcome, for subject: String, base: String, on url: LDAPURL, contexts: [String] = []
    ) -> LDAPError {
        let existing =
            contexts.isEmpty
            ? "" : " The server has \(contexts.map { "\"\($0)\"" }.joined(separator: ", "))."
        switch outcome.code {
        case .noSuchObject:
            let known = outcome.matchedDN.map { "; what exists of it is \"\($0)\"" } ?? ""
            return outcome.error(
                .noSuchObject,
                "The search base \"\(base)\" does not exist on \(url), or the account may not see it: "
                    + "\(outcome.text)\(known).\(existing) Correct the base.")
        case .referral:
            let elsewhere =
                outcome.referrals.isEmpty ? "" : " It refers to \(outcome.referrals.joined(separator: ", "))."
            return outcome.error(
                .noSuchObject,
                "The search base \"\(base)\" is not on \(url): \(outcome.text).\(elsewhere)\(existing) Correct the base, or "
                    + "name a server that has it.")
        case .sizeLimitExceeded, .adminLimitExceeded:
            return outcome.error(
                .sizeLimitExceeded,
                "\(url) ended the search for \(subject) with \(outcome.text): it gives this account fewer entries than "
                    + "there are. Raise the server's limit for the account (OpenLDAP: size.prtotal in `limits`), or read a "
                    + "smaller base.")
        case .timeLimitExceeded:
            return outcome.error(
                .timeLimitExceeded,
                "\(url) ended the search for \(subject) with \(outcome.text). Raise the server's time limit for the "
                    + "account (OpenLDAP: time in `limits`; Active Directory: MaxQueryDuration), or index the attributes "
                    + "of the filter.")
        case .unavailableCriticalExtension:
            return outcome.error(
                .notSupported,
                "\(url) does not support paged results (RFC 2696), which a complete read needs: \(outcome.text). "
                    + "Allow them for the account, or read from a server that has them.")
        case .filterError:
            return outcome.error(
                .badConfiguration, "The filter for \(subject) is malformed (RFC 4515). Check its parentheses.")
        default:
            return general(outcome, "searching \(subject) on \(url)")
        }
    }

    /// What can happen to any operation; `action` completes "… failed".
    static func general(_ outcome: Outcome, _ action: String) -> LDAPError {
        let failed = "\(action.capitalizedFirst) failed: \(outcome.text)."
        switch outcome.code {
        case .serverDown, .connectError:
            return outcome.error(
                .serverDown, "\(action.capitalizedFirst) failed: the connection was lost (\(outcome.text)). Try again.")
        case .timeout:
            return outcome.error(.timedOut, "\(failed) Try again, or allow more time.")
        case .busy, .unavailable:
            return outcome.error(.busy, "\(failed) Try again later.")
        case .insufficientAccessRights:
            return outcome.error(
                .insufficientRights,
                "\(failed) Give the account the right to read this part, or bind as one that has it.")
        case .operationsError where outcome.serverMessage.map(saysUnauthenticated) ?? false:
            return outcome.error(.insufficientRights, "\(failed) The server wants a bind with name and password.")
        case .strongerAuthRequired, .confidentialityRequired:
            return outcome.error(.strongerAuthRequired, "\(failed) Use ldaps:// or StartTLS.")
        case .protocolError, .operationsError, LDAPResultCode(rawValue: -4):
            return outcome.error(.protocolError, failed)
        case .unwillingToPerform:
            return outcome.error(.insufficientRights, "\(failed) The server's policy forbids it.")
        case .invalidDNSyntax:
            return outcome.error(.badConfiguration, "\(failed) Correct the distinguished name.")
        default:
            return outcome.error(.other, failed)
        }
    }

    /// Active Directory and Samba say it in words only.
    private static func saysUnauthenticated(_ message: String) -> Bool {
        message.contains("successful bind must be completed") || message.contains("without authentication")
    }
}

extension String {
    /// The text with its first letter in upper case, for the beginning of a sentence.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
