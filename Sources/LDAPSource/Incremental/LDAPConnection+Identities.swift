internal import COpenLDAP
internal import DirectoryModel

extension LDAPConnection {
    /// The identities and names of the entries that a search finds.
    ///
    /// - Parameter begun: the search where it has been sent already.
    /// - Throws: `unfollowable` where one cannot be told.
    func identities(
        _ search: Search, begun: BegunSearch? = nil, _ attribute: IdentityAttribute
    ) throws(LDAPError) -> [(id: ObjectID, dn: DistinguishedName)] {
        var found: [(id: ObjectID, dn: DistinguishedName)] = []
        _ = try readPages(search, begun: begun) { page throws(LDAPError) in
            for index in 0..<page.count {
                let entry = unsafe page.entries[index]
                let id = try unsafe identity(of: entry, attribute)
                let name = unsafe String(decoding: dn(of: entry), as: UTF8.self)
                guard let dn = try? DistinguishedName(name) else {
                    throw unfollowable("gives an entry the name \"\(name)\", which is none (RFC 4514)")
                }
                found.append((id, dn))
            }
            try checkTime()
        }
        return found
    }

    /// The identity of the entry with a name; nil where it is not there or may not be seen.
    func identity(of name: DistinguishedName, _ attribute: IdentityAttribute) throws(LDAPError) -> ObjectID? {
        let values = try entry(name.text, [attribute.attribute.text], "looking at \(name.text) on \(url)")
        return values?[attribute.attribute.text.asciiLowercased]?.first.flatMap { attribute.decode($0.span) }
    }

    /// The identity of an entry.
    ///
    /// - Throws: `unfollowable` where it cannot be told.
    func identity(of entry: OpaquePointer, _ attribute: IdentityAttribute) throws(LDAPError) -> ObjectID {
        let values = unsafe values(of: entry)[attribute.attribute.text.asciiLowercased]
        guard let value = values?.first, let id = attribute.decode(value.span) else {
            let name = unsafe String(decoding: dn(of: entry), as: UTF8.self)
            throw unfollowable("does not let the account read \(attribute.attribute) of \(name)")
        }
        return id
    }

    /// Sends a search without pages and hands over its messages until the last, which it answers with its controls.
    func messages(
        of search: Search, _ take: (borrowing LDAPMessage) throws(LDAPError) -> Void
    ) throws(LDAPError) -> (outcome: Outcome, controls: [Control]) {
        let id = try send(search, CStrings(search.attributes), search.controls)
        do throws(LDAPError) {
            while true {
                let message = try receive(id, "asking for \(search.plural) on \(url)")
                if message.type == .searchResult { return unsafe message.outcomeAndControls(handle) }
                try take(message)
                try checkTime()
            }
        } catch {
            abandon(id)
            throw error
        }
    }
}

extension LDAPMessage {
    /// What a message is (RFC 4511 §4.2).
    enum MessageType: UInt {
        case searchEntry = 0x64
        case searchResult = 0x65
        case searchReference = 0x73
        case intermediate = 0x79
        case other = 0
    }

    /// What the message is.
    var type: MessageType {
        unsafe MessageType(rawValue: UInt(bitPattern: Int(ldap_msgtype(pointer)))) ?? .other
    }

    /// The message as an entry; nil where it is none.
    var entry: OpaquePointer? { unsafe type == .searchEntry ? pointer : nil }
}
