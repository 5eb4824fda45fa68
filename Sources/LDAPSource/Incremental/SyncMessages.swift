internal import DirectoryModel

/// What the messages of one content synchronization have told so far (RFC 4533 §3.3).
struct SyncMessages {
    /// Where the changes that were told end; nil where the server has not said.
    private(set) var cookie: String?
    /// Whether all that had changed before has been told, so that what follows are new changes.
    private(set) var isRefreshed = false

    /// The entries that were named as changed or deleted.
    private(set) var named: Set<ObjectID> = []
    /// Of those that are there, which others lie below; nil where the server has not said so of each.
    private(set) var places: [ObjectID: DistinguishedName]? = [:]
    /// Of those that are there, the one with the last mark; nil where there is none, or the server has not said.
    private(set) var last: SyncreplMark.Witness?
    private var present: Set<ObjectID> = []
    /// Whether what was not named does not exist any more.
    private var hasNamedAll = false

    /// What the entries are asked for.
    static let attributes = ["entryCSN", "hasSubordinates"]

    private static let stateControl = "1.3.6.1.4.1.4203.1.9.1.2"
    private static let doneControl = "1.3.6.1.4.1.4203.1.9.1.3"
    private static let informationResponse = "1.3.6.1.4.1.4203.1.9.1.4"

    /// Which entries may be others than recorded, those recorded being `known`.
    func changed(among known: @autoclosure () -> Set<ObjectID>) -> Set<ObjectID> {
        hasNamedAll ? named.union(known().subtracting(present)) : named
    }

    /// Whether anything was told that has not been handed over.
    var isEmpty: Bool { named.isEmpty && !hasNamedAll }

    /// Forgets what was handed over; the cookie stays.
    mutating func reset() {
        named = []
        present = []
        hasNamedAll = false
    }

    /// Takes an entry or an intermediate response in.
    ///
    /// - Throws: `unfollowable` where it makes no sense.
    mutating func take(
        _ message: borrowing LDAPMessage, over connection: borrowing LDAPConnection
    ) throws(LDAPError) {
        let isUnderstood: Bool
        switch message.type {
        case .searchEntry:
            let state = unsafe take(message.entryControls(connection.handle))
            if let state, state.isChanged, let entry = unsafe message.entry {
                unsafe note(entry, state.id, connection)
            }
            isUnderstood = state != nil
        case .intermediate:
            // Of other kinds nothing is known, and nothing depends on them.
            guard let (oid, value) = unsafe message.intermediate(connection.handle) else { return }
            isUnderstood = oid != Self.informationResponse || take(information: value)
        default: return
        }
        if !isUnderstood { throw malformed(connection) }
    }

    /// Takes in how the refresh ended.
    mutating func end(_ controls: [Control], _ connection: borrowing LDAPConnection) throws(LDAPError) {
        guard let value = controls.first(where: { $0.oid == Self.doneControl })?.value else {
            throw malformed(connection)
        }
        var reader = DERReader(value[...])
        guard var parts = reader.enter() else { throw malformed(connection) }
        // `refreshDeletes` is false by default: what was not named is gone.
        if !(takeEnd(&parts) ?? false) { hasNamedAll = true }
    }

    private func malformed(_ connection: borrowing LDAPConnection) -> LDAPError {
        connection.unfollowable("sends messages of content synchronization (RFC 4533) that make no sense")
    }

    /// Notes what an entry has that was added or modified.
    private mutating func note(_ entry: OpaquePointer, _ id: ObjectID, _ connection: borrowing LDAPConnection) {
        let values = unsafe connection.values(of: entry)
        if let mark = values["entrycsn"]?.first.map({ String(decoding: $0, as: UTF8.self) }), mark > last?.mark ?? "" {
            last = SyncreplMark.Witness(id: id, mark: mark)
        }
        switch values["hassubordinates"]?.first.map({ String(decoding: $0, as: UTF8.self) }) {
        case "FALSE": break
        case "TRUE":
            let name = try? unsafe DistinguishedName(String(decoding: connection.dn(of: entry), as: UTF8.self))
            if let name { places?[id] = name } else { places = nil }
        default: places = nil
        }
    }

    /// Takes in the state of one entry: present, add, modify or delete.
    ///
    /// - Returns: which it is, and whether it was added or modified; nil where that makes no sense.
    private mutating func take(_ controls: [Control]) -> (id: ObjectID, isChanged: Bool)? {
        guard let value = controls.first(where: { $0.oid == Self.stateControl })?.value else { return nil }
        var reader = DERReader(value[...])
        guard var parts = reader.enter(), let state = parts.integer(), let octets = parts.next()?.contents,
            let id = ObjectID(uuidOctets: octets)
        else { return nil }
        note(parts.next()?.contents)
        if state == 0 {
            present.insert(id)
        } else {
            named.insert(id)
            present.insert(id)
        }
        return (id, state == 1 || state == 2)
    }

    /// A Sync Info Message (RFC 4533 §2.5).
    private mutating func take(information value: [UInt8]) -> Bool {
        var reader = DERReader(value[...])
        guard let (tag, contents) = reader.next() else { return false }
        var parts = DERReader(contents)
        switch tag {
        case 0x80: note(contents)
        case 0xA1:
            isRefreshed = takeEnd(&parts) ?? true
        case 0xA2:
            hasNamedAll = true
            isRefreshed = takeEnd(&parts) ?? true
        case 0xA3: return takeIDs(&parts)
        default: return false
        }
        return true
    }

    private mutating func takeIDs(_ parts: inout DERReader) -> Bool {
        var areDeleted = false
        while let (tag, contents) = parts.next() {
            switch tag {
            case 0x04: note(contents)
            case 0x01: areDeleted = contents.first != 0
            case 0x31:
                var ids = DERReader(contents)
                while let (_, octets) = ids.next() {
                    guard let id = ObjectID(uuidOctets: octets) else { return false }
                    if areDeleted { named.insert(id) } else { present.insert(id) }
                }
            default: return false
            }
        }
        return true
    }

    /// Takes in the cookie that ends a phase; answers the flag beside it, nil where there is none.
    private mutating func takeEnd(_ parts: inout DERReader) -> Bool? {
        var flag: Bool?
        while let (tag, contents) = parts.next() {
            if tag == 0x04 { note(contents) }
            if tag == 0x01 { flag = contents.first != 0 }
        }
        return flag
    }

    private mutating func note(_ octets: ArraySlice<UInt8>?) {
        guard let octets else { return }
        cookie = String(decoding: octets, as: UTF8.self)
    }
}
