/// The lexical rules of RFC 2849 that reading and writing share.
enum LDIFSyntax {
    static let colon = UInt8(ascii: ":")
    static let space = UInt8(ascii: " ")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    /// The column at which written lines are folded.
    static let lineWidth = 76

    /// Whether a name begins a change record, or a part of one, and so is no attribute of any entry.
    @inline(__always)
    static func isChangeWord(_ name: Span<UInt8>) -> Bool {
        switch name.count {
        case 3: name.equalsIgnoringCase("add")
        case 6: name.equalsIgnoringCase("delete") || name.equalsIgnoringCase("newrdn")
        case 7: name.equalsIgnoringCase("replace") || name.equalsIgnoringCase("control")
        case 9: name.equalsIgnoringCase("increment")
        case 10: name.equalsIgnoringCase("changetype")
        case 11: name.equalsIgnoringCase("newsuperior")
        case 12: name.equalsIgnoringCase("deleteoldrdn")
        default: false
        }
    }

    /// How many bytes at the beginning of a line are an attribute description (RFC 4512 section 2.5); 0 if none are.
    ///
    /// Besides what that grammar allows there are underscores, which some directories have in names, and after a semicolon
    /// what Active Directory's `;range=0-*` needs.
    static func nameLength(_ line: Span<UInt8>) -> Int {
        guard line.count > 0, isNameStart(line[0]) else { return 0 }
        var end = 1
        while end < line.count {
            let byte = line[end]
            if !isNameByte(byte) {
                guard byte == UInt8(ascii: "=") || byte == UInt8(ascii: "*"),
                    line.extracting(0..<end).first(UInt8(ascii: ";"), from: 0) != nil
                else { break }
            }
            end &+= 1
        }
        return end
    }

    @inline(__always)
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ";"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Whether a name may begin with a byte: a letter, or the digit of an object identifier.
    @inline(__always)
    private static func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }

    /// Whether an attribute of this name can be written so that it is read back as the same.
    static func isWritable(_ name: Span<UInt8>) -> Bool {
        name.count > 0 && nameLength(name) == name.count && !name.equalsIgnoringCase("dn") && !isChangeWord(name)
    }

    /// Whether a value can stand as it is: a SAFE-STRING that no editor or terminal changes.
    ///
    /// Stricter than the grammar: other controls and a space at the end go into base64 too.
    static func isSafe(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0 else { return true }
        switch value[0] {
        case space, colon, UInt8(ascii: "<"): return false
        default: break
        }
        if value[value.count - 1] == space { return false }
        for index in value.indices where value[index] < 0x20 || value[index] >= 0x7F { return false }
        return true
    }
}

extension Span<UInt8> {
    /// Whether the bytes are this ASCII text, in any case; `folded` is in lower case.
    func equalsIgnoringCase(_ folded: StaticString) -> Bool {
        guard folded.hasPointerRepresentation, count == folded.utf8CodeUnitCount else { return false }
        for index in indices {
            let byte = self[index]
            let lower = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
            guard unsafe lower == folded.utf8Start[index] else { return false }
        }
        return true
    }
}
