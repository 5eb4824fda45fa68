/// Records with commas between their fields (RFC 4180), each ended by CR LF.
///
/// A field that a spreadsheet would take for a formula has an apostrophe before it, so that it is text there.
struct CommaSeparatedValues {
    private(set) var text = ""

    mutating func append(_ fields: [String]) {
        text += fields.map(Self.quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        let field = isFormula(field) ? "'\(field)" : field
        let needsQuotes = field.utf8.contains { byte in
            [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains(byte)
        }
        guard needsQuotes else { return field }
        // By scalars: a quotation mark with an accent on it is one all the same.
        return "\"" + field.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }

    /// Whether it begins as formulas do, which can read other cells and start programs.
    private static func isFormula(_ field: String) -> Bool {
        guard let first = field.unicodeScalars.first else { return false }
        // Some spreadsheets take the wide forms for the same.
        return ["=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].contains(first)
    }
}
