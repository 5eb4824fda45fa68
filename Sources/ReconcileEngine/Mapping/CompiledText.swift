internal import DirectoryModel

/// A text rule made ready for one snapshot: attributes are positions in an array of texts, expressions are compiled.
struct CompiledText {
    private enum Source {
        case first(of: [Int])
        case template([Piece])
        case joined(AttributeName, String)
    }

    private enum Piece {
        case text(String)
        case value(Int)
    }

    private let source: Source
    private let functions: [(String?) -> String?]

    /// Makes the rule ready.
    ///
    /// - Parameter index: gives the position of an attribute.
    init(_ rule: TextRule, index: (AttributeName) -> Int) {
        switch rule.source {
        case .first(let names): source = .first(of: names.map(index))
        case .template(let parts):
            source = .template(
                parts.map { part in
                    switch part {
                    case .text(let text): .text(text)
                    case .attribute(let name): .value(index(name))
                    }
                })
        case .joined(let name, let separator): source = .joined(name, separator)
        }
        functions = rule.functions.map { $0.makeFunction() }
    }

    /// The text for a user whose first values are given; nil where there is none.
    func text(from values: [String?], of user: some DirectoryObject) -> String? {
        var text: String? =
            switch source {
            case .first(let indices): indices.first { values[$0] != nil }.flatMap { values[$0] }
            case .template(let pieces): Self.fill(pieces, values)
            case .joined(let name, let separator): Self.join(user.attributes[name], separator)
            }
        for function in functions { text = function(text) }
        return text?.isEmpty == true ? nil : text
    }

    private static func fill(_ pieces: [Piece], _ values: [String?]) -> String? {
        var result = ""
        var found = 0
        var missing = 0
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .value(let index):
                if let value = values[index] {
                    result += value
                    found += 1
                } else {
                    missing += 1
                }
            }
        }
        if found == 0 && missing > 0 { return nil }
        if missing == 0 { return result }
        return result.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    /// A directory keeps values in no order, so they are put in one.
    private static func join(_ values: [String], _ separator: String) -> String? {
        values.isEmpty ? nil : values.sorted { $0.precedesInBytes($1) }.joined(separator: separator)
    }
}
