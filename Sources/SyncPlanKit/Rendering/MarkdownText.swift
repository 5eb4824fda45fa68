/// Text from a directory, a provider or a rule made harmless for Markdown as GitHub and GitLab read it.
///
/// Nothing in it is taken for markup, a line, a cell, HTML, a link or a mention of somebody, and everything invisible that
/// works on what is seen is made visible.
struct MarkdownText {
    /// The text as a part of a sentence.
    static func sentence(_ text: String) -> String {
        let scalars = Array(text.printable.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            let before = index > 0 ? scalars[index - 1] : " "
            let next = index + 1 < scalars.count ? scalars[index + 1] : " "
            if isSigil(scalar), !before.isWord, next.isWord || next == "{" || next == "\"" {
                // Sites look for mentions and references in all text that is no code.
                result += "<code>\(entity(scalar))</code>"
            } else if scalar == "_", before.isWord, next.isWord {
                result += "_"
            } else if scalar.isPlain, !(scalar == ":" && next == "/"),
                !(scalar == "." && (before == "w" || before == "W"))
            {
                result.unicodeScalars.append(scalar)
            } else {
                result += entity(scalar)
            }
        }
        return result
    }

    /// The text as a value, in the letters of code.
    static func code(_ text: String) -> String {
        let text = text.printable
        if text.isEmpty { return "" }
        if text.unicodeScalars.allSatisfy({ $0.isPlain || $0 == "@" || $0 == "_" || $0 == "~" || $0 == "#" }),
            text.first != " ", text.last != " "
        {
            return "`\(text)`"
        }
        let escaped = text.unicodeScalars.map { scalar in
            // A part of an address, such as what follows a bar in it, would become a link to somebody else.
            scalar == "@" ? "<!-- -->&#64;" : scalar.isLetter || scalar == " " ? String(scalar) : entity(scalar)
        }
        return "<code>\(escaped.joined())</code>"
    }

    /// The characters that begin a mention or a reference of an issue, a merge request, a label and the like.
    private static func isSigil(_ scalar: Unicode.Scalar) -> Bool {
        ["@", "#", "!", "~", "$", "&", "%", "^", "*"].contains(scalar)
    }

    private static func entity(_ scalar: Unicode.Scalar) -> String { "&#\(scalar.value);" }
}

extension Unicode.Scalar {
    fileprivate var isWord: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || ("0"..."9").contains(self) || self == "_"
    }

    /// Whether it is a letter or a digit, or no ASCII.
    fileprivate var isLetter: Bool { !isASCII || (isWord && self != "_") }

    /// Whether it is nothing but itself within a line of Markdown.
    fileprivate var isPlain: Bool {
        return isLetter
            || [" ", ".", ",", ";", ":", "'", "\"", "(", ")", "/", "-", "+", "%", "=", "?", "@"]
                .contains(self)
    }
}
