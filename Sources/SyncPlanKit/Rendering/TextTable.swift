/// Rows of text with their columns one below the other.
struct TextTable {
    /// The heads of the columns; empty for none.
    var heads: [String] = []
    /// The rows; each has as many cells as the others.
    var rows: [[String]] = []
    /// The width that a column does not pass for the sake of a few long cells.
    static let widest = 60

    /// The lines, the head first; what a terminal would obey is made visible, and columns with nothing in them left out.
    func lines(_ style: Style) -> [String] {
        let rows = rows.map { $0.map(\.printable) }
        var widths = heads.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], min(cell.count, Self.widest))
            }
        }
        let columns = widths.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        func line(_ cells: [String]) -> String {
            var text = ""
            for column in columns {
                text += column == columns.last ? cells[column] : cells[column].padded(widths[column]) + "  "
            }
            while text.last == " " { text.removeLast() }
            return "  " + text
        }
        return (heads.isEmpty ? [] : [style.bold(line(heads))]) + rows.map(line)
    }
}
