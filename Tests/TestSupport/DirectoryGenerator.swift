import Foundation

/// Makes a made-up company's directory as LDIF: the same numbers and seed give the same bytes.
///
/// Two of its groups grant quota, `Quota_5GB` to everybody whose number is even and `Quota_50GB` to every tenth;
/// the others are departments. Names have letters of several scripts, commas and plus signs.
public struct DirectoryGenerator: Sendable {
    /// How the directory is laid out.
    public enum Layout: Sendable {
        /// Like Active Directory: `user`, `objectGUID`, `proxyAddresses`, `memberOf`.
        case activeDirectory
        /// Like OpenLDAP's usual: `inetOrgPerson`, `entryUUID`, `groupOfNames` and `posixGroup`.
        case inetOrgPerson
    }

    /// How many people there are.
    public let users: Int
    /// What decides everything that varies.
    public let seed: UInt64
    /// How the directory is laid out.
    public let layout: Layout

    /// Makes a generator.
    public init(users: Int, seed: UInt64 = 1, layout: Layout = .activeDirectory) {
        self.users = users
        self.seed = seed
        self.layout = layout
    }

    /// How many groups there are.
    public var groups: Int { Self.departments.count + 2 }
    /// How many contacts there are.
    public var contacts: Int { layout == .activeDirectory ? users / 100 : 0 }

    private static let base = Slapd.base
    private static let cities = ["Berlin", "Zürich", "São Paulo", "東京"]
    private static let given = [
        "Anna", "Jürgen", "Zoë", "Łukasz", "Siobhán", "Олег", "太郎", "María José", "Peter", "Wei",
    ]
    private static let family = [
        "Müller", "Smith, jr.", "O'Brien", "Nguyễn", "Иванов", "山田", "A+B", "Novák", "Kim", "Weber",
    ]
    private static let departments = ["Sales", "R&D", "IT Operations", "Finance, Controlling", "HR", "Qualité"]

    /// The directory as LDIF content records, parents first.
    public func ldif() -> String {
        var writer = LDIFText()
        var random = SeededGenerator(seed: seed)
        writer.entry(
            Self.base, [("objectClass", "dcObject"), ("objectClass", "organization"), ("dc", "corp"), ("o", "Corp")])
        for account in [Slapd.reader, Slapd.capped] {
            let cn = String(account.dropFirst(3).prefix { $0 != "," })
            writer.entry(
                account, [("objectClass", "person"), ("cn", cn), ("sn", cn), ("userPassword", Slapd.password)])
        }
        for unit in ["Staff", "Groups", "Contacts"] { writer.unit(unit, under: Self.base) }
        for city in Self.cities { writer.unit(city, under: "ou=Staff,\(Self.base)") }
        var members: [[String]] = Array(repeating: [], count: groups)
        for number in 0..<users { write(user: number, to: &writer, &random, &members) }
        if layout == .activeDirectory {
            // A user by its classes, and by nothing else.
            writer.entry(
                "cn=PC-1,ou=Staff,\(Self.base)",
                [
                    ("objectClass", "computer"), ("objectClass", "directoryObject"), ("cn", "PC-1"), ("sn", "PC-1"),
                    ("sAMAccountName", "PC-1$"), ("sAMAccountType", "805306369"), ("mail", "pc-1@corp.example"),
                ], bytes: [("objectGUID", random.bytes(16))])
        }
        for group in 0..<groups { write(group: group, members: members[group], to: &writer, &random) }
        for number in 0..<contacts {
            writer.entry(
                "cn=Partner \(number),ou=Contacts,\(Self.base)",
                [
                    ("objectClass", "contact"), ("objectClass", "directoryObject"), ("cn", "Partner \(number)"),
                    ("sn", "Partner"), ("mail", "partner\(number)@partner.example"),
                    ("targetAddress", "SMTP:partner\(number)@partner.example"),
                ], bytes: [("objectGUID", random.bytes(16))])
        }
        return writer.text
    }

    private func name(ofGroup group: Int) -> String {
        switch group {
        case 0: "Quota_5GB"
        case 1: "Quota_50GB"
        default: Self.departments[group - 2]
        }
    }

    private func dn(ofGroup group: Int) -> String {
        "cn=\(LDIFText.escaped(name(ofGroup: group))),ou=Groups,\(Self.base)"
    }

    private func write(
        user number: Int, to writer: inout LDIFText, _ random: inout SeededGenerator, _ members: inout [[String]]
    ) {
        let given = Self.given[random.below(Self.given.count)]
        let family = Self.family[random.below(Self.family.count)]
        let city = Self.cities[number % Self.cities.count]
        let cn = number.isMultiple(of: 3) ? "\(family), \(given) \(number)" : "\(given) \(family) \(number)"
        let login = "u\(number)"
        let mail = "\(login)@corp.example"
        let isActiveDirectory = layout == .activeDirectory
        let rdn = isActiveDirectory ? "cn=\(LDIFText.escaped(cn))" : "uid=\(login)"
        let dn = "\(rdn),ou=\(city),ou=Staff,\(Self.base)"
        var own = [2 + number % Self.departments.count]
        if number.isMultiple(of: 2) { own.append(0) }
        if number.isMultiple(of: 10) { own.append(1) }
        for group in own { members[group].append(isActiveDirectory || group != 1 ? dn : login) }
        var values = [
            ("cn", cn), ("sn", family), ("givenName", given), ("displayName", "\(given) \(family)"), ("mail", mail),
            ("title", "Engineer \(random.below(17))"), ("l", city), ("telephoneNumber", "+49 30 \(1_000_000 + number)"),
        ]
        guard isActiveDirectory else {
            writer.entry(
                dn, [("objectClass", "inetOrgPerson"), ("uid", login)] + values + [("entryUUID", random.uuid())])
            return
        }
        let control = random.below(10) == 0 ? "514" : "512"
        values += [
            ("objectClass", "user"), ("objectClass", "directoryObject"), ("sAMAccountName", login),
            ("sAMAccountType", "805306368"),
            ("userPrincipalName", mail), ("userAccountControl", control), ("primaryGroupID", "513"),
            ("accountExpires", "9223372036854775807"), ("whenCreated", "20200101120000.0Z"),
            ("company", "Corp & Co. KG"),
            ("department", Self.departments[number % Self.departments.count]), ("proxyAddresses", "SMTP:\(mail)"),
        ]
        for alias in 0..<random.below(4) { values.append(("proxyAddresses", "smtp:\(login).\(alias)@brand.example")) }
        values += own.map { ("memberOf", self.dn(ofGroup: $0)) }
        writer.entry(dn, values, bytes: [("objectGUID", random.bytes(16)), ("objectSid", random.bytes(28))])
    }

    private func write(group: Int, members: [String], to writer: inout LDIFText, _ random: inout SeededGenerator) {
        let name = name(ofGroup: group)
        if layout == .activeDirectory {
            writer.entry(
                dn(ofGroup: group),
                [
                    ("objectClass", "group"), ("objectClass", "directoryObject"), ("cn", name),
                    ("groupType", "-2147483646"), ("sAMAccountName", name),
                ] + members.map { ("member", $0) }, bytes: [("objectGUID", random.bytes(16))])
        } else if group == 1 {
            writer.entry(
                dn(ofGroup: group),
                [("objectClass", "posixGroup"), ("cn", name), ("gidNumber", "5000"), ("entryUUID", random.uuid())]
                    + members.map { ("memberUid", $0) })
        } else {
            // A groupOfNames cannot be empty (RFC 4519 §3.5).
            let all = members.isEmpty ? [Slapd.admin] : members
            writer.entry(
                dn(ofGroup: group),
                [("objectClass", "groupOfNames"), ("cn", name), ("entryUUID", random.uuid())]
                    + all.map { ("member", $0) })
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    fileprivate mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    fileprivate mutating func uuid() -> String {
        let digits = bytes(16).map { String(format: "%02x", $0) }.joined()
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        return text
    }
}

/// Writes LDIF content records (RFC 2849).
private struct LDIFText {
    var text = ""

    mutating func unit(_ name: String, under parent: String) {
        entry("ou=\(name),\(parent)", [("objectClass", "organizationalUnit"), ("ou", name)])
    }

    mutating func entry(_ dn: String, _ values: [(String, String)], bytes: [(String, [UInt8])] = []) {
        line("dn", dn)
        for (name, value) in values { line(name, value) }
        for (name, value) in bytes { text += "\(name):: \(Data(value).base64EncodedString())\n" }
        text += "\n"
    }

    private mutating func line(_ name: String, _ value: String) {
        let isPlain = value.utf8.allSatisfy { (32...126).contains($0) } && !(value.first.map(" :<".contains) ?? false)
        text += isPlain ? "\(name): \(value)\n" : "\(name):: \(Data(value.utf8).base64EncodedString())\n"
    }

    /// A value as it stands in a distinguished name (RFC 4514 §2.4).
    static func escaped(_ value: String) -> String {
        value.map { ",+\"\\<>;".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
