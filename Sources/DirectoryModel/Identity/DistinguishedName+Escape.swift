extension DistinguishedName {
    /// A value as it stands in a name: with a backslash before what needs one (RFC 4514 section 2.4).
    ///
    /// Control characters, which need none, are written as `\0A` so that a name stays on one line.
    public static func escape(_ value: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(value.utf8.count)
        let last = value.utf8.count - 1
        for (index, byte) in value.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: " ") where index == 0 || index == last, UInt8(ascii: "#") where index == 0,
                _ where byte.needsBackslash:
                escaped += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                escaped += "\\\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8
            default:
                escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
