/// The name most like a mistyped one, or nil where none is near enough to be meant.
func nearestName(to typed: String, among names: some Sequence<String>) -> String? {
    let limit = max(1, typed.count / 3)
    return
        names
        .map { (name: $0, distance: editDistance(typed.lowercased(), $0.lowercased())) }
        .filter { $0.distance <= limit || $0.name.hasPrefix(typed) }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// How many letters have to be put in, taken out or replaced to get from one text to the other.
private func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b.prefix(64))
    var row = Array(0...b.count)
    for (i, x) in a.prefix(64).enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let replaced = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
