extension DistinguishedName {
    /// The name of the entry above this one; nil for the root.
    public var parent: DistinguishedName? {
        isRoot ? nil : dropping(parts: 1)
    }

    /// Whether this entry lies anywhere below another one.
    ///
    /// No entry lies below itself; every other one lies below the root.
    public func isDescendant(of ancestor: DistinguishedName) -> Bool {
        guard !ancestor.isRoot else { return !isRoot }
        let plainAnswer = text.withBytes { bytes in
            ancestor.text.withBytes { suffix in Self.isPlainDescendant(bytes, of: suffix) }
        }
        if let plainAnswer { return plainAnswer }
        let difference = partCount - ancestor.partCount
        return difference > 0 && dropping(parts: difference) == ancestor
    }

    /// The values of the `OU` parts, from the root down: `["Corp", "Sales"]` for `CN=Ana,OU=Sales,OU=Corp,DC=corp`.
    public var organizationalUnits: [String] {
        var units: [String] = []
        forEachAttribute { type, _, value in
            if type == "ou", let unit = value() { units.append(unit) }
        }
        return units.reversed()
    }

    /// The DNS name that the `DC` parts at the end spell, in lower case, such as `corp.example`; nil if there are none.
    public var domain: String? {
        var labels: [String] = []
        forEachAttribute { type, isAlone, value in
            if type == "dc", isAlone, let label = value() { labels.append(label.lowercased()) } else { labels = [] }
        }
        return labels.isEmpty ? nil : labels.joined(separator: ".")
    }

    /// Calls `body` for each attribute: its canonical type, whether it is a part of its own, and what gives its text if it has.
    private func forEachAttribute(_ body: (_ type: String, _ isAlone: Bool, _ value: () -> String?) -> Void) {
        text.withBytes { bytes in
            var scanner = DistinguishedNameScanner()
            var startsPart = true
            while let component = try? scanner.next(bytes) {
                let type = DistinguishedNameScanner.canonicalType(of: component, in: bytes)
                body(type, startsPart && component.endsPart) {
                    component.isHexString
                        ? nil
                        : String(decoding: DistinguishedNameScanner.value(of: component, in: bytes), as: UTF8.self)
                }
                startsPart = component.endsPart
            }
        }
    }

    /// Whether a name ends with another one, where its text shows that or both are plain; nil if it takes a closer look.
    private static func isPlainDescendant(_ name: Span<UInt8>, of ancestor: Span<UInt8>) -> Bool? {
        let offset = name.count - ancestor.count
        guard offset > 0 else { return nil }
        var isSame = name[offset - 1] == UInt8(ascii: ",")
        var isSameFolded = isSame
        var index = ancestor.count
        while isSameFolded, index > 0 {
            index &-= 1
            let byte = name[offset &+ index]
            let other = ancestor[index]
            isSame = isSame && byte == other
            isSameFolded = byte.asciiLowercased == other.asciiLowercased
        }
        if isSameFolded {
            // The comma is one between parts unless it is escaped: after an odd number of backslashes.
            var backslashes = 0
            while backslashes < offset - 1, name[offset - 2 - backslashes] == UInt8(ascii: "\\") { backslashes += 1 }
            if backslashes.isMultiple(of: 2), isSame { return true }
            isSameFolded = backslashes.isMultiple(of: 2)
        }
        return DistinguishedNameScanner.isPlain(name) && DistinguishedNameScanner.isPlain(ancestor) ? isSameFolded : nil
    }

    /// How many parts the name has: 0 for the root.
    private var partCount: Int {
        text.withBytes { bytes in
            var scanner = DistinguishedNameScanner()
            var count = 0
            while let component = try? scanner.next(bytes) { count += component.endsPart ? 1 : 0 }
            return count
        }
    }

    /// The name without its first parts.
    private func dropping(parts: Int) -> DistinguishedName {
        let offset = text.withBytes { bytes in
            var scanner = DistinguishedNameScanner()
            var rest = parts
            while rest > 0, let component = try? scanner.next(bytes) { rest -= component.endsPart ? 1 : 0 }
            return scanner.position
        }
        return DistinguishedName(valid: String(text[text.utf8.index(text.startIndex, offsetBy: offset)...]))
    }
}
