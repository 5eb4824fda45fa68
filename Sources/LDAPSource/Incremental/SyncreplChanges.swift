internal import DirectoryModel

/// Follows OpenLDAP by content synchronization (RFC 4533), the way its replicas do.
enum SyncreplChanges: ChangeFeed {
    static let identity: AttributeName = "entryUUID"
    static let creationTime: AttributeName = "createTimestamp"
    static let placeFilter = "(hasSubordinates=TRUE)"
    /// What the server keeps beside the entry, without a new `entryCSN`.
    static let silentAttributes: Set<AttributeName> = [
        "authTimestamp", "pwdLastSuccess", "hasSubordinates",
        "numSubordinates",
    ]

    static let requestControl = "1.3.6.1.4.1.4203.1.9.1.1"

    /// Whether the server goes on telling after what has changed was told.
    enum Mode: Int32 {
        case refreshOnly = 1
        case refreshAndPersist = 3
    }

    static func begin(_ state: ServerState, over connection: borrowing LDAPConnection) throws(LDAPError) -> Beginning {
        guard state.method == .syncrepl else {
            throw connection.unfollowable("offers no content synchronization (RFC 4533)")
        }
        var beginning = Beginning()
        for context in state.contexts {
            let changes = state.lastChanges[context.text] ?? []
            let witness = try witness(in: context, at: changes, over: connection)
            beginning.marks[context.text] = SyncreplMark(changes: changes, witness: witness).text
        }
        return beginning
    }

    static func changes(
        since position: Position, _ state: ServerState, known: (DistinguishedName) -> Set<ObjectID>,
        over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Changes {
        var changes = Changes(places: [:])
        for context in state.contexts {
            guard var mark = position.marks[context.text].flatMap({ SyncreplMark(text: $0) }) else {
                throw connection.unfollowable("has other naming contexts than before")
            }
            let now = state.lastChanges[context.text] ?? []
            let isGone = try isGone(mark.witness, in: context, over: connection)
            guard mark.isContinued(by: now) else {
                throw connection.unfollowable("has an older last change than before: its database was put back")
            }
            if mark.changes != now {
                var messages = SyncMessages()
                let (outcome, controls) = try connection.messages(of: search(context, after: mark.cookie, .refreshOnly))
                {
                    message throws(LDAPError) in try messages.take(message, over: connection)
                }
                guard outcome.code == .success else { throw refusal(outcome, connection) }
                try messages.end(controls, connection)
                var witness = [messages.last, isGone ? nil : mark.witness].compactMap(\.self).max { $0.mark < $1.mark }
                if witness == nil { witness = try Self.witness(in: context, at: mark.changes, over: connection) }
                if isGone, let gone = mark.witness?.id, !messages.named.contains(gone) { throw putBack(connection) }
                changes.ids.formUnion(messages.changed(among: known(context)))
                if let places = messages.places {
                    changes.places?.merge(places) { $1 }
                } else {
                    changes.places = nil
                }
                // Where several servers write, the others' changes may have older marks.
                if let last = mark.changes.max() {
                    changes.filters[context.text] = "(&(entryCSN>=\(last))(!(entryCSN=\(last))))"
                }
                mark = SyncreplMark(changes: now, witness: witness)
                if let cookie = messages.cookie { mark.cookie = cookie }
            } else if isGone {
                throw putBack(connection)
            }
            changes.marks[context.text] = mark.text
        }
        return changes
    }

    // MARK: Databases that are put back

    /// The entry that has changed last, and its mark (`entryCSN`); nil where none has changed since: what changed last may
    /// have been deleted by that.
    ///
    /// A database that was put back and changed since then has newer marks than the one before, and does not tell what was
    /// undone; but this entry has an older one in it, or is not there.
    private static func witness(
        in context: DistinguishedName, at changes: [String], over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> SyncreplMark.Witness? {
        guard let start = changes.max() else { return nil }
        let search = Search.entries(in: context, "(entryCSN>=\(start))", attribute, reading: ["entryCSN"])
        return try marks(search, over: connection).max { $0.mark < $1.mark }
    }

    /// Whether the witness is not there any more.
    ///
    /// - Throws: where it has an older mark.
    private static func isGone(
        _ witness: SyncreplMark.Witness?, in context: DistinguishedName, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Bool {
        guard let witness else { return false }
        let search = Search.entries(in: context, "(objectClass=*)", attribute, reading: ["entryCSN"])
        guard let now = try marks(search.narrowed(to: [witness.id], attribute), over: connection).first else {
            return true
        }
        if now.mark < witness.mark { throw putBack(connection) }
        return false
    }

    private static func marks(
        _ search: Search, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> [SyncreplMark.Witness] {
        var found: [SyncreplMark.Witness] = []
        _ = try connection.readPages(search) { page throws(LDAPError) in
            for index in 0..<page.count {
                let entry = unsafe page.entries[index]
                let id = try unsafe connection.identity(of: entry, attribute)
                guard let mark = unsafe connection.values(of: entry)["entrycsn"]?.first else { continue }
                found.append(SyncreplMark.Witness(id: id, mark: String(decoding: mark, as: UTF8.self)))
            }
        }
        return found
    }

    private static func putBack(_ connection: borrowing LDAPConnection) -> LDAPError {
        connection.unfollowable("cannot show that its database was not put back since")
    }

    private static let attribute = IdentityAttribute(identity, encoding: .text)

    // MARK: Synchronization

    /// The search that tells changes of a naming context; of the changed entries only what ``SyncMessages`` looks at.
    static func search(_ context: DistinguishedName, after mark: String, _ mode: Mode) -> Search {
        let value = DERWriter.sequence(
            DERWriter.enumerated(mode.rawValue), DERWriter.octetString(Array(mark.utf8)))
        return Search(
            kind: .other, plural: "changes", base: context, scope: .subtree, filter: "(objectClass=*)",
            attributes: mode == .refreshOnly ? SyncMessages.attributes : ["1.1"],
            controls: [Control(oid: requestControl, value: value)])
    }

    /// Why the server does not tell: `e-syncRefreshRequired` (RFC 4533 §2.5) is its word for having forgotten.
    static func refusal(_ outcome: Outcome, _ connection: borrowing LDAPConnection) -> LDAPError {
        connection.unfollowable(
            outcome.code.rawValue == 4096
                ? "does not remember that far back"
                : "does not tell changes by content synchronization (\(outcome.text))")
    }
}

/// Where the changes of one naming context go on.
struct SyncreplMark {
    /// An entry and its last change.
    struct Witness {
        let id: ObjectID
        let mark: String
    }

    /// The last change of each server that writes to the context (`contextCSN`): `TIME#COUNT#SERVER#MOD`.
    let changes: [String]
    /// The entry that changed last; nil where it is not known.
    let witness: Witness?
    /// What the server is asked with.
    var cookie: String

    init(changes: [String], witness: Witness?) {
        self.changes = changes
        self.witness = witness
        // What OpenLDAP's replicas make of it.
        cookie = "rid=000,csn=\(changes.joined(separator: ";"))"
    }

    /// The mark in one word.
    var text: String {
        let parts = [cookie, changes.joined(separator: ";")] + (witness.map { [$0.id.text, $0.mark] } ?? [])
        return parts.joined(separator: "|")
    }

    /// Reads the word; nil where it makes no sense.
    init?(text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 4 else { return nil }
        var witness: Witness?
        if parts.count == 4 {
            guard let id = ObjectID(text: parts[2]) else { return nil }
            witness = Witness(id: id, mark: parts[3])
        }
        self.init(changes: parts[1].split(separator: ";").map(String.init), witness: witness)
        cookie = parts[0]
    }

    /// Whether no server's last change is older than here.
    func isContinued(by now: [String]) -> Bool {
        func server(_ mark: String) -> Substring? { mark.split(separator: "#").dropFirst(2).first }
        return changes.allSatisfy { old in now.contains { server($0) == server(old) && $0 >= old } }
    }
}
