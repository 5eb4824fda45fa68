internal import DirectoryModel

/// The keys of one section of a configuration.
protocol SectionKey: CodingKey, CaseIterable, RawRepresentable where RawValue == String {}

/// A mapping in a configuration, which knows its keys: any other one is a mistake.
///
/// Sections are read by hand rather than by synthesised `Decodable` code for the sake of defaults and of messages that
/// say what was expected in the words of the configuration.
struct Section<Key: SectionKey> {
    private let container: KeyedDecodingContainer<Key>

    init(_ decoder: any Decoder, _ keys: Key.Type = Key.self) throws {
        let all = try decoder.container(keyedBy: AnyKey.self)
        let names = Key.allCases.map(\.rawValue)
        // The order of the keys in the file is not kept, so the first mistake is the first by name.
        for key in all.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) where !names.contains(key.stringValue) {
            let nearest = nearestName(to: key.stringValue, among: names)
            let advice =
                nearest.map { "Did you mean \"\($0)\"?" } ?? "Known here: \(names.sorted().joined(separator: ", "))."
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath + [key], debugDescription: "there is no such key. \(advice)"))
        }
        container = try decoder.container(keyedBy: keys)
        SectionLog.of(decoder)?.note(Key.self, at: decoder.codingPath)
    }

    func required<Value: Decodable>(_ key: Key, _ type: Value.Type = Value.self) throws -> Value {
        guard container.contains(key) else { throw missing(key) }
        return try container.decode(type, forKey: key)
    }

    func contains(_ key: Key) -> Bool { container.contains(key) }

    func optional<Value: Decodable>(_ key: Key, _ type: Value.Type = Value.self) throws -> Value? {
        try container.decodeIfPresent(type, forKey: key)
    }

    /// Reads a text and turns it into a value; what `parse` throws, or nil, becomes an error at the text's place.
    func parsed<Value>(
        _ key: Key, as expected: String, _ parse: (String) throws -> Value?
    ) throws -> Value? {
        guard let text = try optional(key, String.self) else { return nil }
        return try self.parse(text, at: container.codingPath + [key], as: expected, parse)
    }

    /// Reads a list of texts and turns each into a value.
    func parsedList<Value>(
        _ key: Key, as expected: String, _ parse: (String) throws -> Value?
    ) throws -> [Value]? {
        guard let texts = try optional(key, [String].self) else { return nil }
        return try texts.enumerated().map { index, text in
            try self.parse(text, at: container.codingPath + [key, AnyKey(index)], as: expected, parse)
        }
    }

    /// Reads one text, or a list of texts.
    func oneOrMore(_ key: Key) throws -> [String]? {
        if let text = try? container.decodeIfPresent(String.self, forKey: key) { return [text] }
        return try optional(key)
    }

    /// Reads one text, or a list of texts, and turns each into a value.
    func parsedOneOrMore<Value>(
        _ key: Key, as expected: String, _ parse: (String) throws -> Value?
    ) throws -> [Value]? {
        if (try? container.decodeIfPresent(String.self, forKey: key)) == nil {
            return try parsedList(key, as: expected, parse)
        }
        return try parsed(key, as: expected, parse).map { [$0] }
    }

    /// The error for a key that is not there, or where one of several is needed, for none of them being there.
    func missing(_ keys: Key..., advice: String? = nil) -> any Error {
        let names = keys.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        return DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: container.codingPath,
                debugDescription: "\(names) is missing.\(advice.map { " " + $0 } ?? "")"))
    }

    func mistake(at key: Key, _ message: String) -> any Error {
        DecodingError.dataCorrupted(
            DecodingError.Context(codingPath: container.codingPath + [key], debugDescription: message))
    }

    private func parse<Value>(
        _ text: String, at path: [any CodingKey], as expected: String, _ parse: (String) throws -> Value?
    ) throws -> Value {
        let problem: String
        do {
            if let value = try parse(text) { return value }
            problem = "\"\(text)\" is not \(expected)."
        } catch let error as DecodingError {
            throw error
        } catch {
            problem = "\(error)"
        }
        throw DecodingError.dataCorrupted(DecodingError.Context(codingPath: path, debugDescription: problem))
    }
}

/// A key that can be any text or position.
struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) { self.init(intValue) }

    init(_ index: Int) {
        stringValue = "\(index)"
        intValue = index
    }
}

/// The sections that were read, with the keys that each of them knows, for comparing the schema with what is read.
package final class SectionLog {
    /// One section.
    package struct Entry {
        /// The type of its keys.
        package let type: String
        /// The keys and positions that lead to it.
        package let path: [String]
        /// The keys that it knows.
        package let keys: Set<String>
    }

    /// The log that a decoder was given; nil for none.
    static func of(_ decoder: any Decoder) -> SectionLog? {
        key.flatMap { decoder.userInfo[$0] as? SectionLog }
    }

    static let key = CodingUserInfoKey(rawValue: "sections")

    /// What was read, in order.
    package private(set) var entries: [Entry] = []

    func note<Key: SectionKey>(_ type: Key.Type, at path: [any CodingKey]) {
        entries.append(
            Entry(
                type: String(reflecting: type), path: path.map { $0.intValue.map(String.init) ?? $0.stringValue },
                keys: Set(type.allCases.map(\.rawValue))))
    }
}
