/// Base64 as LDIF has it: the alphabet of RFC 4648 section 4, padded, without line breaks.
enum Base64 {
    /// Puts the bytes that a text spells at the front of `output`, which grows if it must.
    ///
    /// Answers how many bytes, or nil where the text is not base64.
    static func decode(_ text: Span<UInt8>, into output: inout [UInt8]) -> Int? {
        guard text.count % 4 == 0 else { return nil }
        guard text.count > 0 else { return 0 }
        let room = text.count / 4 * 3
        if output.count < room { output.append(contentsOf: repeatElement(0, count: room - output.count)) }
        let values = sextets
        let last = text.count - 4
        var bytes = output.mutableSpan
        var (source, target) = (0, 0)
        while source < last {
            let word = quad(text, source, values)
            guard word < 1 << 24 else { return nil }
            bytes[target] = UInt8(truncatingIfNeeded: word >> 16)
            bytes[target &+ 1] = UInt8(truncatingIfNeeded: word >> 8)
            bytes[target &+ 2] = UInt8(truncatingIfNeeded: word)
            source &+= 4
            target &+= 3
        }
        // The last four may have padding, and bits beyond the last byte must be 0.
        let padding = text[last + 3] != UInt8(ascii: "=") ? 0 : text[last + 2] != UInt8(ascii: "=") ? 1 : 2
        var word: UInt32 = 0
        for index in 0..<(4 - padding) {
            let value = values[Int(text[last + index])]
            guard value < 64 else { return nil }
            word |= UInt32(value) << UInt32(18 - 6 * index)
        }
        guard word & ((1 << UInt32(8 * padding)) - 1) == 0 else { return nil }
        for index in 0..<(3 - padding) {
            bytes[target + index] = UInt8(truncatingIfNeeded: word >> UInt32(16 - 8 * index))
        }
        return target + 3 - padding
    }

    /// The bytes that a text spells, or nil where it is not base64.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        return decode(text, into: &output).map { Array(output.prefix($0)) }
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
