import Testing

@testable import LDAPSource

/// The sentences for answers that slapd does not give.
@Suite struct LDAPErrorTests {
    private static let url = LDAPURL(scheme: .ldaps, host: "dc1.corp.example")

    @Test(arguments: [
        ("525", "no such account"), ("52e", "name or the password is wrong"), ("530", "at this hour"),
        ("531", "from this machine"), ("532", "password has expired"), ("533", "disabled"),
        ("701", "account has expired"),
        ("773", "must change its password"), ("775", "locked"), ("568", "groups"),
        ("57", "`net helpmsg 87`"), ("80090346", "channel binding"),
    ])
    func activeDirectorySaysWhy(_ number: String, sentence: String) {
        let text = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data \(number), v4563"
        let outcome = Outcome(code: .invalidCredentials, serverMessage: text)
        let error = LDAPError.bind(outcome, as: "svc@corp.example", to: Self.url)
        #expect(error.code == .invalidCredentials)
        #expect(error.category == .access)
        #expect(error.message.contains(sentence))
        #expect(error.message.contains(text))
        #expect(error.serverMessage == text)
        #expect(error.resultCode == .invalidCredentials)
    }

    @Test(arguments: ["", "data", "data ,", "some data xyz", "data 99999999999999999999"])
    func otherTextsGetTheUsualSentence(_ text: String) {
        let outcome = Outcome(code: .invalidCredentials, serverMessage: text)
        let error = LDAPError.bind(outcome, as: "svc", to: Self.url)
        #expect(error.message.contains("The name or the password is wrong. Check both"))
    }

    @Test(arguments: [
        (LDAPResultCode.strongerAuthRequired, LDAPError.Code.strongerAuthRequired, LDAPError.Category.access),
        (.confidentialityRequired, .strongerAuthRequired, .access),
        (.insufficientAccessRights, .insufficientRights, .access),
        (.unwillingToPerform, .insufficientRights, .access), (.busy, .busy, .unavailable),
        (.unavailable, .busy, .unavailable), (.serverDown, .serverDown, .unavailable),
        (.timeout, .timedOut, .unavailable),
        (.protocolError, .protocolError, .unavailable), (LDAPResultCode(rawValue: 4711), .other, .unavailable),
    ])
    func codesOfAnyOperation(_ result: LDAPResultCode, code: LDAPError.Code, category: LDAPError.Category) {
        for error in [
            LDAPError.bind(Outcome(code: result, serverMessage: "text"), as: "svc", to: Self.url),
            LDAPError.search(
                Outcome(code: result, serverMessage: "text"), for: "people", base: "DC=corp", on: Self.url),
        ] {
            #expect(error.code == code)
            #expect(error.category == category)
            #expect(error.resultCode == result)
            #expect(error.message.contains("\(result), \"text\""), "\(error)")
            #expect(error.message.contains("ldaps://dc1.corp.example"))
        }
    }

    @Test(arguments: [
        (LDAPResultCode.sizeLimitExceeded, LDAPError.Code.sizeLimitExceeded), (.adminLimitExceeded, .sizeLimitExceeded),
        (.timeLimitExceeded, .timeLimitExceeded), (.unavailableCriticalExtension, .notSupported),
        (.noSuchObject, .noSuchObject), (.filterError, .badConfiguration), (.invalidDNSyntax, .badConfiguration),
    ])
    func codesOfSearches(_ result: LDAPResultCode, code: LDAPError.Code) {
        #expect(LDAPError.search(Outcome(code: result), for: "people", base: "DC=corp", on: Self.url).code == code)
    }

    @Test func activeDirectoryWantsABind() {
        let windows =
            "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must "
            + "be completed on the connection., data 0, v4563"
        for text in [windows, "00002020: Operation unavailable without authentication"] {
            let outcome = Outcome(code: .operationsError, serverMessage: text)
            let error = LDAPError.search(outcome, for: "people", base: "DC=corp", on: Self.url)
            #expect(error.code == .insufficientRights)
        }
    }

    /// What no server of the tests can be brought to.
    @Test(arguments: [
        ("Clock skew too great", "Set this machine's clock"), ("Ticket expired", "`kinit`"),
        ("Cannot find KDC for realm \"CORP.EXAMPLE\"", "DNS, or krb5.conf"), ("something else", "Get one with `kinit`"),
    ])
    func kerberosSaysWhy(_ reason: String, advice: String) {
        let text = "SASL(-1): generic failure: GSSAPI Error: Unspecified GSS failure. (\(reason))"
        let outcome = Outcome(code: LDAPResultCode(rawValue: -2), serverMessage: text)
        let error = LDAPError.kerberos(outcome, to: Self.url, overTLS: false)
        #expect(error.code == .invalidCredentials)
        #expect(error.message.contains(reason) && error.message.contains(advice), "\(error)")
    }

    @Test func resultCodesAreNamed() {
        #expect("\(LDAPResultCode.sizeLimitExceeded)" == "4 sizeLimitExceeded")
        #expect("\(LDAPResultCode.serverDown)" == "-1 serverDown")
        #expect("\(LDAPResultCode(rawValue: 9999))" == "9999")
        #expect(LDAPResultCode(rawValue: 9999).name == nil)
    }
}
