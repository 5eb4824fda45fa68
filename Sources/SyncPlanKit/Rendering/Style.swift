/// How text is marked on a terminal; without colour it is left as it is.
public struct Style: Sendable, Hashable {
    /// Whether escape sequences are written.
    public var usesColor: Bool

    /// How many columns there are for a line; nil for any number.
    public var columns: Int?

    /// Makes a style.
    public init(usesColor: Bool = false, columns: Int? = nil) {
        self.usesColor = usesColor
        self.columns = columns
    }

    func red(_ text: String) -> String { mark(text, "31") }
    func green(_ text: String) -> String { mark(text, "32") }
    func yellow(_ text: String) -> String { mark(text, "33") }
    func cyan(_ text: String) -> String { mark(text, "36") }
    func bold(_ text: String) -> String { mark(text, "1") }
    func faint(_ text: String) -> String { mark(text, "2") }

    private func mark(_ text: String, _ code: String) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension Int {
    /// The number with a comma between groups of three digits.
    var grouped: String {
        var digits = String(magnitude)
        var parts: [String] = []
        while digits.count > 3 {
            parts.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        parts.insert(digits, at: 0)
        return (self < 0 ? "-" : "") + parts.joined(separator: ",")
    }

    /// The number with a word, in the plural where there is not exactly one.
    func of(_ singular: String, _ plural: String? = nil) -> String {
        "\(grouped) \(self == 1 ? singular : plural ?? singular + "s")"
    }
}

extension String {
    /// The text with everything made visible that is not seen but works on what is.
    ///
    /// That is control characters, line separators, and marks that turn the direction of writing: a value from a directory
    /// can do nothing to a terminal or to whoever reads it.
    var printable: String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return self }
        guard unicodeScalars.contains(where: \.isHidden) else { return self }
        return unicodeScalars.map { $0.isHidden ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    /// The text with spaces up to a width.
    func padded(_ width: Int) -> String {
        count < width ? self + String(repeating: " ", count: width - count) : self
    }
}

extension Unicode.Scalar {
    /// Whether it shows nothing itself; joiners are left alone, which names in several scripts are written with.
    fileprivate var isHidden: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: value != 0x200C && value != 0x200D
        default: false
        }
    }
}
