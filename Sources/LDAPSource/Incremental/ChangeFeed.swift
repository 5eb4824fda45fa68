internal import DirectoryModel

/// One way to learn which entries have changed.
///
/// A feed only names them: what they have become is read by the same searches that a full read makes, so a feed that names
/// too many costs time and does no harm. Where a feed might name too few it throws `unfollowable`, with a sentence why.
protocol ChangeFeed {
    /// The attribute of the identities that the feed names.
    static var identity: AttributeName { get }
    /// The attribute with the time when an entry was made.
    static var creationTime: AttributeName { get }
    /// A filter that finds the entries that others lie below, and as few others as it can.
    static var placeFilter: String { get }
    /// Attributes whose values change without the entry being named.
    static var silentAttributes: Set<AttributeName> { get }

    /// Where changes will be told from.
    static func begin(_ state: ServerState, over connection: borrowing LDAPConnection) throws(LDAPError) -> Beginning

    /// What has changed since a position of the same server.
    ///
    /// - Parameter known: the recorded identities in a naming context.
    static func changes(
        since position: Position, _ state: ServerState, known: (DistinguishedName) -> Set<ObjectID>,
        over connection: borrowing LDAPConnection
    ) throws(LDAPError) -> Changes
}

/// Where a feed begins.
struct Beginning {
    /// The marks from which on changes will be told, one for each naming context.
    var marks: [String: String] = [:]
    /// What an administrator may like to know of how they are told; nil for nothing.
    var remark: String?
}

/// Which entries have changed, in whatever way, and where the next changes go on.
struct Changes {
    var ids: Set<ObjectID> = []
    var marks: [String: String] = [:]
    /// For naming contexts, a filter that finds the changed entries as far as they are still there: it need not find all, and
    /// what it finds is read at once instead of by identities.
    var filters: [String: String] = [:]
    /// The names of those that others lie below; nil where that was not told of all.
    var places: [ObjectID: DistinguishedName]?
}

/// What a server says of itself that following its changes depends on.
struct ServerState {
    /// The naming contexts that the bases lie in.
    let contexts: [DistinguishedName]
    /// The server, or its copy of the directory.
    let identity: String
    /// The server's time now, as the fourteen digits of a generalized time.
    let time: String
    /// The last change of the server's copy by its number; nil where it does not count so.
    let highestUSN: Int?
    /// Whether it is a domain controller of Samba's.
    let isSamba: Bool
    /// For each naming context the last changes by their marks (`contextCSN`).
    let lastChanges: [String: [String]]
    /// How changes can be followed best.
    let method: ChangeTracking
}

extension LDAPConnection {
    /// Asks the server for its state.
    ///
    /// - Throws: `unfollowable` where it does not say enough.
    func serverState() throws(LDAPError) -> ServerState {
        let action = "asking \(url) for its state"
        let names = [
            "namingContexts", "supportedControl", "supportedCapabilities", "dsServiceName", "highestCommittedUSN",
            "currentTime", "vendorName",
        ]
        let root = Texts(try entry("", names, action))
        let contexts = try contexts(root["namingContexts"])
        if root["supportedCapabilities"].contains("1.2.840.113556.1.4.800") {
            let copy = try entry(root["dsServiceName"].first ?? "", ["invocationId"], action)
            guard let identity = copy?["invocationid"]?.first,
                let usn = root["highestCommittedUSN"].first.flatMap({ Int($0) }),
                let time = root["currentTime"].first
            else { throw unfollowable("does not let the account read its invocationId and highestCommittedUSN") }
            return ServerState(
                contexts: contexts, identity: identity.hex, time: String(time.prefix(14)), highestUSN: usn,
                isSamba: root["vendorName"].first?.hasPrefix("Samba") ?? false, lastChanges: [:], method: .usnChanged)
        }
        guard root["supportedControl"].contains(SyncreplChanges.requestControl) else {
            throw unfollowable(
                "offers no content synchronization (RFC 4533). With OpenLDAP, load the overlay syncprov for the database"
            )
        }
        var identity: [String] = []
        var lastChanges: [String: [String]] = [:]
        for context in contexts {
            let values = Texts(try entry(context.text, ["entryUUID", "contextCSN"], action))
            identity += values["entryUUID"]
            lastChanges[context.text] = values["contextCSN"].sorted()
        }
        let time = lastChanges.values.joined().max().map { String($0.prefix(14)) }
        guard let time, !lastChanges.values.contains([]), identity.count == contexts.count else {
            throw unfollowable("shows no contextCSN, which it needs the overlay syncprov for")
        }
        return ServerState(
            contexts: contexts, identity: identity.joined(separator: ","), time: time, highestUSN: nil, isSamba: false,
            lastChanges: lastChanges, method: .syncrepl)
    }

    /// The number of the last change of the server's copy; nil where it does not tell.
    func highestUSN() throws(LDAPError) -> Int? {
        let name = "highestCommittedUSN"
        return Texts(try entry("", [name], "asking \(url) for its state"))[name].first.flatMap { Int($0) }
    }

    /// Why changes cannot be followed; `what` completes "The server …".
    func unfollowable(_ what: String) -> LDAPError { LDAPError(.unfollowable, "\(url) \(what).") }

    /// The naming contexts that have the bases: for each the innermost.
    private func contexts(_ names: [String]) throws(LDAPError) -> [DistinguishedName] {
        let all = names.compactMap { try? DistinguishedName($0) }
        var contexts: [DistinguishedName] = []
        for base in configuration.bases {
            guard let context = all.innermost(with: base) else {
                throw unfollowable("has no naming context with \(base.text)")
            }
            if !contexts.contains(context) { contexts.append(context) }
        }
        return contexts
    }
}

extension [DistinguishedName] {
    /// The naming context, of these, that an entry is in.
    func innermost(with entry: DistinguishedName) -> DistinguishedName? {
        filter { entry == $0 || entry.isDescendant(of: $0) }.max { $0.text.utf8.count < $1.text.utf8.count }
    }
}

/// The values of an entry as text.
private struct Texts {
    private let values: [String: [[UInt8]]]

    init(_ values: [String: [[UInt8]]]?) { self.values = values ?? [:] }

    subscript(name: String) -> [String] {
        (values[name.asciiLowercased] ?? []).map { String(decoding: $0, as: UTF8.self) }
    }
}
