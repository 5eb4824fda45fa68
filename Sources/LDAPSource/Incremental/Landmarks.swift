internal import DirectoryModel

/// The entries that are not recorded themselves, and whose names matter all the same: when one changes, names in recorded
/// objects change without a word.
struct Landmarks: Equatable {
    /// What others lie below: a new name gives all of those new ones.
    var places: [ObjectID: DistinguishedName] = [:]
    /// What recorded objects name and is none of them: a manager, a member or a group outside the bases.
    var named: [ObjectID: DistinguishedName] = [:]

    /// How many entries outside the bases are kept in mind.
    private static let limit = 10_000

    /// Those below a place, or that themselves.
    func known(in place: DistinguishedName) -> Set<ObjectID> {
        var ids: Set<ObjectID> = []
        for (id, name) in places where name == place || name.isDescendant(of: place) { ids.insert(id) }
        for (id, name) in named where name == place || name.isDescendant(of: place) { ids.insert(id) }
        return ids
    }

    /// Puts what was found of some entries in place of what was known of them.
    mutating func replace(_ ids: Set<ObjectID>, with found: Landmarks) {
        for id in ids {
            places[id] = found.places[id]
            named[id] = found.named[id]
        }
    }

    /// Adds what recorded objects lie below, and what they name, as far as it is not known yet.
    ///
    /// - Parameter parts: the objects to look at.
    /// - Throws: `unfollowable` where one cannot be found, or there are too many.
    mutating func complete(
        for parts: [DirectorySnapshot], of snapshot: DirectorySnapshot, _ contexts: [DistinguishedName],
        over connection: borrowing LDAPConnection
    ) throws(LDAPError) {
        let identity = snapshot.schema.objectID
        let names = unknownNames(in: parts, of: snapshot, contexts)
        if named.count + names.count > Self.limit {
            throw connection.unfollowable("has objects that name more than \(Self.limit) entries outside the bases")
        }
        for name in names {
            // What is not there, or may not be seen, cannot be told of either.
            if let id = try connection.identity(of: name, identity) { named[id] = name }
        }
        for place in unknownPlaces(above: parts, contexts) {
            guard let id = try connection.identity(of: place, identity) else {
                throw connection.unfollowable("does not let the account read \(identity.attribute) of \(place.text)")
            }
            places[id] = place
        }
    }

    private func unknownPlaces(
        above parts: [DirectorySnapshot], _ contexts: [DistinguishedName]
    ) -> Set<DistinguishedName> {
        // A place that moves takes its parents' names with it, wherever it has gone.
        var parents = Set(named.values.compactMap(\.parent)).union(places.values.compactMap(\.parent))
        for part in parts {
            part.forEachObject { _, name, _ in if let parent = name.parent { parents.insert(parent) } }
        }
        let known = Set(places.values)
        var seen: Set<DistinguishedName> = []
        for parent in parents {
            var name: DistinguishedName? = parent
            while let place = name, contexts.contains(where: { place == $0 || place.isDescendant(of: $0) }),
                seen.insert(place).inserted
            {
                name = place.parent
            }
        }
        return seen.filter { !known.contains($0) }
    }

    private func unknownNames(
        in parts: [DirectorySnapshot], of snapshot: DirectorySnapshot, _ contexts: [DistinguishedName]
    ) -> [DistinguishedName] {
        var spellings = Spellings()
        for part in parts {
            part.forEachObject { _, _, attributes in
                attributes.forEachValueLikeName { _, value in
                    spellings.insert(value)
                    return true
                }
            }
        }
        // Servers spell a name as the entry does, as a rule.
        if !spellings.isEmpty { snapshot.forEachObject { _, name, _ in spellings.remove(name.text) } }
        let unknown = spellings.names
        if unknown.isEmpty { return [] }
        var names = Dictionary(unknown.map { ($0.canonicalKey, $0) }) { first, _ in first }
        snapshot.forEachObject { _, name, _ in names[name.canonicalKey] = nil }
        for name in places.values { names[name.canonicalKey] = nil }
        for name in named.values { names[name.canonicalKey] = nil }
        return names.values.filter { name in contexts.contains { name.isDescendant(of: $0) } }
    }
}

extension DirectorySnapshot {
    /// Shows users, groups and contacts.
    func forEachObject(_ body: (ObjectID, DistinguishedName, AttributeValues) -> Void) {
        func show(_ objects: [some DirectoryObject]) {
            // Whole objects are not copied only to be looked at.
            for index in objects.indices {
                body(objects[index].id, objects[index].dn, objects[index].attributes)
            }
        }
        show(users)
        show(groups)
        show(contacts)
    }
}

extension AttributeValues {
    /// Shows every value that is the name of an entry, until `body` answers false.
    func forEachName(_ body: (AttributeSlot, DistinguishedName) -> Bool) {
        forEachValueLikeName { slot, value in
            guard let text = String(validatingUTF8: value), let name = try? DistinguishedName(text) else { return true }
            return body(slot, name)
        }
    }

    /// Shows every value that may be the name of an entry, until `body` answers false.
    fileprivate func forEachValueLikeName(_ body: (AttributeSlot, Span<UInt8>) -> Bool) {
        forEachValue { slot, value in
            // Most values that are no names have no equals sign where a name has its first.
            var index = 0
            while index < value.count, value[index].isNameOfType { index += 1 }
            guard index > 0, index < value.count,
                value[index] == UInt8(ascii: "=") || value[index] == UInt8(ascii: " ")
            else { return true }
            return body(slot, value)
        }
    }
}

/// Names as they are spelled, each once.
///
/// Groups name the same people again and again; these are told by their octets, without making text of them.
private struct Spellings {
    private var texts: [UInt64: String] = [:]
    /// The texts that have the same number as another one; any of them more than once.
    private var others: [String] = []

    var isEmpty: Bool { texts.isEmpty && others.isEmpty }

    /// All of them; some more than once where two have the same number.
    var names: [DistinguishedName] { (texts.values + others).compactMap { try? DistinguishedName($0) } }

    /// Inserts octets that are a name's.
    mutating func insert(_ octets: Span<UInt8>) {
        let number = StableHash.hash(octets)
        if let text = texts[number], text.hasSameBytes(as: octets) { return }
        guard let text = String(validatingUTF8: octets), (try? DistinguishedName(text)) != nil else { return }
        if texts[number] == nil { texts[number] = text } else { others.append(text) }
    }

    /// Removes a text, unless there is another with its number.
    mutating func remove(_ text: String) {
        let number = StableHash.hash(utf8: text)
        if texts[number]?.hasSameBytes(as: text) == true { texts[number] = nil }
    }
}

extension UInt8 {
    /// Whether the octet may be part of an attribute's type: letters, digits, hyphens and dots.
    fileprivate var isNameOfType: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
        default: false
        }
    }
}
