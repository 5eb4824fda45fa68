/// The name most like a mistyped one, or nil where none is near enough to be meant.
package func nearestName(to typed: String, among names: some Sequence<String>) -> String? {
    let limit = max(1, typed.count / 3)
    return
        names
        .map { (name: $0, distance: editDistance(typed.lowercased(), $0.lowercased())) }
        .filter { $0.distance <= limit || $0.name.hasPrefix(typed) }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour to get from one text to the
/// other (the optimal string alignment distance).
private func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.prefix(64))
    let b = Array(b.prefix(64))
    var earlier = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var least = min(previous[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, previous[j + 1] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, earlier[j - 1] + 1) }
            row.append(least)
        }
        (earlier, previous) = (previous, row)
    }
    return previous[b.count]
}
