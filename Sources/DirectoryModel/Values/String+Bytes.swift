/// Byte views of text.
///
/// `String` compares by canonical equivalence: the composed and the decomposed spelling of "é" are equal. Directories and
/// providers compare bytes, so identities here do the same.
extension String {
    /// Calls `body` with the UTF-8 bytes, without a copy where the system has such a view.
    @inline(__always)
    package func withBytes<Value, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if #available(macOS 26, *) { return try body(utf8.span) }
        let copy = Array(utf8)
        return try body(copy.span)
    }

    /// A string of exactly the bytes that `body` writes: it gets room for `capacity` bytes and returns how many it used.
    @inline(__always)
    init(capacity: Int, writing body: (inout MutableSpan<UInt8>) -> Int) {
        self = unsafe String(unsafeUninitializedCapacity: capacity) { buffer in
            // The bytes are set before they are given out as a span, which may only view memory that is initialised.
            unsafe buffer.initialize(repeating: 0)
            var span = unsafe MutableSpan(_unsafeElements: buffer)
            return Swift.min(body(&span), capacity)
        }
    }

    /// Whether both texts are the same bytes.
    package func hasSameBytes(as other: String) -> Bool {
        other.withBytes { bytes in hasSameBytes(as: bytes) }
    }

    /// Whether the bytes are those of the text.
    package func hasSameBytes(as other: Span<UInt8>) -> Bool {
        utf8.count == other.count && withBytes { $0.firstDifference(from: other) == nil }
    }

    /// Whether this text sorts before the other when compared byte by byte, as `LC_ALL=C sort` does.
    package func precedesInBytes(_ other: String) -> Bool {
        withBytes { left in
            other.withBytes { right in
                if let index = left.firstDifference(from: right) { return left[index] < right[index] }
                return left.count < right.count
            }
        }
    }

    /// This text with the letters A to Z made lower case and all other bytes kept.
    package var asciiLowercased: String {
        withBytes { bytes in String(asciiLowercasing: bytes, in: 0..<bytes.count) }
    }

    /// The UTF-8 text in a range of bytes, with the letters A to Z made lower case.
    init(asciiLowercasing bytes: Span<UInt8>, in range: Range<Int>) {
        self.init(capacity: range.count) { output in
            for index in range { output[index &- range.lowerBound] = bytes[index].asciiLowercased }
            return range.count
        }
    }

    /// This text for a message: at most 120 characters, with what a terminal would obey or not show written as `\u{…}`.
    package var printable: String {
        var result = ""
        var room = 120
        for scalar in unicodeScalars {
            guard room > 0 else { return result + "…" }
            room -= 1
            if scalar.isInvisible && scalar != " " {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Span<UInt8> {
    /// The first index, below both counts, at which the bytes differ.
    @inline(__always)
    fileprivate func firstDifference(from other: Span<UInt8>) -> Int? {
        let shared = Swift.min(count, other.count)
        var index = 0
        while index &+ 8 <= shared, word(at: index) == other.word(at: index) { index &+= 8 }
        while index < shared {
            if self[index] != other[index] { return index }
            index &+= 1
        }
        return nil
    }

    /// The eight bytes from `index` on as a little-endian number, the same on every machine.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}

extension UInt8 {
    @inline(__always)
    var isASCIIUppercase: Bool { self &- UInt8(ascii: "A") < 26 }

    @inline(__always)
    var isASCIILowercase: Bool { self &- UInt8(ascii: "a") < 26 }

    @inline(__always)
    var isASCIILetter: Bool { (self | 0x20).isASCIILowercase }

    @inline(__always)
    var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    package var asciiLowercased: UInt8 { isASCIIUppercase ? self | 0x20 : self }

    /// The value of a hexadecimal digit of either case.
    @inline(__always)
    package var hexDigitValue: UInt8? {
        if isASCIIDigit { return self &- UInt8(ascii: "0") }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : nil
    }
}

extension Unicode.Scalar {
    /// Whether a reader cannot see it: controls, all white space, zero-width and direction marks, private and unassigned use.
    var isInvisible: Bool {
        if isASCII { return value <= 0x20 || value == 0x7F }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator,
            .privateUse, .surrogate, .unassigned:
            return true
        default:
            return false
        }
    }
}
