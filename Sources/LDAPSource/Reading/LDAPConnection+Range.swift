internal import COpenLDAP
internal import DirectoryModel

/// The values of an attribute that an entry did not bring, because the server gives only so many at a time.
struct ValueRest {
    let slot: AttributeSlot
    /// The position of the next value.
    var next: Int
    /// How many come at a time.
    let size: Int
}

extension LDAPConnection {
    /// Reads the rest of an attribute's values, as many at a time as the server gave first, until it says that there are
    /// no more.
    ///
    /// - Returns: whether all came; those that did are appended all the same.
    /// - Throws: `cancelled`, and nothing else: a connection that is lost is told by the search that goes on.
    func readRest(
        _ rest: ValueRest, of dn: String, into builder: inout SnapshotBuilder
    ) throws(LDAPError) -> Bool {
        guard let attribute = builder.attributes.name(at: rest.slot) else { return false }
        var rest = rest
        do throws(LDAPError) {
            while true {
                switch try readPart(rest, "\(attribute);range=\(rest.next)-\(rest.next + rest.size - 1)", dn, &builder)
                {
                case .all: return true
                case .nothing: return false
                case .upTo(let last): rest.next = last + 1
                }
            }
        } catch {
            if error.code == .cancelled { throw error }
            return false
        }
    }

    /// What one request for values brought.
    private enum Part {
        case nothing
        case upTo(Int)
        case all
    }

    private func readPart(
        _ rest: ValueRest, _ description: String, _ dn: String, _ builder: inout SnapshotBuilder
    ) throws(LDAPError) -> Part {
        let attributes = CStrings([description])
        var names = unsafe attributes.pointers
        var id: Int32 = 0
        let status = unsafe ldap_search_ext(
            handle, dn, LDAP_SCOPE_BASE, "(objectClass=*)", &names, 0, nil, nil, nil, 0, &id)
        guard status == LDAP_SUCCESS else { return .nothing }
        let page: SearchPage
        do throws(LDAPError) {
            page = try receiveOne(id, "reading \(description) of \(dn) on \(url)")
        } catch {
            abandon(id)
            throw error
        }
        guard page.outcome.code == .success, let entry = unsafe page.entries.first else { return .nothing }
        return unsafe appendPart(of: entry, rest, &builder)
    }

    /// Appends the values of the answer, if they are those that were asked for.
    private func appendPart(
        of entry: OpaquePointer, _ rest: ValueRest, _ builder: inout SnapshotBuilder
    ) -> Part {
        var ber: OpaquePointer?
        var dn = unsafe berval()
        defer { unsafe ber_free(ber, 0) }
        guard unsafe ldap_get_dn_ber(handle, entry, &ber, &dn) == LDAP_SUCCESS else { return .nothing }
        while true {
            var attribute = unsafe berval()
            var values: UnsafeMutablePointer<berval>?
            guard unsafe ldap_get_attribute_ber(handle, entry, ber, &attribute, &values) == LDAP_SUCCESS,
                unsafe attribute.bv_val != nil
            else { return .nothing }
            defer { unsafe ber_memfree(values) }
            let octets = unsafe attribute.octets
            let bytes = unsafe octets.span
            // Windows sends the attribute without the option too, and without values.
            guard case .part(let length, let first, let last) = AttributeRange(of: bytes),
                builder.slot(forUTF8: bytes.extracting(0..<length), after: rest.slot) == rest.slot
            else { continue }
            guard first == rest.next else { return .nothing }
            unsafe append(values, to: rest.slot, in: &builder)
            return last.map { .upTo($0) } ?? .all
        }
    }
}
