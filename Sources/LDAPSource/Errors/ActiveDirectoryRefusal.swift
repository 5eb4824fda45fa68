/// The reason that Active Directory gives for an `invalidCredentials`: the hexadecimal number after `data`.
struct ActiveDirectoryRefusal {
    /// The Windows error number.
    let number: UInt32

    /// Finds the number in `80090308: LdapErr: DSID-…, comment: AcceptSecurityContext error, data 52e, v1db1`.
    init?(serverMessage: String?) {
        guard let message = serverMessage else { return nil }
        var isNext = false
        for word in message.split(whereSeparator: { $0 == " " || $0 == "," }) {
            if isNext, let number = UInt32(word, radix: 16) {
                self.number = number
                return
            }
            isNext = word == "data"
        }
        return nil
    }

    /// What it means and what to do.
    func sentence(for name: String?) -> String {
        switch number {
        case 0x525: "There is no such account (525). \(Self.adviceOnForm(of: name))"
        case 0x52E: "The name or the password is wrong (52e). \(Self.adviceOnForm(of: name))"
        case 0x530: "The account may not log on at this hour (530). Allow all hours in its logon hours."
        case 0x531: "The account may not log on from this machine (531). Allow it in the account's workstations."
        case 0x532: "The account's password has expired (532). Set a new one, and let it not expire."
        case 0x533: "The account is disabled (533). Enable it in the directory."
        case 0x568: "The account is in more groups than a logon can carry (568). Take it out of some, or use another."
        case 0x701: "The account has expired (701). Extend it in the directory."
        case 0x773:
            "The account must change its password before it can log on (773). Set a new one, which need not be changed."
        case 0x775: "The account is locked after too many wrong passwords (775). Unlock it in the directory."
        case 0x8009_0346:
            "The server wants the bind tied to the TLS connection (80090346, channel binding), which is not done here. Bind "
                + "by name and password, or by Kerberos with ldap:// and without StartTLS."
        default:
            "The reason is the Windows error \(String(number, radix: 16)): `net helpmsg \(number)` on Windows says what it "
                + "means."
        }
    }

    /// What to check about a name that may be written in a way that Active Directory does not take.
    private static func adviceOnForm(of name: String?) -> String {
        guard let name, !name.contains("=") else { return "Check both." }
        if let slash = name.firstIndex(of: "\\") {
            let domain = name[..<slash]
            if domain.contains(".") {
                return "Before the \\ stands the domain's short name, as in CORP\\svc, and \"\(domain)\" is none."
            }
        } else if !name.contains("@") {
            return "A bare name is not enough: write name@domain, DOMAIN\\name or the distinguished name."
        }
        let isPrincipal = name.contains("@")
        return isPrincipal
            ? "Check both; a mail address is no name here unless it is the user principal name too." : "Check both."
    }
}
