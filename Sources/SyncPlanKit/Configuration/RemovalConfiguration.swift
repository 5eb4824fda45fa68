internal import ReconcileEngine

/// What becomes of an account: a word, or `{ suspend: now, delete: after 30 days }`.
struct RemovalConfiguration: Decodable {
    let removal: Lifecycle.Removal

    private enum Keys: String, SectionKey { case suspend, delete }

    private static let words: [String: Lifecycle.Removal] = ["suspend": .suspend, "delete": .delete, "leave": .leave]

    init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            guard let removal = Self.words[word] else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(
                        codingPath: decoder.codingPath,
                        debugDescription: "\"\(word)\" is not suspend, delete or leave, "
                            + "nor `{ suspend: now, delete: after 30 days }`."))
            }
            self.removal = removal
            return
        }
        let section = try Section(decoder, Keys.self)
        guard try section.parsed(.suspend, as: "`now`", { $0 == "now" ? true : nil }) != nil else {
            throw section.missing(.suspend)
        }
        let days = try section.parsed(.delete, as: "a time such as `after 30 days`") { Self.days($0) }
        guard let days else { throw section.missing(.delete) }
        removal = .suspendThenDelete(days: days)
    }

    /// Reads `after 30 days` or `after 1 day`.
    private static func days(_ text: String) -> Int? {
        let words = text.split(separator: " ")
        guard words.count == 3, words[0] == "after", words[2] == "days" || words[2] == "day",
            let days = Int(words[1]), (1...36_500).contains(days)
        else { return nil }
        return days
    }
}
