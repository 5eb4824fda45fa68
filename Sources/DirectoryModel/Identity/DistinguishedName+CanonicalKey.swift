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
        text.withBytes { bytes in
            var writer = KeyWriter(capacity: bytes.count)
            var scanner = DistinguishedNameScanner()
            var isFirst = true
            while let component = try? scanner.next(bytes) {
                if !isFirst { writer.startAttribute() }
                isFirst = false
                writer.write(component, of: bytes)
            }
            return writer.key
        }
    }
}

/// Writes the canonical key of a name.
private struct KeyWriter {
    private var output: [UInt8] = []
    /// Where the attributes of the part start that is being written, if it has several.
    private var attributeStarts: [Int] = []
    private var partStart = 0
    private var isInsidePart = false
    private var valueStart = 0
    private var hasPendingSpace = false

    init(capacity: Int) {
        output.reserveCapacity(capacity)
    }

    var key: String { String(decoding: output, as: UTF8.self) }

    /// Writes what separates an attribute from the one before.
    mutating func startAttribute() {
        output.append(isInsidePart ? UInt8(ascii: "+") : UInt8(ascii: ","))
        if !isInsidePart { partStart = output.count }
    }

    mutating func write(_ component: DistinguishedNameScanner.Component, of bytes: Span<UInt8>) {
        if isInsidePart || !component.endsPart { attributeStarts.append(output.count) }
        let isCaseExact = writeType(component, of: bytes)
        output.append(UInt8(ascii: "="))
        writeValue(component, of: bytes, isCaseExact: isCaseExact)
        isInsidePart = !component.endsPart
        if component.endsPart, !attributeStarts.isEmpty { sortAttributes() }
    }

    /// Writes the canonical type; true if its values differ by letter case.
    private mutating func writeType(_ component: DistinguishedNameScanner.Component, of bytes: Span<UInt8>) -> Bool {
        if component.type.count <= NamingAttribute.longestPlainName {
            for index in component.type { output.append(bytes[index].asciiLowercased) }
            return false
        }
        let type = String(decoding: component.type.map { bytes[$0] }, as: UTF8.self)
        let name = NamingAttribute.canonicalName(of: type)
        output.append(contentsOf: name.utf8)
        return NamingAttribute.isCaseExact(name)
    }

    private mutating func writeValue(
        _ component: DistinguishedNameScanner.Component, of bytes: Span<UInt8>, isCaseExact: Bool
    ) {
        if component.isHexString {
            output.append(UInt8(ascii: "#"))
            for index in component.value { output.append(bytes[index].asciiLowercased) }
            return
        }
        valueStart = output.count
        hasPendingSpace = false
        if component.isASCII {
            var index = component.value.lowerBound
            while index < component.value.upperBound {
                let byte = DistinguishedNameScanner.unescapedByte(bytes, &index)
                append(isCaseExact ? byte : byte.asciiLowercased)
            }
        } else {
            let value = String(decoding: DistinguishedNameScanner.value(of: component, in: bytes), as: UTF8.self)
            for byte in (isCaseExact ? value : value.lowercased()).utf8 { append(byte) }
        }
    }

    /// Appends a byte of a value: spaces when something follows them, and a backslash where one is needed.
    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        if byte == UInt8(ascii: " ") {
            hasPendingSpace = output.count > valueStart
            return
        }
        if hasPendingSpace {
            output.append(UInt8(ascii: " "))
            hasPendingSpace = false
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "\\"):
            output.append(UInt8(ascii: "\\"))
            output.append(byte)
        case UInt8(ascii: "#") where output.count == valueStart:
            output.append(UInt8(ascii: "\\"))
            output.append(byte)
        case 0:
            output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "0"), UInt8(ascii: "0")])
        default:
            output.append(byte)
        }
    }

    /// Puts the attributes of the part just written into the order of their bytes.
    private mutating func sortAttributes() {
        let ends = attributeStarts.dropFirst().map { $0 - 1 } + [output.count]
        let attributes = zip(attributeStarts, ends).map { Array(output[$0..<$1]) }
        let sorted = attributes.sorted { $0.lexicographicallyPrecedes($1) }
        output.removeSubrange(partStart...)
        output.append(contentsOf: sorted.joined(separator: [UInt8(ascii: "+")]))
        attributeStarts.removeAll()
    }
}
