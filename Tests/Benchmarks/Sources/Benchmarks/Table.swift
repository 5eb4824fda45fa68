import Foundation

/// Prints rows of words in columns.
struct Table {
    private var rows: [[String]]

    init(_ head: String...) { rows = [head] }

    mutating func add(_ row: String...) { rows.append(row) }

    func show() {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).enumerated().map { index, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + padding : padding + cell.0
            }
            print(cells.joined(separator: "  "))
        }
        print("")
        fflush(nil)
    }
}

func seconds(_ value: Double) -> String { String(format: value < 1 ? "%.3f s" : "%.2f s", value) }
func ratio(_ value: Double) -> String { String(format: "%.2f", value) }
func mebibytes(_ value: Double) -> String { String(format: "%.0f MiB", value) }
