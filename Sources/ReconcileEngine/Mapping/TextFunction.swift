internal import DirectoryModel

/// Something done to a text on its way from an attribute to an account.
///
/// A function of one's own is a type with this one method:
///
/// ```swift
/// struct Initials: TextFunction {
///     func apply(to text: String?) -> String? {
///         text.map { $0.split(separator: " ").compactMap(\.first).map(String.init).joined() }
///     }
/// }
/// ```
public protocol TextFunction: Sendable {
    /// The text that comes of a text; nil is no text, on either side.
    func apply(to text: String?) -> String?
    /// The function, made ready to be called very often; without one of its own, it calls ``apply(to:)``.
    func makeFunction() -> (String?) -> String?
}

extension TextFunction {
    /// A function that calls ``apply(to:)``.
    public func makeFunction() -> (String?) -> String? { { apply(to: $0) } }
}

/// Changes the case of letters.
public enum LetterCase: String, TextFunction, Hashable, CaseIterable {
    /// All letters become small.
    case lower
    /// All letters become capitals.
    case upper
    /// The first letter of each word becomes a capital, the others small.
    case title

    /// The text in that case.
    public func apply(to text: String?) -> String? {
        guard let text else { return nil }
        switch self {
        case .lower: return text.lowercased()
        case .upper: return text.uppercased()
        case .title:
            var isStart = true
            return text.reduce(into: "") { result, letter in
                result += isStart ? letter.uppercased() : letter.lowercased()
                isStart = !letter.isLetter && letter != "'"
            }
        }
    }
}

/// Takes white space off both ends; nothing is left of a text that is only white space.
public struct Trim: TextFunction, Hashable {
    /// Makes the function.
    public init() {}

    /// The text without white space at its ends.
    public func apply(to text: String?) -> String? {
        guard let text, let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return nil }
        return String(text[first...last])
    }
}

/// Takes a part of a mail address; a text that is none gives nothing (requirement MS8).
public enum AddressPart: String, TextFunction, Hashable, CaseIterable {
    /// What stands before the last `@`, without quotes: `loc@lpart` of `"loc@lpart"@somedomain.com`.
    case localPart = "local-part"
    /// What stands after the last `@`.
    case domain

    /// The part of the address.
    public func apply(to text: String?) -> String? {
        guard let text, let address = try? MailAddress(text) else { return nil }
        return self == .localPart ? address.unquotedLocalPart : address.domain.text
    }
}

/// Gives a text to whoever has none.
public struct Default: TextFunction, Hashable {
    /// The text.
    public var text: String

    /// Makes the function.
    public init(_ text: String) { self.text = text }

    /// The text that is there, or the default.
    public func apply(to text: String?) -> String? { text?.isEmpty == false ? text : self.text }
}

/// Takes the part of a text that a regular expression matches: its first group, or all of the match.
///
/// Nothing where it does not match.
public struct Capture: TextFunction, Hashable {
    /// The expression.
    public var pattern: Pattern

    /// Makes the function.
    public init(_ pattern: Pattern) { self.pattern = pattern }

    /// The part of the text.
    public func apply(to text: String?) -> String? { makeFunction()(text) }

    /// The function with its expression compiled.
    public func makeFunction() -> (String?) -> String? {
        let match = pattern.compiled()
        return { $0.flatMap(match) }
    }
}

/// Replaces a text wherever it occurs, letters' case counting.
public struct Replace: TextFunction, Hashable {
    /// What is replaced; an empty text is found nowhere.
    public var text: String
    /// What takes its place.
    public var replacement: String

    /// Makes the function.
    public init(_ text: String, with replacement: String) {
        self.text = text
        self.replacement = replacement
    }

    /// The text with the replacement made.
    public func apply(to text: String?) -> String? {
        guard let text, !self.text.isEmpty else { return text }
        return text.split(separator: self.text, omittingEmptySubsequences: false).joined(separator: replacement)
    }
}

/// Writes a telephone number as ITU-T E.164 has it, `+` and at most fifteen digits, or gives nothing.
public struct TelephoneNumber: TextFunction, Hashable {
    /// The digits of the country that numbers without one belong to, such as `49`; nil gives nothing for them.
    public var country: String?

    /// Makes the function.
    public init(country: String? = nil) { self.country = country }

    /// The number in its one form.
    ///
    /// `(0)`, spaces, dots, dashes, slashes and brackets go; letters make it no number.
    public func apply(to text: String?) -> String? {
        guard var rest = text?.split(separator: "(0)", omittingEmptySubsequences: false).joined() else { return nil }
        let isInternational = rest.first(where: { !$0.isWhitespace }) == "+"
        if isInternational, let plus = rest.firstIndex(of: "+") { rest.remove(at: plus) }
        var digits = ""
        for character in rest {
            switch character {
            case "0"..."9" where character.isASCII: digits.append(character)
            case " ", ".", "-", "/", "(", ")", "\u{A0}": continue
            default: return nil
            }
        }
        if !isInternational {
            if digits.hasPrefix("00") {
                digits.removeFirst(2)
            } else if let country {
                digits = country + (digits.hasPrefix("0") ? digits.dropFirst() : digits[...])
            } else {
                return nil
            }
        }
        guard (7...15).contains(digits.count), !digits.hasPrefix("0") else { return nil }
        return "+" + digits
    }
}
