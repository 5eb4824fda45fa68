extension Array where Element: DirectoryObject {
    /// Keeps of the objects with one identity what came last, in the place of the first: an entry that moves while a
    /// directory is read can be on two pages.
    ///
    /// - Returns: a reason for each that differed from the one before: where one moved to be read twice, another may have
    ///   moved to be read never.
    mutating func dropEarlier() -> [Incompleteness] {
        var hashes = map(\.id.hash64)
        hashes.sort()
        // Mostly nothing is repeated, which this tells with eight octets an object.
        if !zip(hashes, hashes.dropFirst()).contains(where: { $0 == $1 }) { return [] }
        var places: [ObjectID: Int] = [:]
        var kept: [Element] = []
        var changes: [Incompleteness] = []
        for object in self {
            guard let place = places[object.id] else {
                places[object.id] = kept.count
                kept.append(object)
                continue
            }
            if kept[place] == object { continue }
            let moved = kept[place].dn == object.dn ? "" : ", the second time as \(object.dn.text)"
            changes.append(
                Incompleteness(
                    .changedWhileRead, "\(kept[place].dn.text) was read twice and differs\(moved).",
                    remedy: "Read again when the directory is at rest."))
            kept[place] = object
        }
        self = kept
        return changes
    }
}
