internal import DirectoryModel

/// Follows OpenLDAP by content synchronization (RFC 4533), the way its replicas do.
enum SyncreplChanges: ChangeFeed {
    static let identity: AttributeName = "entryUUID"
    static let creationTime: AttributeName = "createTimestamp"
    static let placeFilter = "(hasSubordinates=TRUE)"
    /// What the server keeps beside the entry, without a new `entryCSN`.
    static let silentAttributes: Set<AttributeName> = [
        "authTimestamp", "pwdLastSuccess", "pwdFailureTime", "pwdAccountLockedTime", "hasSubordinates",
        "numSubordinates",
    ]

    static let requestControl = "1.3.6.1.4.1.4203.1.9.1.1"

    /// Whether the server goes on telling after what has changed was told.
    enum Mode: Int32 {
        case refreshOnly = 1
        case refreshAndPersist = 3
    }

    static func begin(
        _ state: ServerState, over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> [String: String] {
        guard state.method == .syncrepl else {
            throw connection.unfollowable("offers no content synchronization (RFC 4533)")
        }
        return state.lastChanges.mapValues { cookie(of: $0) }
    }

    static func changes(
        since position: Position, _ state: ServerState, known: (DistinguishedName) -> Set<ObjectID>,
        over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Changes {
        var changes = Changes(marks: try begin(state, over: connection))
        for context in state.contexts {
            guard let mark = position.marks[context.text] else {
                throw connection.unfollowable("has other naming contexts than before")
            }
            try requireProgress(from: mark, to: state.lastChanges[context.text] ?? [], connection)
            if mark == changes.marks[context.text] { continue }
            var messages = SyncMessages()
            let (outcome, controls) = try connection.messages(of: search(context, after: mark, .refreshOnly)) {
                message throws(LDAPError) in try messages.take(message, over: connection)
            }
            guard outcome.code == .success else { throw refusal(outcome, connection) }
            try messages.end(controls, connection)
            changes.ids.formUnion(messages.changed(among: known(context)))
            if let cookie = messages.cookie { changes.marks[context.text] = cookie }
        }
        return changes
    }

    /// The search that tells changes of a naming context; attributes are not asked for.
    static func search(_ context: DistinguishedName, after mark: String, _ mode: Mode) -> Search {
        let value = DERWriter.sequence(
            DERWriter.enumerated(mode.rawValue), DERWriter.octetString(Array(mark.utf8)))
        return Search(
            kind: .other, plural: "changes", base: context, scope: .subtree, filter: "(objectClass=*)",
            attributes: ["1.1"], controls: [Control(oid: requestControl, value: value)])
    }

    /// Why the server does not tell: `e-syncRefreshRequired` (RFC 4533 §2.5) is its word for having forgotten.
    static func refusal(_ outcome: Outcome, _ connection: borrowing LDAPConnection) -> LDAPError {
        connection.unfollowable(
            outcome.code.rawValue == 4096
                ? "does not remember that far back"
                : "does not tell changes by content synchronization (\(outcome.text))")
    }

    /// OpenLDAP's cookie for the changes up to these marks, which is what its replicas make of them.
    private static func cookie(of marks: [String]) -> String { "rid=000,csn=\(marks.joined(separator: ";"))" }

    /// Throws where a server's last change is older than the one that was recorded.
    private static func requireProgress(
        from mark: String, to now: [String], _ connection: borrowing LDAPConnection
    ) throws(LDAPError) {
        guard let start = mark.firstRange(of: "csn=")?.upperBound else { return }
        for old in mark[start...].prefix(while: { $0 != "," }).split(separator: ";") {
            // TIME#COUNT#SERVER#MOD: each server has its own.
            let server = old.split(separator: "#").dropFirst(2).first
            let newer = now.contains { $0.split(separator: "#").dropFirst(2).first == server && $0 >= old }
            if !newer {
                throw connection.unfollowable("has an older last change than before: its database was put back")
            }
        }
    }
}
