public import DirectoryModel

/// How a text field of an account comes from attributes: a source, then functions in their order.
public struct TextRule: Sendable {
    /// Where the text comes from.
    public enum Source: Sendable, Hashable {
        /// The first value of the first of several attributes that has one.
        case first(of: [AttributeName])
        /// Fixed text with attributes in it, as in `{givenName} {sn}`. Where a value is missing, the spaces around it are
        /// made one; where all are missing there is no text.
        case template([Piece])
        /// All values of an attribute in ascending order, with a text between them.
        case joined(AttributeName, separator: String)
    }

    /// A piece of a template.
    public enum Piece: Sendable, Hashable {
        /// Fixed text.
        case text(String)
        /// The first value of an attribute; nothing where there is none.
        case attribute(AttributeName)
    }

    /// Where the text comes from.
    public var source: Source
    /// What is done to the text, in this order.
    public var functions: [any TextFunction]

    /// Makes a rule.
    public init(_ source: Source, _ functions: [any TextFunction] = []) {
        self.source = source
        self.functions = functions
    }

    /// The first value of an attribute, as it is.
    public static func attribute(_ name: AttributeName) -> TextRule { TextRule(.first(of: [name])) }

    /// Reads a rule: a text with braces is a template, any other the name of an attribute.
    ///
    /// - Throws: ``TextRuleError`` where a brace is not closed, or closed without being opened, or empty.
    public init(_ text: String) throws(TextRuleError) {
        functions = []
        guard text.contains(where: { $0 == "{" || $0 == "}" }) else {
            guard !text.isEmpty else { throw TextRuleError(text: text, problem: "it is empty") }
            source = .first(of: [AttributeName(text)])
            return
        }
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{" else { throw TextRuleError(text: text, problem: "there is a } without its {") }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw TextRuleError(text: text, problem: "there is a { without its }")
            }
            let name = rest[rest.index(after: open)..<close]
            guard !name.isEmpty, !name.contains("{") else {
                throw TextRuleError(text: text, problem: "between { and } goes the name of one attribute")
            }
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            pieces.append(.attribute(AttributeName(String(name))))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        source = .template(pieces)
    }

    /// The attributes that the rule reads.
    public var attributes: [AttributeName] {
        switch source {
        case .first(let names): names
        case .template(let pieces):
            pieces.compactMap { if case .attribute(let name) = $0 { name } else { nil } }
        case .joined(let name, _): [name]
        }
    }
}

/// A text rule that cannot be read.
public struct TextRuleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The rule as written.
    public let text: String
    /// What is wrong with it.
    public let problem: String

    /// What is wrong, with an example of how it should be.
    public var description: String {
        "\"\(text)\" is neither an attribute nor a template such as \"{givenName} {sn}\": \(problem)."
    }
}
