/// Base64 as LDIF has it: the alphabet of RFC 4648 section 4, padded, without line breaks.
enum Base64 {
    /// Appends the bytes that a text spells; false, with `output` in any state, where it is not base64.
    static func decode(_ text: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        guard text.count % 4 == 0 else { return false }
        guard text.count > 0 else { return true }
        output.reserveCapacity(output.count + text.count / 4 * 3)
        let values = sextets
        let last = text.count - 4
        var index = 0
        while index < last {
            let word = quad(text, index, values)
            guard word < 1 << 24 else { return false }
            output.append(UInt8(truncatingIfNeeded: word >> 16))
            output.append(UInt8(truncatingIfNeeded: word >> 8))
            output.append(UInt8(truncatingIfNeeded: word))
            index &+= 4
        }
        return decodeLast(text.extracting(last..<text.count), values, into: &output)
    }

    /// The last four characters, of which one or two may be padding; bits beyond the last byte must be 0.
    private static func decodeLast(_ text: Span<UInt8>, _ values: [UInt8], into output: inout [UInt8]) -> Bool {
        let padding = text[3] != UInt8(ascii: "=") ? 0 : text[2] != UInt8(ascii: "=") ? 1 : 2
        var word: UInt32 = 0
        for index in 0..<(4 - padding) {
            let value = values[Int(text[index])]
            guard value < 64 else { return false }
            word |= UInt32(value) << UInt32(18 - 6 * index)
        }
        guard word & ((1 << UInt32(8 * padding)) - 1) == 0 else { return false }
        for index in 0..<(3 - padding) { output.append(UInt8(truncatingIfNeeded: word >> UInt32(16 - 8 * index))) }
        return true
    }

    /// Four characters as 24 bits; a larger number where one of them is outside the alphabet.
    @inline(__always)
    private static func quad(_ text: Span<UInt8>, _ index: Int, _ values: [UInt8]) -> UInt32 {
        let first = values[Int(text[index])]
        let second = values[Int(text[index &+ 1])]
        let third = values[Int(text[index &+ 2])]
        let fourth = values[Int(text[index &+ 3])]
        if (first | second | third | fourth) >= 64 { return .max }
        return UInt32(first) << 18 | UInt32(second) << 12 | UInt32(third) << 6 | UInt32(fourth)
    }

    /// Appends the text of bytes.
    static func encode(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
        let characters = alphabet
        var index = 0
        while index < bytes.count {
            let rest = bytes.count - index
            let second = rest > 1 ? bytes[index + 1] : 0
            let third = rest > 2 ? bytes[index + 2] : 0
            let word = UInt32(bytes[index]) << 16 | UInt32(second) << 8 | UInt32(third)
            output.append(characters[Int(word >> 18)])
            output.append(characters[Int(word >> 12 & 63)])
            output.append(rest > 1 ? characters[Int(word >> 6 & 63)] : UInt8(ascii: "="))
            output.append(rest > 2 ? characters[Int(word & 63)] : UInt8(ascii: "="))
            index += 3
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// For each byte its place in the alphabet, or 255.
    private static let sextets: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(truncatingIfNeeded: value) }
        return values
    }()
}
