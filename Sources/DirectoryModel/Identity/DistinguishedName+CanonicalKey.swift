extension DistinguishedName {
    /// The one spelling of all spellings of this name: two names are equal if their keys are.
    ///
    /// It is itself a name, made for comparing and not for people or servers:
    /// - An attribute's short name, long name and object identifier are one (`CN`, `commonName`, `2.5.4.3`).
    /// - Values are in lower case, without spaces at their ends and with single spaces inside (RFC 4518 section 2.6.1). The case
    ///   of a few attributes counts, such as `labeledURI` and `automountKey`.
    /// - The attributes of one part are in the order of their bytes, and only the escapes that are needed are there.
    ///
    /// Keys are compared with `==`, which takes composed and decomposed letters for the same. Other preparation of RFC 4518, such
    /// as for full-width letters, is left out. Values that are hexadecimal strings are equal only to the same bytes.
    public var canonicalKey: String {
        if text.withBytes({ bytes in DistinguishedNameScanner.isPlain(bytes) }) { return text.asciiLowercased }
        // Only letters outside ASCII can have a longer lower case, of at most one byte more for each two.
        return canonicalKey(capacity: text.utf8.count) ?? canonicalKey(capacity: text.utf8.count * 2) ?? text
    }

    /// The key; nil if it has more bytes than this.
    private func canonicalKey(capacity: Int) -> String? {
        var writer = KeyWriter()
        let key = text.withBytes { bytes in
            String(capacity: capacity) { output in
                var scanner = DistinguishedNameScanner()
                while let component = try? scanner.next(bytes) { writer.write(component, of: bytes, to: &output) }
                return writer.position
            }
        }
        return writer.hasOverflowed ? nil : key
    }
}

extension DistinguishedNameScanner {
    /// Whether the key of a valid name differs from it by the case of letters A to Z only, as that of most names does.
    static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        var allBits: UInt8 = 0
        while index < bytes.count {
            let typeStart = index
            while index < bytes.count, bytes[index].isASCIILetter { index &+= 1 }
            guard index &- typeStart <= NamingAttribute.longestPlainName, index < bytes.count,
                bytes[index] == UInt8(ascii: "=")
            else { return false }
            index &+= 1
            let valueStart = index
            while index < bytes.count {
                let byte = bytes[index]
                if byte.isPlainInName {
                    allBits |= byte
                } else if byte == UInt8(ascii: " ") {
                    if index == valueStart || bytes[index &- 1] == UInt8(ascii: " ") { return false }
                } else if byte == UInt8(ascii: "\\"), index &+ 1 < bytes.count, bytes[index &+ 1].needsBackslash {
                    index &+= 1
                } else if byte == UInt8(ascii: ",") {
                    break
                } else {
                    return false
                }
                index &+= 1
            }
            let isEmpty = index == valueStart
            if isEmpty || bytes[index &- 1] == UInt8(ascii: " ") || bytes[valueStart] == UInt8(ascii: "#") {
                return false
            }
            // Past the comma; a valid name does not end with one.
            index &+= 1
        }
        return allBits < 0x80
    }
}

/// Writes the canonical key of a name.
private struct KeyWriter {
    private(set) var position = 0
    private(set) var hasOverflowed = false
    /// Where the attributes start of the part that is being written, if it has several.
    private var attributeStarts: [Int] = []
    private var isInsidePart = false
    private var valueStart = 0
    private var hasPendingSpace = false

    @inline(__always)
    private mutating func append(_ byte: UInt8, to output: inout MutableSpan<UInt8>) {
        if position < output.count {
            output[position] = byte
            position &+= 1
        } else {
            hasOverflowed = true
        }
    }

    mutating func write(
        _ component: DistinguishedNameScanner.Component, of bytes: Span<UInt8>, to output: inout MutableSpan<UInt8>
    ) {
        if position > 0 { append(isInsidePart ? UInt8(ascii: "+") : UInt8(ascii: ","), to: &output) }
        if isInsidePart || !component.endsPart { attributeStarts.append(position) }
        let isCaseExact = writeType(component, of: bytes, to: &output)
        append(UInt8(ascii: "="), to: &output)
        writeValue(component, of: bytes, isCaseExact: isCaseExact, to: &output)
        isInsidePart = !component.endsPart
        // What has no room is written once more with more of it, and has not been written whole here.
        if component.endsPart, !attributeStarts.isEmpty, !hasOverflowed { sortAttributes(&output) }
    }

    /// Writes the canonical type; true if its values differ by letter case.
    private mutating func writeType(
        _ component: DistinguishedNameScanner.Component, of bytes: Span<UInt8>, to output: inout MutableSpan<UInt8>
    ) -> Bool {
        if component.type.count <= NamingAttribute.longestPlainName {
            for index in component.type { append(bytes[index].asciiLowercased, to: &output) }
            return false
        }
        let name = DistinguishedNameScanner.canonicalType(of: component, in: bytes)
        for byte in name.utf8 { append(byte, to: &output) }
        return NamingAttribute.isCaseExact(name)
    }

    private mutating func writeValue(
        _ component: DistinguishedNameScanner.Component, of bytes: Span<UInt8>, isCaseExact: Bool,
        to output: inout MutableSpan<UInt8>
    ) {
        if component.isHexString {
            append(UInt8(ascii: "#"), to: &output)
            for index in component.value { append(bytes[index].asciiLowercased, to: &output) }
            return
        }
        valueStart = position
        hasPendingSpace = false
        if component.isASCII {
            var index = component.value.lowerBound
            while index < component.value.upperBound {
                let byte = DistinguishedNameScanner.unescapedByte(bytes, &index)
                appendValue(isCaseExact ? byte : byte.asciiLowercased, to: &output)
            }
        } else {
            let value = String(decoding: DistinguishedNameScanner.value(of: component, in: bytes), as: UTF8.self)
            for byte in (isCaseExact ? value : value.lowercased()).utf8 { appendValue(byte, to: &output) }
        }
    }

    /// Appends a byte of a value: spaces once something follows them, and a backslash where one is needed.
    @inline(__always)
    private mutating func appendValue(_ byte: UInt8, to output: inout MutableSpan<UInt8>) {
        if byte == UInt8(ascii: " ") {
            hasPendingSpace = position > valueStart
            return
        }
        if hasPendingSpace {
            append(UInt8(ascii: " "), to: &output)
            hasPendingSpace = false
        }
        if byte == 0 || byte.needsBackslash || (byte == UInt8(ascii: "#") && position == valueStart) {
            append(UInt8(ascii: "\\"), to: &output)
            // NUL has no other escape.
            if byte == 0 { append(UInt8(ascii: "0"), to: &output) }
        }
        append(byte == 0 ? UInt8(ascii: "0") : byte, to: &output)
    }

    /// Puts the attributes of the part just written into the order of their bytes.
    private mutating func sortAttributes(_ output: inout MutableSpan<UInt8>) {
        var attributes: [[UInt8]] = []
        for (index, start) in attributeStarts.enumerated() {
            // A plus is between an attribute and the next one.
            let end = index + 1 < attributeStarts.count ? attributeStarts[index + 1] - 1 : position
            var attribute: [UInt8] = []
            for byte in start..<end { attribute.append(output[byte]) }
            attributes.append(attribute)
        }
        attributes.sort { $0.lexicographicallyPrecedes($1) }
        position = attributeStarts[0]
        for byte in attributes.joined(separator: [UInt8(ascii: "+")]) { append(byte, to: &output) }
        attributeStarts.removeAll()
    }
}
