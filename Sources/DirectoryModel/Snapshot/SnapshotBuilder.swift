/// Which attributes a read should bring.
public enum AttributeSelection: Sendable, Hashable {
    /// All user attributes that the account may see.
    case all
    /// Only these, besides what the schema needs for identity and membership.
    case only([AttributeName])
}

/// Collects what a source reads into a ``DirectorySnapshot``, and keeps account of whether it was everything.
///
/// Every source uses it in the same way: for each search ``beginSearch(_:base:)``, for each entry
/// ``beginEntry(dn:kind:id:)``, one `append` a value and ``endEntry()``, then ``endSearch(pages:referrals:)``, and only where
/// the server said that the search ended in success. Whatever goes wrong is told with ``fail(_:)``. ``finish()`` answers a
/// complete snapshot only where each search was ended and nothing failed.
public struct SnapshotBuilder {
    /// How many entries are kept as reasons of their own before they are only counted.
    private static let reasonLimit = 20

    /// What is being read, for people.
    public let source: String
    /// How the directory's objects are laid out.
    public let schema: DirectorySchema
    /// How many entries have been taken so far.
    public private(set) var entryCount = 0

    private var table: AttributeTable
    private var lookup = AttributeLookup()
    private let growsTable: Bool
    private var users: [DirectoryUser] = []
    private var groups: [DirectoryGroup] = []
    private var contacts: [DirectoryContact] = []
    private var partialGroups: Set<ObjectID> = []

    private var searches: [SearchEvidence] = []
    private var search: (subject: String, base: DistinguishedName?, firstEntry: Int)?
    private var reasons: [Incompleteness] = []
    /// How many entries are, or would be, reasons.
    private var doubtfulEntries = 0

    private var entry = Entry()
    private var isInEntry = false
    private var idSlot: AttributeSlot?
    private var classSlot: AttributeSlot?
    /// For each slot whether its values are no text.
    private var isBinary: [Bool] = []

    /// Makes a builder for one read.
    public init(source: String, schema: DirectorySchema, attributes: AttributeSelection) {
        self.source = source
        self.schema = schema
        switch attributes {
        case .all:
            table = AttributeTable()
            growsTable = true
        case .only(let names):
            table = AttributeTable(names + schema.neededAttributes)
            growsTable = false
        }
        learn()
    }

    /// Makes a builder for a read of some objects of a snapshot, whose values are filed under the same slots.
    public init(rereading snapshot: DirectorySnapshot, attributes: AttributeSelection) {
        self.init(source: snapshot.source, schema: snapshot.schema, attributes: attributes)
        if case .only(let names) = attributes {
            table = AttributeTable(snapshot.attributes.names + names + schema.neededAttributes)
        } else {
            table = snapshot.attributes
        }
        lookup = AttributeLookup()
        isBinary = []
        learn()
    }

    /// The slots in use: what a source with a fixed selection files its values under.
    public var attributes: AttributeTable { table }

    // MARK: Searches

    /// Begins a search, or a file.
    ///
    /// - Parameters:
    ///   - subject: names it for people.
    ///   - base: at or below which every entry must lie; nil where they may lie anywhere.
    public mutating func beginSearch(_ subject: String, base: DistinguishedName? = nil) {
        closeSearch()
        search = (subject, base, entryCount)
    }

    /// Ends the search that is open.
    ///
    /// Call it only where the source said that everything was given.
    ///
    /// - Parameter referrals: the parts below the base that other servers have, as URLs.
    public mutating func endSearch(pages: Int, referrals: [String] = []) {
        if isInEntry { discardEntry("the search ended in the middle of an entry") }
        guard let search else { return }
        searches.append(
            SearchEvidence(
                subject: search.subject, entries: entryCount - search.firstEntry, pages: pages, referrals: referrals))
        self.search = nil
    }

    /// Records that something is missing.
    ///
    /// The snapshot will be partial.
    public mutating func fail(_ reason: Incompleteness) {
        reasons.append(reason)
        search = nil
    }

    private mutating func closeSearch() {
        guard let search else { return }
        fail(Incompleteness(.unfinished, "Reading \(search.subject) did not come to its end."))
    }

    // MARK: Entries

    /// Begins an entry.
    ///
    /// - Parameters:
    ///   - dn: its distinguished name as the source spells it.
    ///   - kind: what it is, where the search already says so; nil to tell from `objectClass`.
    ///   - id: its identity, where the source knows it already; nil to take it from the schema's attribute.
    public mutating func beginEntry(dn: String, kind: ObjectKind? = nil, id: ObjectID? = nil) {
        if isInEntry { discardEntry("another entry began before it ended") }
        entry.begin(dn: dn, kind: kind, id: id)
        isInEntry = true
    }

    /// Adds one value to the entry under a name as it came over the wire; a name that was not asked for is passed over.
    ///
    /// - Parameter last: the slot that the previous call answered, where the search for the name begins.
    /// - Returns: the slot, or nil where the name was passed over.
    public mutating func slot(forUTF8 name: Span<UInt8>, after last: AttributeSlot?) -> AttributeSlot? {
        if let slot = lookup.slot(of: name, from: last) { return slot }
        guard growsTable, let text = String(validatingUTF8: name), let slot = table.insert(AttributeName(text)) else {
            return nil
        }
        learn()
        return slot
    }

    /// Adds one value to the entry that has begun.
    public mutating func append(_ value: Span<UInt8>, to slot: AttributeSlot) {
        if slot == idSlot, !entry.hasGivenID {
            entry.idCount += 1
            if entry.idCount == 1 { entry.id = schema.objectID.decode(value) }
        }
        if slot == classSlot, entry.kind == nil { entry.classes.append(String(validatingUTF8: value) ?? "") }
        let index = Int(slot.rawValue)
        if entry.badText == nil, index < isBinary.count, !isBinary[index], !value.isUTF8 { entry.badText = slot }
        AttributeValues.append(value, to: slot, in: &entry.storage)
    }

    /// Ends the entry: it is filed under its kind, or recorded as undecodable, which makes the snapshot partial.
    public mutating func endEntry() {
        guard isInEntry else { return }
        isInEntry = false
        entryCount += 1
        let kind = entry.kind ?? schema.kind(ofClasses: entry.classes)
        if kind == .other { return }
        if let slot = entry.badText {
            let name = table.name(at: slot)?.text ?? "an attribute"
            return undecodable(
                "\(name) of \(entry.dn) is not UTF-8 text.", remedy: "Correct the value in the directory.")
        }
        guard let dn = try? DistinguishedName(entry.dn) else {
            return undecodable("\"\(entry.dn)\" is no distinguished name (RFC 4514).", remedy: nil)
        }
        if let base = search?.base, !dn.isDescendant(of: base), dn != base {
            return undecodable(
                "\(entry.dn) does not lie under \(base.text), where it was searched for.", remedy: nil)
        }
        if entry.idCount > 1 {
            return undecodable(
                "\(entry.dn) has \(entry.idCount) values of \(schema.objectID.attribute), which must be one.",
                remedy: "Correct the entry in the directory.")
        }
        guard let id = entry.id else {
            return undecodable(
                "\(entry.dn) has no readable \(schema.objectID.attribute).",
                remedy:
                    "Let the account read \(schema.objectID.attribute), or leave the entry out with `people-filter`.")
        }
        let values = AttributeValues(table: table, storage: entry.storage.span.copied())
        switch kind {
        case .user: users.append(DirectoryUser(id: id, dn: dn, attributes: values))
        case .group:
            groups.append(DirectoryGroup(id: id, dn: dn, attributes: values))
            if entry.isPartial { partialGroups.insert(id) }
        case .contact: contacts.append(DirectoryContact(id: id, dn: dn, attributes: values))
        case .other: break
        }
    }

    /// Records that the entry that has begun has more members than were read.
    public mutating func markPartial() {
        if isInEntry { entry.isPartial = true }
    }

    /// Drops the entry that has begun and records why, which makes the snapshot partial.
    public mutating func discardEntry(_ why: String) {
        guard isInEntry else { return }
        isInEntry = false
        entryCount += 1
        undecodable("\(entry.dn): \(why).", remedy: nil)
    }

    mutating func append(_ object: some DirectoryObject, kind: ObjectKind, isPartial: Bool = false) {
        beginEntry(dn: object.dn.text, kind: kind, id: object.id)
        if isPartial { markPartial() }
        object.attributes.forEachValue { slot, value in
            if let name = object.attributes.table.name(at: slot), let own = table.insert(name) {
                learn()
                append(value, to: own)
            }
            return true
        }
        endEntry()
    }

    // MARK: Result

    /// What was read, complete only where every search was ended and nothing failed.
    public consuming func finish() -> DirectorySnapshot {
        if isInEntry { discardEntry("the read ended in the middle of it") }
        closeSearch()
        for change in users.dropEarlier() + groups.dropEarlier() + contacts.dropEarlier() { doubt(change) }
        if doubtfulEntries > Self.reasonLimit {
            reasons.append(
                Incompleteness(.undecodableEntry, "\(doubtfulEntries - Self.reasonLimit) more entries like these."))
        }
        if searches.isEmpty && reasons.isEmpty {
            reasons.append(Incompleteness(.unfinished, "Nothing was read from \(source)."))
        }
        return DirectorySnapshot(
            source: source, schema: schema, attributes: table, users: users, groups: groups, contacts: contacts,
            partialGroups: partialGroups,
            completeness: reasons.isEmpty ? .complete(CompletenessProof(searches: searches)) : .partial(reasons))
    }

    private mutating func undecodable(_ detail: String, remedy: String?) {
        doubt(Incompleteness(.undecodableEntry, detail, remedy: remedy))
    }

    private mutating func doubt(_ reason: Incompleteness) {
        doubtfulEntries += 1
        if doubtfulEntries <= Self.reasonLimit { reasons.append(reason) }
    }

    /// Notes the slots of names that the table has gained, and those that have a meaning of their own.
    private mutating func learn() {
        for index in isBinary.count..<max(isBinary.count, table.names.count) {
            let name = table.names[index]
            let slot = AttributeSlot(rawValue: UInt16(truncatingIfNeeded: index))
            if name == schema.objectID.attribute { idSlot = slot }
            if name == "objectClass" { classSlot = slot }
            isBinary.append(schema.isBinary(name))
        }
        lookup.learn(table)
    }
}

extension SnapshotBuilder {
    /// The entry being read; its buffers are used again for the next.
    private struct Entry {
        var dn = ""
        var kind: ObjectKind?
        var id: ObjectID?
        /// Whether the source knew the identity, so that no value is taken for it.
        var hasGivenID = false
        /// How many values the attribute of the identity has.
        var idCount = 0
        var classes: [String] = []
        var storage: [UInt8] = []
        var badText: AttributeSlot?
        var isPartial = false

        mutating func begin(dn: String, kind: ObjectKind?, id: ObjectID?) {
            self.dn = dn
            self.kind = kind
            self.id = id
            hasGivenID = id != nil
            idCount = 0
            classes.removeAll(keepingCapacity: true)
            storage.removeAll(keepingCapacity: true)
            badText = nil
            isPartial = false
        }
    }
}

extension Span<UInt8> {
    /// Whether the bytes are UTF-8, with a quick way for plain ASCII.
    fileprivate var isUTF8: Bool {
        var union: UInt8 = 0
        for index in indices { union |= self[index] }
        if union < 0x80 { return true }
        return (try? UTF8Span(validating: self)) != nil
    }
}
