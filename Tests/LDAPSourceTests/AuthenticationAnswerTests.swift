import DirectoryModel
import Testing

@testable import LDAPSource

/// What answers mean that slapd does not give.
@Suite struct AuthenticationAnswerTests {
    private static let now = Timestamp(secondsSince1970: 1_800_000_000)

    private static func answer(
        _ code: LDAPResultCode, _ message: String? = nil, _ values: KeyValuePairs<AttributeName, [String]> = [:]
    ) -> Authentication? {
        Authentication(
            Outcome(code: code, serverMessage: message), dn: "cn=ana",
            state: AccountState(AttributeValues(values), at: now))
    }

    @Test(
        arguments: [
            ("525", .unknownUser), ("52e", .wrongPassword), ("530", .notAllowed), ("531", .notAllowed),
            ("532", .passwordExpired), ("533", .disabled), ("568", .notAllowed), ("701", .expired),
            ("773", .mustChangePassword), ("775", .locked), ("57", .wrongPassword),
        ] as [(String, Authentication.Refusal)])
    func activeDirectorySaysWhy(_ number: String, _ cause: Authentication.Refusal) {
        let text = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data \(number), v4563"
        #expect(Self.answer(.invalidCredentials, text) == .refused(cause))
    }

    @Test("389 Directory Server") func otherServers() {
        #expect(Self.answer(.constraintViolation, "Exceed password retry limit.") == .refused(.locked))
        let inactive = "Account inactivated. Contact system administrator."
        #expect(Self.answer(.unwillingToPerform, inactive, ["nsAccountLock": ["TRUE"]]) == .refused(.disabled))
        #expect(Self.answer(.unwillingToPerform, inactive) == .refused(.notAllowed))
    }

    @Test(
        "a server that is in trouble says nothing about the user",
        arguments: [
            LDAPResultCode.busy, .unavailable, .serverDown, .strongerAuthRequired, .confidentialityRequired, .referral,
        ]) func troubles(_ code: LDAPResultCode)
    {
        #expect(Self.answer(code) == nil)
    }

    @Test(
        "an entry that speaks against somebody counts, also where the server does not mind",
        arguments: [
            (["userAccountControl": ["514"]], .disabled), (["nsAccountLock": ["TRUE"]], .disabled),
            (["pwdAccountLockedTime": ["000001010000Z"]], .disabled),
            (["accountExpires": ["132223104000000000"]], .expired), (["shadowExpire": ["18000"]], .expired),
            (["msDS-User-Account-Control-Computed": ["16"]], .locked),
            (["msDS-User-Account-Control-Computed": ["8388608"]], .passwordExpired),
            (["pwdReset": ["TRUE"]], .mustChangePassword),
        ] as [(KeyValuePairs<AttributeName, [String]>, Authentication.Refusal)])
    func entries(_ values: KeyValuePairs<AttributeName, [String]>, _ cause: Authentication.Refusal) {
        #expect(Self.answer(.success, nil, values) == .refused(cause))
    }

    @Test(
        "what speaks against nobody",
        arguments: [
            [:], ["userAccountControl": ["512"]], ["accountExpires": ["0"]], ["shadowExpire": ["-1"]],
            ["shadowExpire": ["99999999"]],
            ["accountExpires": ["9223372036854775807"]],
            // A lock that may have ended: the server let the user in.
            ["pwdAccountLockedTime": ["20200101000000Z"]], ["pwdReset": ["FALSE"]], ["userAccountControl": ["none"]],
        ] as [KeyValuePairs<AttributeName, [String]>])
    func innocentEntries(_ values: KeyValuePairs<AttributeName, [String]>) {
        #expect(Self.answer(.success, nil, values) == .accepted(dn: "cn=ana"))
    }
}
