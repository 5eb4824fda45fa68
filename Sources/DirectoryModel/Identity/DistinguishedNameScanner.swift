/// Walks over the bytes of a name, one attribute at a time, and checks them against RFC 4514 section 3.
struct DistinguishedNameScanner {
    struct Mistake: Error {
        let code: DistinguishedNameError.Code
        let offset: Int
    }

    /// Where an attribute of the name is in its bytes.
    struct Component {
        var type: Range<Int>
        /// The value without the spaces around it that do not count; after the `#` if it is a hexadecimal string.
        var value: Range<Int>
        var isHexString = false
        var isASCII = true
        /// Whether the next attribute, if there is one, belongs to the next part of the name.
        var endsPart = true
    }

    /// Where the next attribute starts, or the number of bytes.
    private(set) var position = 0
    private var expectsAttribute = false

    /// The next attribute; nil at the end.
    mutating func next(_ bytes: Span<UInt8>) throws(Mistake) -> Component? {
        guard position < bytes.count || expectsAttribute else { return nil }
        if !expectsAttribute { skipSpaces(bytes) }
        let type = try scanType(bytes)
        skipSpaces(bytes)
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
            throw Mistake(code: .missingEquals, offset: position)
        }
        position &+= 1
        skipSpaces(bytes)
        var component = Component(type: type, value: position..<position)
        if position < bytes.count, bytes[position] == UInt8(ascii: "#") {
            component.value = try scanHexString(bytes)
            component.isHexString = true
        } else {
            try scanValue(bytes, into: &component)
        }
        expectsAttribute = position < bytes.count
        if expectsAttribute {
            component.endsPart = bytes[position] == UInt8(ascii: ",")
            position &+= 1
            skipSpaces(bytes)
        }
        return component
    }

    private mutating func skipSpaces(_ bytes: Span<UInt8>) {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position &+= 1 }
    }

    /// A name of letters, digits and hyphens, or an object identifier (RFC 4512 section 1.4).
    private mutating func scanType(_ bytes: Span<UInt8>) throws(Mistake) -> Range<Int> {
        let start = position
        guard start < bytes.count else { throw Mistake(code: .missingType, offset: start) }
        if bytes[start].isASCIILetter {
            position &+= 1
            while position < bytes.count, bytes[position].isTypeNameCharacter { position &+= 1 }
        } else if bytes[start].isASCIIDigit {
            var numbers = 0
            repeat {
                if numbers > 0 { position &+= 1 }
                let first = position
                while position < bytes.count, bytes[position].isASCIIDigit { position &+= 1 }
                let length = position &- first
                if length == 0 || (length > 1 && bytes[first] == UInt8(ascii: "0")) {
                    throw Mistake(code: .malformedType, offset: first)
                }
                numbers &+= 1
            } while position < bytes.count && bytes[position] == UInt8(ascii: ".")
            if numbers < 2 { throw Mistake(code: .malformedType, offset: start) }
        } else {
            throw Mistake(code: .missingType, offset: start)
        }
        return start..<position
    }

    /// The digits after a `#`, up to the end of the attribute.
    private mutating func scanHexString(_ bytes: Span<UInt8>) throws(Mistake) -> Range<Int> {
        position &+= 1
        let start = position
        while position < bytes.count, bytes[position].hexDigitValue != nil { position &+= 1 }
        let end = position
        skipSpaces(bytes)
        let isAtEnd =
            position == bytes.count || bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: "+")
        guard end > start, (end &- start) & 1 == 0, isAtEnd else {
            throw Mistake(code: .malformedHexString, offset: start &- 1)
        }
        return start..<end
    }

    private mutating func scanValue(_ bytes: Span<UInt8>, into component: inout Component) throws(Mistake) {
        let start = position
        var end = start
        var index = start
        var allBits: UInt8 = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte.isPlainInName {
                index &+= 1
                allBits |= byte
                end = index
            } else if byte == UInt8(ascii: " ") {
                index &+= 1
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "+") {
                break
            } else if byte == UInt8(ascii: "\\") {
                if try skipEscape(bytes, &index) { allBits = 0x80 }
                end = index
            } else {
                throw Mistake(code: .unescapedCharacter, offset: index)
            }
        }
        position = index
        component.value = start..<end
        component.isASCII = allBits < 0x80
    }

    /// Goes behind an escaped character; true if it is outside ASCII.
    private func skipEscape(_ bytes: Span<UInt8>, _ index: inout Int) throws(Mistake) -> Bool {
        let start = index
        guard let first = Self.escapedByte(bytes, at: index) else {
            guard index &+ 1 < bytes.count, bytes[index &+ 1].isEscapable else {
                throw Mistake(code: .malformedEscape, offset: index)
            }
            index &+= 2
            return false
        }
        index &+= 3
        guard first >= 0x80 else { return false }
        // The text around is UTF-8, so escaped bytes of one character can only be followed by its other bytes, escaped too.
        let length = (~first).leadingZeroBitCount
        guard 2...4 ~= length else { throw Mistake(code: .invalidUTF8, offset: start) }
        var value = UInt32(first & (0x7F >> UInt8(length)))
        for _ in 1..<length {
            guard let next = Self.escapedByte(bytes, at: index), next & 0xC0 == 0x80 else {
                throw Mistake(code: .invalidUTF8, offset: start)
            }
            value = value << 6 | UInt32(next & 0x3F)
            index &+= 3
        }
        guard let scalar = Unicode.Scalar(value), UTF8.width(scalar) == length else {
            throw Mistake(code: .invalidUTF8, offset: start)
        }
        return true
    }

    /// The byte that a backslash and two hexadecimal digits stand for.
    static func escapedByte(_ bytes: Span<UInt8>, at index: Int) -> UInt8? {
        guard index &+ 2 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            let high = bytes[index &+ 1].hexDigitValue, let low = bytes[index &+ 2].hexDigitValue
        else { return nil }
        return high << 4 | low
    }

    /// The name by which the type of an attribute is compared.
    static func canonicalType(of component: Component, in bytes: Span<UInt8>) -> String {
        NamingAttribute.canonicalName(ofLowerCase: String(asciiLowercasing: bytes, in: component.type))
    }

    /// The value of an attribute, with its escapes resolved; of a hexadecimal string, the bytes it stands for.
    static func value(of component: Component, in bytes: Span<UInt8>) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(component.value.count)
        var index = component.value.lowerBound
        while index < component.value.upperBound {
            if component.isHexString {
                value.append((bytes[index].hexDigitValue ?? 0) << 4 | (bytes[index &+ 1].hexDigitValue ?? 0))
                index &+= 2
            } else {
                value.append(unescapedByte(bytes, &index))
            }
        }
        return value
    }

    /// The next byte of a checked value, with an escape resolved.
    @inline(__always)
    static func unescapedByte(_ bytes: Span<UInt8>, _ index: inout Int) -> UInt8 {
        guard bytes[index] == UInt8(ascii: "\\") else {
            index &+= 1
            return bytes[index &- 1]
        }
        if let byte = escapedByte(bytes, at: index) {
            index &+= 3
            return byte
        }
        index &+= 2
        return bytes[index &- 1]
    }
}

extension UInt8 {
    @inline(__always)
    fileprivate var isTypeNameCharacter: Bool { isASCIILetter || isASCIIDigit || self == UInt8(ascii: "-") }

    /// Whether it stands for itself anywhere but at the start of a value: all but NUL, a space and `"` `+` `,` `;` `<` `>` `\`.
    @inline(__always)
    var isPlainInName: Bool {
        // Letters first: they are most of a name, and only a backslash is among the characters that share their bit.
        if self & 0x40 != 0 { return self != UInt8(ascii: "\\") }
        let others: UInt64 = 1 | 1 << 0x20 | 1 << 0x22 | 1 << 0x2B | 1 << 0x2C | 1 << 0x3B | 1 << 0x3C | 1 << 0x3E
        return self >= 0x80 || others >> UInt64(self) & 1 == 0
    }

    /// Whether it has to have a backslash before it wherever it is in a value.
    var needsBackslash: Bool {
        self != 0 && self != UInt8(ascii: " ") && !isPlainInName
    }

    /// Whether a backslash may stand before it, other than as the first of two hexadecimal digits.
    fileprivate var isEscapable: Bool {
        needsBackslash || self == UInt8(ascii: " ") || self == UInt8(ascii: "#") || self == UInt8(ascii: "=")
    }
}
