extension LDAPError {
    /// Why a bind by Kerberos failed, on this side or the server's.
    static func kerberos(_ outcome: Outcome, to url: LDAPURL, overTLS: Bool) -> LDAPError {
        let isTooWeak = outcome.code == .strongerAuthRequired || outcome.code == .confidentialityRequired
        if overTLS, isTooWeak || outcome.code == .unwillingToPerform {
            return outcome.error(
                .strongerAuthRequired,
                "\(url) refused the Kerberos ticket: \(outcome.text). It wants Kerberos' own encryption, and there is none "
                    + "within TLS. Use an ldap:// URL without StartTLS: Kerberos then encrypts the connection.")
        }
        if outcome.code.rawValue > 0 { return bind(outcome, as: "the Kerberos ticket", to: url) }
        let advice = kerberosAdvice.first { outcome.serverMessage?.contains($0.text) ?? false }?.advice
        let usual =
            "Get one with `kinit`, or name a keytab in KRB5_CLIENT_KTNAME; and use the server's full name in the URL."
        return outcome.error(
            .invalidCredentials,
            "No Kerberos ticket could be used for \(url): \(outcome.text). \(advice ?? usual)")
    }

    /// What to do about what MIT Kerberos says (krb5_err.et), where the usual advice is of no use.
    private static let kerberosAdvice: [(text: String, advice: String)] = [
        (
            "Preauthentication failed",
            "The keytab's key is not the account's, whose password was changed since: make a new keytab."
        ),
        ("(Client ", "The domain has no account for the keytab's principal (account@REALM): make a new keytab."),
        ("(Server ", "The domain knows the server by another name: use its full name in the URL."),
        (
            "Cannot contact any KDC",
            "Check that the realm's domain controllers can be reached on port 88, and what krb5.conf says of them."
        ),
        ("Cannot find KDC", "Check that DNS, or krb5.conf, names the domain controllers of the realm."),
        ("Clock skew too great", "Set this machine's clock by the domain's."),
        ("Ticket expired", "Get a new one with `kinit`, or name a keytab in KRB5_CLIENT_KTNAME."),
    ]
}
