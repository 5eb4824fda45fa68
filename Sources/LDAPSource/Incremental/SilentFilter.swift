internal import DirectoryModel

/// Filters that find other entries although none of those has changed.
enum SilentFilter {
    /// Attributes that are made of names of entries, the entry's own or others'.
    private static let names: Set<AttributeName> = ["memberOf", "distinguishedName", "entryDN", "canonicalName"]

    /// The first part of a filter (RFC 4515) by which an entry can be found that was not found before, without having
    /// changed: one with the name of an entry in it, or with an attribute that changes without a word; nil for none.
    ///
    /// - Parameter silent: attributes that change without a word.
    static func part(of filter: String, _ silent: Set<AttributeName>) -> String? {
        // A literal parenthesis is written as an escape, so each item lies between two that are none.
        for item in filter.split(whereSeparator: { "()&|!".contains($0) }) {
            guard let equals = item.firstIndex(of: "=") else { continue }
            let words = item[..<equals].split(separator: ":", omittingEmptySubsequences: false)
            let type = words.first?.prefix { !"<>~;".contains($0) } ?? ""
            let attribute = AttributeName(type.trimmingSpaces)
            let namesEntry = item[item.index(after: equals)...].contains("=") && attribute != "objectCategory"
            let asksForDN = words.dropFirst().contains { $0.lowercased() == "dn" }
            if namesEntry || asksForDN || names.contains(attribute) || silent.contains(attribute) {
                return String(item)
            }
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
