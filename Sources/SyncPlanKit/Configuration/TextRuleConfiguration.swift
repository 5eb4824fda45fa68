internal import DirectoryModel
internal import ReconcileEngine

/// How a text field comes from attributes: an attribute or template by itself, a list of attributes of which the first
/// that has a value counts, or a mapping with `from` and functions.
struct TextRuleConfiguration: Decodable {
    let rule: TextRule

    private enum Keys: String, SectionKey {
        case from, join, trim, capture, replace, take, format, country, `case`
        case fallback = "default"
    }

    init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            rule = try Self.rule(text, at: decoder.codingPath)
            return
        }
        if let names = try? decoder.singleValueContainer().decode([String].self), !names.isEmpty {
            rule = TextRule(.first(of: names.map { AttributeName($0) }))
            return
        }
        let section = try Section(decoder, Keys.self)
        let from = try section.required(.from, OneOrMoreTexts.self).texts
        var source: TextRule.Source
        if from.count == 1 {
            source = try Self.rule(from[0], at: decoder.codingPath + [Keys.from]).source
        } else {
            source = .first(of: from.map { AttributeName($0) })
        }
        if let separator = try section.optional(.join, String.self) {
            guard case .first(let names) = source, names.count == 1 else {
                throw section.mistake(at: .join, "the values of one attribute can be joined, not those of several.")
            }
            source = .joined(names[0], separator: separator)
        }
        rule = TextRule(source, try Self.functions(section))
    }

    /// The functions in the one order in which they are applied, since a mapping has none.
    private static func functions(_ section: Section<Keys>) throws -> [any TextFunction] {
        var functions: [any TextFunction] = []
        if try section.optional(.trim, Bool.self) == true { functions.append(Trim()) }
        if let pattern = try section.parsed(.capture, as: "a regular expression", { try Pattern($0) }) {
            functions.append(Capture(pattern))
        }
        for (text, replacement) in (try section.optional(.replace, [String: String].self) ?? [:]).sorted(by: <) {
            functions.append(Replace(text, with: replacement))
        }
        if let part = try section.parsed(.take, as: "local-part or domain", { AddressPart(rawValue: $0) }) {
            functions.append(part)
        }
        let country = try section.parsed(.country, as: "the digits of a country code, such as \"49\"") { text in
            (1...3).contains(text.count) && text.allSatisfy { $0.isASCII && $0.isNumber } ? text : nil
        }
        if try section.parsed(.format, as: "e164", { $0 == "e164" ? true : nil }) == true {
            functions.append(TelephoneNumber(country: country))
        } else if country != nil {
            throw section.mistake(at: .country, "this says how `format: e164` is meant, which is missing.")
        }
        if let letters = try section.parsed(.case, as: "lower, upper or title", { LetterCase(rawValue: $0) }) {
            functions.append(letters)
        }
        if let text = try section.optional(.fallback, String.self) { functions.append(Default(text)) }
        return functions
    }

    private static func rule(_ text: String, at path: [any CodingKey]) throws -> TextRule {
        do throws(TextRuleError) { return try TextRule(text) } catch {
            throw DecodingError.dataCorrupted(DecodingError.Context(codingPath: path, debugDescription: "\(error)"))
        }
    }
}

/// One text, or a list of them.
struct OneOrMoreTexts: Decodable {
    let texts: [String]

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) { texts = [text] } else { texts = try value.decode([String].self) }
    }
}
