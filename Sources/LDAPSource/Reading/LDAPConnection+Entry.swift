internal import COpenLDAP
internal import DirectoryModel

extension LDAPConnection {
    /// The values of one entry by lower-case attribute name; nil where it is not there or may not be seen.
    ///
    /// - Parameter action: completes "… failed".
    /// - Throws: where the connection is lost, or the server does not answer.
    func entry(
        _ dn: String, _ attributes: [String], controls: [Control] = [], _ action: @autoclosure () -> String
    ) throws(LDAPError) -> [String: [[UInt8]]]? {
        let attributes = CStrings(attributes)
        let controls = try RequestControls(controls)
        var names = unsafe attributes.pointers
        var pointers = unsafe controls.pointers
        var id: Int32 = 0
        let status = unsafe ldap_search_ext(
            handle, dn, LDAP_SCOPE_BASE, "(objectClass=*)", &names, 0, &pointers, nil, nil, 0, &id)
        guard status == LDAP_SUCCESS else { return nil }
        let page = try receiveOne(id, action())
        return unsafe page.entries.first.map { unsafe values(of: $0) }
    }

    /// The values of an entry by lower-case attribute name.
    func values(of entry: OpaquePointer) -> [String: [[UInt8]]] {
        var result: [String: [[UInt8]]] = [:]
        var ber: OpaquePointer?
        var dn = unsafe berval()
        defer { unsafe ber_free(ber, 0) }
        guard unsafe ldap_get_dn_ber(handle, entry, &ber, &dn) == LDAP_SUCCESS else { return [:] }
        while true {
            var attribute = unsafe berval()
            var values: UnsafeMutablePointer<berval>?
            guard unsafe ldap_get_attribute_ber(handle, entry, ber, &attribute, &values) == LDAP_SUCCESS,
                unsafe attribute.bv_val != nil
            else { return result }
            defer { unsafe ber_memfree(values) }
            let name = unsafe String(decoding: attribute.octets, as: UTF8.self).asciiLowercased
            guard var value = unsafe values else { continue }
            while unsafe value.pointee.bv_val != nil {
                result[name, default: []].append(unsafe Array(value.pointee.octets))
                unsafe value += 1
            }
        }
    }
}
