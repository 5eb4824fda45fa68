internal import DirectoryModel

/// Follows Active Directory by its own control for that, LDAP_SERVER_DIRSYNC_OID (MS-ADTS §3.1.1.3.4.1.3), whose cookies
/// the server understands and nobody else.
enum DirSyncChanges: ChangeFeed {
    static var identity: AttributeName { USNChanges.identity }
    static var creationTime: AttributeName { USNChanges.creationTime }
    static var placeFilter: String { USNChanges.placeFilter }
    static var silentAttributes: Set<AttributeName> { USNChanges.silentAttributes }

    private static let oid = "1.2.840.113556.1.4.841"
    /// Changed members come one by one instead of all members.
    private static let incrementalValues = Int32.min
    /// The account sees what it may read, instead of having to have the right to replicate.
    private static let objectSecurity: Int32 = 1
    private static let largestAnswer: Int32 = 1 << 20

    static func begin(_ state: ServerState, over connection: borrowing LDAPConnection) throws(LDAPError) -> Beginning {
        _ = try USNChanges.begin(state, over: connection)
        var beginning = Beginning()
        for context in state.contexts {
            // Nothing has this: the cookie comes without the directory.
            let answer = try follow(context, "(!(objectClass=*))", [], over: connection)
            beginning.marks[context.text] = answer.cookie.hex
            if !answer.mayReplicate {
                beginning.remark =
                    "the account does not have the right Replicating Directory Changes on \(context.text), so the "
                    + "server looks at its rights to each entry"
            }
        }
        return beginning
    }

    static func changes(
        since position: Position, _ state: ServerState, known: (DistinguishedName) -> Set<ObjectID>,
        over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Changes {
        try USNChanges.requireSightOfDeleted(state, over: connection)
        var changes = Changes()
        for context in state.contexts {
            guard let cookie = position.marks[context.text].flatMap({ [UInt8](hex: $0) }) else {
                throw connection.unfollowable("has other naming contexts than before")
            }
            let answer = try follow(context, "(objectClass=*)", cookie, over: connection)
            changes.ids.formUnion(answer.ids)
            changes.marks[context.text] = answer.cookie.hex
        }
        return changes
    }

    /// Asks until the server has no more.
    private static func follow(
        _ context: DistinguishedName, _ filter: String, _ cookie: [UInt8], over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> (ids: Set<ObjectID>, cookie: [UInt8], mayReplicate: Bool) {
        var ids: Set<ObjectID> = []
        var cookie = cookie
        var flags = incrementalValues
        while true {
            let value = DERWriter.sequence(
                DERWriter.integer(flags), DERWriter.integer(largestAnswer), DERWriter.octetString(cookie))
            let search = Search(
                kind: .other, plural: "changes", base: context, scope: .subtree, filter: filter, attributes: [],
                controls: [Control(oid: oid, value: value), .showDeleted])
            var found: Set<ObjectID> = []
            let (outcome, controls) = try connection.messages(of: search) { message throws(LDAPError) in
                if let entry = unsafe message.entry {
                    found.insert(try unsafe connection.identity(of: entry, attribute))
                }
            }
            if outcome.code == .insufficientAccessRights, flags & objectSecurity == 0 {
                flags |= objectSecurity
                continue
            }
            guard outcome.code == .success, let answer = controls.first(where: { $0.oid == oid })?.value else {
                throw connection.unfollowable(
                    "does not tell changes by DirSync (\(outcome.text)); the account may need the right Replicating "
                        + "Directory Changes on \(context.text)")
            }
            var reader = DERReader(answer[...])
            guard var parts = reader.enter(), let more = parts.integer(), parts.integer() != nil,
                let next = parts.next()?.contents, !next.isEmpty
            else { throw connection.unfollowable("answers DirSync with a control that makes no sense") }
            ids.formUnion(found)
            if more != 0, Array(next) == cookie {
                throw connection.unfollowable("tells the same changes again and again")
            }
            cookie = Array(next)
            if more == 0 { return (ids, cookie, flags & objectSecurity == 0) }
        }
    }

    private static let attribute = IdentityAttribute(identity, encoding: .activeDirectoryGUID)
}
