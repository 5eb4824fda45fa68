public import DirectoryModel
internal import ReconcileEngine

/// The attributes that the objects of a directory have values for: what a mapping can be made of (requirement ZI4).
public struct AttributeSurvey: Sendable, Hashable {
    /// One attribute.
    public struct Entry: Sendable, Hashable {
        /// The attribute's name as the directory writes it.
        public let name: AttributeName
        /// How many objects have a value.
        public let objects: Int
        /// The most values that one object has.
        public let mostValues: Int
        /// Up to three different values, shortened; of secrets and of bytes only that they are there.
        public let samples: [String]
        /// Whether the rules, or the finding of identities and memberships, look at it.
        public let isUsed: Bool
    }

    /// What was looked at.
    public let kind: ObjectKind
    /// How many objects there are.
    public let objects: Int
    /// The attributes, the most frequent first, then by name.
    public let entries: [Entry]

    /// Looks at all users, or all groups or contacts, of a snapshot that was read with all attributes.
    ///
    /// - Parameters:
    ///   - used: the attributes that the rules look at.
    ///   - secrets: the attributes whose values are not shown.
    ///   - search: a text that a name or a value must contain, letters' case aside; nil for all.
    public init(
        of kind: ObjectKind, in snapshot: DirectorySnapshot, used: Set<AttributeName> = [],
        secrets: Set<AttributeName> = [], search: String? = nil
    ) {
        let objects: [any DirectoryObject] =
            switch kind {
            case .user: snapshot.users
            case .group: snapshot.groups
            case .contact: snapshot.contacts
            case .other: []
            }
        var tallies = snapshot.attributes.names.map { name in
            let plain = AttributeName(String(name.text.prefix { $0 != ";" }))
            return Tally(
                isSecret: secrets.contains(plain), isBinary: snapshot.schema.isBinary(name), search: search)
        }
        for object in objects {
            object.attributes.forEachValue { slot, value in
                if Int(slot.rawValue) < tallies.count { tallies[Int(slot.rawValue)].take(value) }
                return true
            }
            for index in tallies.indices { tallies[index].endObject() }
        }
        self.kind = kind
        self.objects = objects.count
        entries = zip(snapshot.attributes.names, tallies)
            .filter { name, tally in
                tally.objects > 0 && (search.map { name.text.contains(ignoringCase: $0) } ?? true || tally.isFound)
            }
            .map { name, tally in
                Entry(
                    name: name, objects: tally.objects, mostValues: tally.mostValues, samples: tally.samples,
                    isUsed: used.contains(name))
            }
            .sorted { ($1.objects, $0.name) < ($0.objects, $1.name) }
    }
}

/// What has been seen of one attribute so far.
private struct Tally {
    let isSecret: Bool
    let isBinary: Bool
    let search: String?
    private(set) var objects = 0
    private(set) var mostValues = 0
    private(set) var samples: [String] = []
    /// Whether a value contains the text that is searched for.
    private(set) var isFound = false

    private var values = 0
    /// How many values may still be looked at for a sample that is new.
    private var patience = 100

    init(isSecret: Bool, isBinary: Bool, search: String?) {
        self.isSecret = isSecret
        self.isBinary = isBinary
        self.search = search
    }

    mutating func take(_ value: Span<UInt8>) {
        values += 1
        let needsSample = samples.count < 3 && patience > 0
        guard needsSample || (search != nil && !isFound && !isSecret && !isBinary) else { return }
        patience -= 1
        let (shown, text) = display(value)
        if let text, let search, text.contains(ignoringCase: search) { isFound = true }
        if needsSample, !samples.contains(shown) { samples.append(shown) }
    }

    mutating func endObject() {
        if values == 0 { return }
        objects += 1
        mostValues = max(mostValues, values)
        values = 0
    }

    /// A value as it is shown, and as text where it may be searched.
    private func display(_ value: Span<UInt8>) -> (shown: String, text: String?) {
        if isSecret { return ("\(Secret(""))", nil) }
        guard !isBinary, let text = String(validatingUTF8: value) else {
            return ("(binary, \(value.count.of("octet")))", nil)
        }
        // Hashes are kept in attributes of any name.
        if (try? PasswordHash(directoryValue: text)) != nil { return ("\(Secret(""))", nil) }
        let printable = text.printable
        return (printable.count > 40 ? "\(printable.prefix(39))…" : printable, text)
    }
}
