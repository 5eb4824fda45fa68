/// Lines that are longer than a terminal is wide.
extension PlanText {
    /// A line in as many as it takes, broken at spaces, with what follows the first one below the words of it.
    ///
    /// A command stays in one line, to be copied.
    func lines(_ line: String) -> [String] {
        guard let columns = style.columns, Self.columns(of: line) > columns, !line.contains("   sync-plan ") else {
            return [line]
        }
        let margin = line.prefix { $0 == " " }.count
        // Below the address of an operation, the value of a field, or the sentence after a word such as `held`.
        let isOperation = line.dropFirst(margin).contains("  ") && margin > 0 && margin < 19
        let indent = String(repeating: " ", count: isOperation ? margin + 15 : margin == 0 ? 7 : margin + 2)
        var lines = [String(line.prefix(margin))]
        var gap = ""
        var isBeginning = true
        for word in line.dropFirst(margin).split(separator: " ", omittingEmptySubsequences: false) {
            let last = lines[lines.count - 1]
            if isBeginning || Self.columns(of: last) + gap.count + Self.columns(of: word) <= columns {
                lines[lines.count - 1] = last + gap + word
            } else if !word.isEmpty {
                lines.append(indent + word)
            }
            // An empty word stands between two spaces.
            gap = " "
            isBeginning = false
        }
        return lines
    }

    /// How many columns a text takes: escape sequences take none.
    private static func columns(of text: some StringProtocol) -> Int {
        var count = 0
        var isEscape = false
        for character in text {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { count += 1 }
            if isEscape, character == "m" { isEscape = false }
        }
        return count
    }
}
