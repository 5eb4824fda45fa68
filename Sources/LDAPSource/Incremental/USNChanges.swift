internal import DirectoryModel

/// Follows Active Directory by its update sequence numbers: every change of an entry gives it the next number of the domain
/// controller as `uSNChanged`, and a deleted entry leaves a tombstone that has one too.
enum USNChanges: ChangeFeed {
    static let identity: AttributeName = "objectGUID"
    static let creationTime: AttributeName = "whenCreated"
    static let placeFilter =
        "(|(objectClass=organizationalUnit)(objectClass=container)(objectClass=builtinDomain)(objectClass=domainDNS))"
    /// What is computed when it is asked for, and what is not replicated (MS-ADTS §3.1.1.4.5, MS-ADA).
    static let silentAttributes: Set<AttributeName> = [
        "msDS-User-Account-Control-Computed", "msDS-UserPasswordExpiryTimeComputed", "tokenGroups",
        "tokenGroupsGlobalAndUniversal", "tokenGroupsNoGCAcceptable", "msDS-MemberOfTransitive",
        "msDS-MemberTransitive",
        "lastLogon", "lastLogoff", "logonCount", "badPwdCount", "badPasswordTime",
    ]
    static func begin(_ state: ServerState, over connection: borrowing LDAPConnection) throws(LDAPError) -> Beginning {
        guard let usn = state.highestUSN else {
            throw connection.unfollowable("counts no changes: it is no Active Directory")
        }
        try requireSightOfDeleted(state, over: connection)
        for context in state.contexts {
            // Where the account may not read the attribute, a search by it finds nothing, which looks like no change.
            let everything = Search.entries(in: context, "(uSNChanged>=1)", attribute)
            if try connection.identities(everything.atBase, attribute).isEmpty {
                throw connection.unfollowable("does not let the account search \(context.text) by uSNChanged")
            }
        }
        return Beginning(marks: Dictionary(state.contexts.map { ($0.text, "\(usn)") }) { first, _ in first })
    }

    static func changes(
        since position: Position, _ state: ServerState, known: (DistinguishedName) -> Set<ObjectID>,
        over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Changes {
        // What is changed from here on has higher numbers than the new marks.
        var changes = Changes(marks: try begin(state, over: connection).marks)
        for context in state.contexts {
            guard let now = state.highestUSN, let mark = position.marks[context.text].flatMap({ Int($0) }), mark >= 0
            else {
                throw connection.unfollowable("has other naming contexts than before")
            }
            if now < mark {
                throw connection.unfollowable("counts fewer changes than before: its database was put back")
            }
            if now == mark { continue }
            changes.ids.formUnion(try changed(in: context, since: mark, now: now, state, over: connection))
        }
        return changes
    }

    /// The entries of a naming context whose last change has a higher number than a mark.
    ///
    /// - Parameter now: the number of the server's last change when it was asked, which is above the mark.
    private static func changed(
        in context: DistinguishedName, since mark: Int, now: Int, _ state: ServerState,
        over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Set<ObjectID> {
        var ids: Set<ObjectID> = []
        var (mark, now) = (mark, now)
        while mark < now {
            guard state.isSamba, now - mark <= mostNamed else {
                let search = Search.entries(
                    in: context, "(uSNChanged>=\(mark + 1))", attribute, controls: [.showDeleted])
                ids.formUnion(try connection.identities(search, attribute).map(\.id))
                break
            }
            let numbers = Array(mark + 1...now)
            let searches = stride(from: 0, to: numbers.count, by: namedAtOnce).map { first in
                let terms = numbers[first..<min(first + namedAtOnce, numbers.count)].map { "(uSNChanged=\($0))" }
                return Search.entries(in: context, "(|\(terms.joined()))", attribute, controls: [.showDeleted])
            }
            try connection.readTogether(searches) { search, begun throws(LDAPError) in
                ids.formUnion(try connection.identities(search, begun: begun, attribute).map(\.id))
            }
            // What has changed once more meanwhile has a number that nobody asked for.
            mark = now
            now = try connection.highestUSN() ?? now
        }
        return ids
    }

    /// How many numbers are named to Samba at most.
    ///
    /// On TDB its index of `uSNChanged` has no order: it looks at every entry for those above a number, and only at the entries
    /// themselves for those that are named. The more are named, the less that saves.
    private static let mostNamed = 1000
    /// How many numbers a filter names.
    private static let namedAtOnce = 25

    private static let attribute = IdentityAttribute(identity, encoding: .activeDirectoryGUID)

    /// Throws where the account could not see what was deleted: it would stay in the record for ever.
    static func requireSightOfDeleted(
        _ state: ServerState, over connection: borrowing LDAPConnection
    ) throws(LDAPError) {
        for context in state.contexts {
            let container = "CN=Deleted Objects,\(context.text)"
            let values = try connection.entry(
                container, ["objectClass"], controls: [.showDeleted], "looking at \(container)")
            if values?["objectclass"]?.isEmpty ?? true {
                throw connection.unfollowable(
                    "does not let the account see deleted objects. Give it List Contents and Read Property on \(container)"
                )
            }
        }
    }
}
