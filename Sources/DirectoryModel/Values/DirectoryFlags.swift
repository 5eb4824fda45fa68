/// What the 32-bit flag attributes of Active Directory have in common.
enum DirectoryFlags {
    /// The bits of a decimal number.
    ///
    /// The directory writes flags signed; other tools write them unsigned.
    static func bits(ofDecimal text: String) -> UInt32? {
        if let signed = Int32(text) { return UInt32(bitPattern: signed) }
        return UInt32(text)
    }

    /// The signed decimal number of the bits.
    static func decimalText(of bits: UInt32) -> String {
        String(Int32(bitPattern: bits))
    }

    /// The names of the set bits, then the bits without a name.
    static func describe(_ bits: UInt32, names: [(bit: UInt32, name: String)]) -> String {
        var unnamed = bits
        var parts: [String] = []
        for (bit, name) in names where bits & bit != 0 {
            parts.append(name)
            unnamed &= ~bit
        }
        if unnamed != 0 || parts.isEmpty {
            parts.append(unnamed == 0 ? "0" : "0x" + String(unnamed, radix: 16, uppercase: true))
        }
        return parts.joined(separator: " | ")
    }
}
