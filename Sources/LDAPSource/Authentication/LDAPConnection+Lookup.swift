internal import COpenLDAP
internal import DirectoryModel

/// An entry that a lookup found, with the values that were asked for.
struct FoundEntry: Sendable {
    let dn: String
    let values: AttributeValues
}

extension LDAPConnection {
    /// The entries under the bases that meet a filter: at most two of each, for more than one is too many.
    func lookUp(_ filter: String, _ names: [AttributeName]) throws(LDAPError) -> [FoundEntry] {
        var found: [FoundEntry] = []
        for base in configuration.bases { found += try lookUp(filter, names, under: base.text) }
        return found
    }

    private func lookUp(
        _ filter: String, _ names: [AttributeName], under base: String
    ) throws(LDAPError) -> [FoundEntry] {
        let subject = "the user"
        let attributes = CStrings(names.map(\.text))
        var pointers = unsafe attributes.pointers
        var id: Int32 = 0
        let status = unsafe ldap_search_ext(
            handle, base, configuration.scope.code, filter, &pointers, 0, nil, nil, nil, 2, &id)
        guard status == LDAP_SUCCESS else {
            throw LDAPError.search(localOutcome(status), for: subject, base: base, on: url)
        }
        var page = SearchPage()
        while unsafe !page.take(try receive(id, "searching \(subject) on \(url)"), handle: handle) {}
        guard page.outcome.code == .success || page.outcome.code == .sizeLimitExceeded else {
            throw LDAPError.search(page.outcome, for: subject, base: base, on: url)
        }
        return (0..<page.count).map { index in
            let entry = unsafe page.entries[index]
            let values = names.map { ($0, unsafe texts(of: $0, in: entry)) }
            return unsafe FoundEntry(
                dn: String(decoding: dn(of: entry), as: UTF8.self), values: AttributeValues(values))
        }
    }

    private func texts(of name: AttributeName, in entry: OpaquePointer) -> [String] {
        guard let values = unsafe ldap_get_values_len(handle, entry, name.text) else { return [] }
        defer { unsafe ldap_value_free_len(values) }
        var texts: [String] = []
        var next = unsafe values
        while let value = unsafe next.pointee {
            if let text = unsafe String(validatingUTF8: value.pointee.octets.span) { texts.append(text) }
            unsafe next += 1
        }
        return texts
    }
}
