import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// What is done to texts on their way to an account.
@Suite struct TextFunctionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let function: any TextFunction
        let text: String?
        let expect: String?
        var testDescription: String { "\(function) of \(text ?? "nil")" }
        init(_ function: any TextFunction, _ text: String?, _ expect: String?) {
            (self.function, self.text, self.expect) = (function, text, expect)
        }
    }

    static let cases: [Case] = [
        Case(LetterCase.lower, "Ana ÄRCHER", "ana ärcher"), Case(LetterCase.upper, "straße", "STRASSE"),
        Case(LetterCase.title, "ana MARÍA o'brien-smith", "Ana María O'brien-Smith"), Case(LetterCase.lower, nil, nil),
        Case(Trim(), "  a b \t", "a b"), Case(Trim(), " \n ", nil), Case(Trim(), "x", "x"), Case(Trim(), nil, nil),
        // MS8
        Case(AddressPart.localPart, "\"loc@lpart\"@somedomain.com", "loc@lpart"),
        Case(AddressPart.localPart, "Ana@corp.example", "ana"),
        Case(AddressPart.domain, "ana@Corp.Example", "corp.example"),
        Case(AddressPart.domain, "no address", nil),
        Case(Default("none"), nil, "none"), Case(Default("none"), "", "none"), Case(Default("none"), "x", "x"),
        Case(Capture(try! Pattern("^([A-Z]+)-")), "HR-12", "HR"), Case(Capture(try! Pattern("[0-9]+")), "HR-12", "12"),
        Case(Capture(try! Pattern("^x")), "HR", nil),
        Case(Replace("&", with: "and"), "R&D & IT", "RandD and IT"), Case(Replace("", with: "x"), "abc", "abc"),
        Case(TelephoneNumber(), "+49 (0)30 / 123-45 67", "+49301234567"),
        Case(TelephoneNumber(), "0049 30 1234567", "+49301234567"), Case(TelephoneNumber(), "030 1234567", nil),
        Case(TelephoneNumber(country: "49"), "030 1234567", "+49301234567"),
        Case(TelephoneNumber(country: "1"), "(512) 555-0100", "+15125550100"),
        Case(TelephoneNumber(country: "49"), "030 1234567 ext. 5", nil), Case(TelephoneNumber(), "+1234", nil),
        Case(TelephoneNumber(), "+1234567890123456", nil), Case(TelephoneNumber(), "+0301234567", nil),
        Case(TelephoneNumber(), "", nil), Case(TelephoneNumber(country: "49"), "٠٣٠١٢٣٤٥٦٧", nil),
        Case(Initials(), "Ana Maria Archer", "AMA"),
    ]

    /// What an embedding program writes for a function of its own.
    struct Initials: TextFunction {
        func apply(to text: String?) -> String? {
            text.map { $0.split(separator: " ").compactMap(\.first).map(String.init).joined() }
        }
    }

    @Test(arguments: cases) func functions(_ row: Case) {
        #expect(row.function.apply(to: row.text) == row.expect)
        #expect(row.function.makeFunction()(row.text) == row.expect)
    }

    @Test func sourcesAndFunctionsMakeARule() {
        let more: KeyValuePairs<AttributeName, [String]> = [
            "mobile": ["0171 1234567"], "otherMobile": ["+1 512 555 0100"], "department": ["Sales", "Legal"],
            "sn": [" Archer "],
        ]
        func text(_ rule: TextRule) -> String? {
            var rules = Reconciler()
            rules.mapping.name = rule
            let directory = DirectorySnapshot(users: [Made.person("ana", more: more)])
            return rules.desiredState(directory: directory).accounts.first?.account.name
        }
        #expect(text(TextRule(.first(of: ["pager", "mobile", "otherMobile"]))) == "0171 1234567")
        #expect(text(TextRule(.first(of: ["mobile"]), [TelephoneNumber(country: "49")])) == "+491711234567")
        #expect(text(TextRule(.first(of: ["mobile"]), [TelephoneNumber()])) == nil)
        #expect(text(TextRule(.joined("department", separator: "; "))) == "Legal; Sales")
        #expect(text(TextRule(.first(of: ["sn"]), [Trim(), LetterCase.upper])) == "ARCHER")
        #expect(text(TextRule(.first(of: ["pager"]), [Default("none")])) == "none")
    }
}
