/// What has to be known of the attributes that names are made of (RFC 4519, RFC 4524) to compare them without a schema.
enum NamingAttribute {
    /// The shortest of an attribute's names for each of its other names and its object identifier.
    private static let canonicalNames: [String: String] = {
        let attributes: [[String]] = [
            ["cn", "commonname", "2.5.4.3"],
            ["sn", "surname", "2.5.4.4"],
            ["2.5.4.5", "serialnumber"],
            ["c", "countryname", "2.5.4.6"],
            ["l", "localityname", "2.5.4.7"],
            ["st", "stateorprovincename", "2.5.4.8"],
            ["street", "streetaddress", "2.5.4.9"],
            ["o", "organizationname", "2.5.4.10"],
            ["ou", "organizationalunitname", "2.5.4.11"],
            ["title", "2.5.4.12"],
            ["2.5.4.13", "description"],
            ["name", "2.5.4.41"],
            ["gn", "givenname", "2.5.4.42"],
            ["initials", "2.5.4.43"],
            ["2.5.4.44", "generationqualifier"],
            ["2.5.4.46", "dnqualifier"],
            ["uid", "userid", "0.9.2342.19200300.100.1.1"],
            ["dc", "domaincomponent", "0.9.2342.19200300.100.1.25"],
            ["mail", "rfc822mailbox", "0.9.2342.19200300.100.1.3"],
            ["e", "email", "emailaddress", "pkcs9email", "1.2.840.113549.1.9.1"],
            ["labeleduri", "1.3.6.1.4.1.250.1.57"],
            ["automountmapname", "1.3.6.1.1.1.1.31"],
            ["automountkey", "1.3.6.1.1.1.1.32"],
        ]
        var names: [String: String] = [:]
        for attribute in attributes {
            for name in attribute.dropFirst() { names[name] = attribute[0] }
        }
        return names
    }()

    /// The attributes whose values differ by letter case (`caseExactMatch`, `caseExactIA5Match`); those of all others do not.
    private static let caseExactNames: Set<String> = ["labeleduri", "automountmapname", "automountkey"]

    /// No name of up to this many characters has a shorter one or is case-exact: they need not be looked up.
    static let longestPlainName = 3

    /// The name to compare by: lower case, and one for all names of the attribute.
    static func canonicalName(ofLowerCase type: String) -> String {
        type.utf8.count <= longestPlainName ? type : canonicalNames[type] ?? type
    }

    /// Whether values of the attribute with this canonical name differ by letter case.
    static func isCaseExact(_ canonicalName: String) -> Bool {
        caseExactNames.contains(canonicalName)
    }
}
