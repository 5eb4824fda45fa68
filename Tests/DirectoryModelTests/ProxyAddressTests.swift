import DirectoryModel
import Foundation
import TestSupport
import Testing

@Suite struct ProxyAddressTests {
    @Test(arguments: [
        ("SMTP:Ana@corp.example", "SMTP", "Ana@corp.example", true, true),
        ("smtp:ana@corp.example", "smtp", "ana@corp.example", false, true),
        ("Smtp:ana@corp.example", "Smtp", "ana@corp.example", false, true),
        ("X500:/o=Corp/ou=Exchange/cn=ana", "X500", "/o=Corp/ou=Exchange/cn=ana", true, false),
        ("x400:C=US;A= ;P=Corp;O=Exchange;S=Ana;", "x400", "C=US;A= ;P=Corp;O=Exchange;S=Ana;", false, false),
        ("sip:ana@corp.example", "sip", "ana@corp.example", false, false),
        ("EUM:1234;phone-context=corp", "EUM", "1234;phone-context=corp", true, false),
        ("smtps:a:b", "smtps", "a:b", false, false),
        ("SMTP:not an address", "SMTP", "not an address", true, true),
        ("99:x", "99", "x", false, false),
        ("smtp::", "smtp", ":", false, true),
    ])
    func reads(text: String, scheme: String, value: String, isPrimary: Bool, isSMTP: Bool) throws {
        let address = try ProxyAddress(text)
        #expect(address.text == text)
        #expect(address.scheme == scheme)
        #expect(address.foldedScheme == scheme.lowercased())
        #expect(address.value == value)
        #expect(address.isPrimary == isPrimary)
        #expect(address.isSMTP == isSMTP)
        #expect(try JSONDecoder().decode(ProxyAddress.self, from: JSONEncoder().encode(address)) == address)
    }

    @Test(arguments: [
        ("", ProxyAddressError.Code.missingScheme), ("ana@corp.example", .missingScheme), (":x", .missingScheme),
        ("smtp", .missingScheme), (" smtp:x", .missingScheme), ("smtp :x", .missingScheme),
        ("schéma:x", .missingScheme),
        ("a@b:c", .missingScheme), ("smtp:", .missingAddress),
    ])
    func refuses(text: String, code: ProxyAddressError.Code) {
        let error = #expect(throws: ProxyAddressError.self) { try ProxyAddress(text) }
        #expect(error?.code == code)
        #expect(error?.text == text)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var values: [String]
        var mail: String?
        var primary: String?
        var aliases: [String] = []
        var others: [String] = []
        var findings: [String] = []

        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(
            name: "clean", values: ["smtp:b@x", "SMTP:Ana@Corp.example", "smtp:A@x", "X500:/o=x", "sip:a@x"],
            mail: "other@x", primary: "ana@corp.example", aliases: ["a@x", "b@x"], others: ["X500:/o=x", "sip:a@x"]),
        Row(name: "nothing", values: [], findings: ["no primary mail address"]),
        Row(name: "empty mail", values: [], mail: "", findings: ["no primary mail address"]),
        Row(name: "mail only", values: [], mail: "Ana@x", primary: "ana@x"),
        Row(
            name: "mail and aliases", values: ["smtp:b@x", "smtp:ana@x"], mail: "ana@x", primary: "ana@x",
            aliases: ["b@x"]),
        Row(
            name: "no primary", values: ["smtp:b@x", "Smtp:a@x"], aliases: ["a@x", "b@x"],
            findings: ["no primary mail address"]),
        Row(
            name: "two primaries", values: ["SMTP:b@x", "SMTP:a@x", "smtp:c@x", "smtp:a@x"], mail: "m@x",
            aliases: ["c@x"],
            findings: [
                "several primary addresses, none of which is taken: a@x, b@x", "a@x is there more than once",
            ]),
        Row(
            name: "one primary twice", values: ["SMTP:b@x", "SMTP:B@X"], primary: "b@x",
            findings: ["b@x is there more than once"]),
        Row(
            name: "primary is an alias too", values: ["SMTP:b@x", "smtp:b@x", "smtp:c@x", "smtp:C@x"], primary: "b@x",
            aliases: ["c@x"], findings: ["b@x is there more than once", "c@x is there more than once"]),
        Row(
            name: "malformed values", values: ["SMTP:a@@x", "a@x", "smtp:", "", "smtp:b@x", "smtp:b @x"], mail: "m@x",
            primary: "m@x", aliases: ["b@x"],
            findings: [
                #""" is left out: no scheme such as smtp: at the start"#,
                #""SMTP:a@@x" is left out: two @ outside quotes"#,
                #""a@x" is left out: no scheme such as smtp: at the start"#,
                #""smtp:" is left out: nothing after the colon"#,
                #""smtp:b @x" is left out: a space outside quotes"#,
            ]),
        Row(
            name: "malformed mail", values: ["smtp:b@x"], mail: "ana", aliases: ["b@x"],
            findings: ["no primary mail address", #""ana" is left out: no @"#]),
        Row(
            name: "mail is not needed", values: ["SMTP:b@x"], mail: "ana", primary: "b@x"),
        Row(
            name: "special addresses", values: [#"SMTP:"a@b"@x"#, "smtp:ana@bücher.example", "smtp:É@x"],
            primary: #""a@b"@x"#, aliases: ["ana@xn--bcher-kva.example", "é@x"]),
        Row(
            name: "other schemes twice", values: ["SMTP:b@x", "X500:b", "X500:b", "x500:b"], primary: "b@x",
            others: ["X500:b", "x500:b"]),
    ])
    func readsLists(row: Row) {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5 {
            let list = ProxyAddressList(row.values.shuffled(using: &random), mail: row.mail)
            #expect(list.primary?.text == row.primary)
            #expect(list.aliases.map(\.text) == row.aliases)
            #expect(list.others.map(\.text) == row.others)
            #expect(list.findings.map(\.description) == row.findings)
        }
    }

    /// Whatever the values are: nothing is lost without a finding, and the order does not matter.
    @Test(arguments: SeededGenerator.seeds)
    func takesAnyValues(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let models = ["SMTP:ana@x", "smtp:ana@x", "smtp:Bo@x", "SMTP:bo@x", #"smtp:"c@d"@x"#, "X500:/o=x", "sip:é"]
        for _ in 0..<1_000 {
            let values = (0..<Int.random(in: 0...5, using: &random)).compactMap { _ -> String? in
                guard let model = models.randomElement(using: &random), Int.random(in: 0..<3, using: &random) == 0
                else {
                    return models.randomElement(using: &random)
                }
                return random.mutation(of: model, alphabet: "SMTPsmtp:@x \u{0}\"é")
            }
            let mail = [nil, "", "ana@x", "x"].randomElement(using: &random) ?? nil
            let list = ProxyAddressList(values, mail: mail)
            #expect(ProxyAddressList(values.shuffled(using: &random), mail: mail) == list)
            #expect(list.aliases == list.aliases.sorted() && Set(list.aliases).count == list.aliases.count)
            #expect(!list.aliases.contains { $0 == list.primary })
            #expect((list.primary == nil) == list.findings.contains { $0.saysThatThereIsNoPrimary })
            for value in values {
                guard let proxy = try? ProxyAddress(value), let address = try? MailAddress(proxy.value), proxy.isSMTP
                else {
                    #expect(list.others.map(\.text).contains(value) || list.findings.contains { $0.names(value) })
                    continue
                }
                let isKept = list.primary == address || list.aliases.contains(address)
                #expect(isKept || list.findings.contains { $0.names(address) }, "\(values)")
            }
        }
    }
}

extension ProxyAddressFinding {
    fileprivate var saysThatThereIsNoPrimary: Bool {
        switch self {
        case .noPrimary, .severalPrimaries: true
        default: false
        }
    }

    fileprivate func names(_ value: String) -> Bool {
        guard case .malformed(let text, _) = self else { return false }
        return text == value
    }

    fileprivate func names(_ address: MailAddress) -> Bool {
        guard case .severalPrimaries(let addresses) = self else { return false }
        return addresses.contains(address)
    }
}
