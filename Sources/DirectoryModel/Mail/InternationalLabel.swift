/// The two forms of a domain label outside ASCII (RFC 5890): the U-label that people write, the A-label that mail systems use.
enum InternationalLabel {
    /// Why a label is not allowed.
    struct Problem: Error {
        let reason: String
    }

    private static let prefix = "xn--"

    /// The A-label of a label that has characters outside ASCII.
    ///
    /// The caller checks its length, its hyphens and its other ASCII characters.
    static func aLabel(ofULabel label: String) -> Result<String, Problem> {
        guard let lower = compose(label.lowercased()) else {
            return .failure(Problem(reason: "a letter with marks that is not one character, which needs its xn-- form"))
        }
        // Some letters outside ASCII have their lower case inside, such as the Kelvin sign.
        if lower.utf8.allSatisfy(\.isASCII) { return .success(lower) }
        let scalars = Array(lower.unicodeScalars)
        if let first = scalars.first, isMark(first) {
            return .failure(Problem(reason: "a domain label that starts with a combining mark"))
        }
        if lower.hasPrefix(prefix) {
            return .failure(Problem(reason: "a domain label that starts with xn-- but is not ASCII"))
        }
        for scalar in scalars where !scalar.isASCII && !isAllowed(scalar) {
            return .failure(Problem(reason: "\(scalar) in the domain, which domain names do not allow"))
        }
        guard let encoded = Punycode.encode(scalars) else {
            return .failure(Problem(reason: "a domain label that is too long"))
        }
        return .success(prefix + encoded)
    }

    /// The U-label of an A-label; nil if it is none, or one that hides something: it must turn back into the same A-label.
    static func unicodeText(ofALabel label: String) -> String? {
        guard label.hasPrefix(prefix), let scalars = Punycode.decode(String(label.dropFirst(prefix.count))) else {
            return nil
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        guard !text.hasPrefix("-"), !text.hasSuffix("-"), case .success(let again) = aLabel(ofULabel: text),
            again.hasSameBytes(as: label)
        else { return nil }
        return text
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Whether IDNA 2008 allows a character, alone or next to the right ones (RFC 5892 section 3).
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true  // exceptions that are valid
        case 0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB: return true  // valid by context
        case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false  // exceptions that are not
        case 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF: return false  // old Hangul
        case 0x20D0...0x20FF, 0x1D100...0x1D24F: return false  // marks of symbols, music
        default: break
        }
        let properties = scalar.properties
        // What case folding or compatibility normalisation would change has a proper spelling, which is another label.
        if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint { return false }
        switch properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }

    /// The text with letters and their marks as one character each (normalisation form C).
    ///
    /// Domain names are defined on that form, and the standard library does not offer it. Nil where the letter is Latin, Greek or
    /// Cyrillic and has marks that no single character has: there the order of the marks would make several labels of one.
    private static func compose(_ label: String) -> String? {
        var result = ""
        for character in label {
            guard character.unicodeScalars.count > 1 else {
                result.append(character)
                continue
            }
            if let single = composed[character] {
                result.unicodeScalars.append(single)
            } else if let base = character.unicodeScalars.first, base.value < 0x530 || 0x1E00...0x1FFF ~= base.value {
                return nil
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// The single scalars that letters with marks are equal to, in the blocks that have such letters.
    ///
    /// Equality of characters is canonical equivalence, so a letter finds its composed form by any of its spellings.
    private static let composed: [Character: Unicode.Scalar] = {
        let blocks: [ClosedRange<UInt32>] = [
            0xC0...0x24F,  // Latin
            0x370...0x52F,  // Greek, Cyrillic
            0x620...0x6D3,  // Arabic
            0x1E00...0x1FFF,  // Latin, Greek
            0x3040...0x30FF,  // Japanese
        ]
        let scalars = blocks.joined().lazy.compactMap(Unicode.Scalar.init)
        // Where two are equal, the first is the one that is not in Unicode for compatibility only.
        return Dictionary(scalars.map { (Character($0), $0) }, uniquingKeysWith: { first, _ in first })
    }()
}
