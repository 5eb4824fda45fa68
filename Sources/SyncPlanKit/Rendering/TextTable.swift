/// Rows of text with their columns one below the other.
struct TextTable {
    /// The heads of the columns; empty for none.
    var heads: [String] = []
    /// The rows; each has as many cells as the others.
    var rows: [[String]] = []
    /// The width that a column does not pass for the sake of a few long cells.
    static let widest = 60

    /// The lines, the head first; what a terminal would obey is made visible.
    func lines(_ style: Style) -> [String] {
        let rows = rows.map { $0.map(\.printable) }
        var widths = heads.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], min(cell.count, Self.widest))
            }
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (column, cell) in cells.enumerated() {
                text += column == cells.count - 1 ? cell : cell.padded(widths[column]) + "  "
            }
            while text.last == " " { text.removeLast() }
            return "  " + text
        }
        return (heads.isEmpty ? [] : [style.bold(line(heads))]) + rows.map(line)
    }
}
