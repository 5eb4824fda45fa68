import LDAPSource
import Testing

@Suite struct LDAPURLTests {
    @Test(arguments: [
        ("ldap://dc1.corp.example", LDAPURL.Scheme.ldap, "dc1.corp.example", UInt16(389), "ldap://dc1.corp.example"),
        ("LDAPS://dc1.corp.example/", .ldaps, "dc1.corp.example", 636, "ldaps://dc1.corp.example"),
        ("ldaps://dc1:3269", .ldaps, "dc1", 3269, "ldaps://dc1:3269"),
        ("ldap://dc1:389", .ldap, "dc1", 389, "ldap://dc1"),
        ("ldap://[2001:db8::1]", .ldap, "2001:db8::1", 389, "ldap://[2001:db8::1]"),
        ("ldap://[::1]:10389", .ldap, "::1", 10389, "ldap://[::1]:10389"),
        ("ldapi://%2Frun%2Fslapd%2Fldapi", .ldapi, "/run/slapd/ldapi", 0, "ldapi://%2Frun%2Fslapd%2Fldapi"),
        ("ldapi://%2ftmp%2fa%20b", .ldapi, "/tmp/a b", 0, "ldapi://%2Ftmp%2Fa%20b"),
    ])
    func reads(_ text: String, scheme: LDAPURL.Scheme, host: String, port: UInt16, description: String) throws {
        let url = try LDAPURL(text)
        #expect(url.scheme == scheme)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.description == description)
        #expect(try LDAPURL(url.description) == url)
    }

    @Test(arguments: [
        ("", "write \"ldaps://\""), ("dc1.corp.example", "ldaps://dc1.corp.example"), ("dc1:389", "ldaps://dc1:389"),
        ("http://dc1", "scheme"), ("ldap://", "no host"), ("ldap:///", "no host"), ("ldap://:389", "no host"),
        ("ldap://dc1/DC=corp", "search base"), ("ldap://dc1?x", "search base"), ("ldap://dc1:", "port"),
        ("ldap://dc1:0", "port"), ("ldap://dc1:65536", "port"), ("ldap://dc1:+389", "port"), ("ldap://dc1:1:2", "port"),
        ("ldap://[::1", "bracket"), ("ldap://[::1]x", "after ]"), ("ldap://a b", "character"),
        ("ldap://me@dc1", "character"), ("ldap://[[]:9", "character"), ("ldapi://run", "absolute"),
        ("ldapi://%2", "absolute"),
        ("ldapi://%2Frun%00", "absolute"), ("ldapi://%2Frun\0", "absolute"), ("ldapi://%2Frun%+1", "absolute"),
        ("ldapi://%+Frun", "absolute"),
    ])
    func refuses(_ text: String, why: String) throws {
        let error = try #require(throws: LDAPError.self) { try LDAPURL(text) }
        #expect(error.code == .badConfiguration)
        #expect(error.message.contains(why), "\(error)")
    }
}
