/// Records with commas between their fields (RFC 4180), each ended by CR LF.
struct CommaSeparatedValues {
    private(set) var text = ""

    mutating func append(_ fields: [String]) {
        text += fields.map(Self.quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { byte in
            [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains(byte)
        }
        guard needsQuotes else { return field }
        // By scalars: a quotation mark with an accent on it is one all the same.
        return "\"" + field.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}
