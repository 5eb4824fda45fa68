internal import CResolver

/// Asks DNS for the servers of a domain.
struct ServiceLookup: Sendable {
    /// The IPv4 address and port of the DNS server to ask; nil for those of this machine.
    var server: (address: String, port: UInt16)?

    /// The directory servers of a domain, in no order; never empty.
    func servers(of domain: String, isActiveDirectory: Bool) throws(LDAPError) -> [ServiceRecord] {
        // Under `_msdcs` are domain controllers only (MS-ADTS §6.3.2.3), under the other name perhaps other servers too.
        let names = (isActiveDirectory ? ["_ldap._tcp.dc._msdcs.\(domain)"] : []) + ["_ldap._tcp.\(domain)"]
        for name in names {
            let records = try records(of: name)
            if !records.isEmpty { return records }
        }
        throw LDAPError(
            .nameNotFound,
            "DNS names no directory server for the domain \"\(domain)\" (\(names.joined(separator: ", "))). Check the domain, "
                + "and that this machine asks the domain's DNS server; or name the servers in the URL.")
    }

    private func records(of name: String) throws(LDAPError) -> [ServiceRecord] {
        var answer = [UInt8](repeating: 0, count: 65_535)
        var cause: Int32 = 0
        let length = unsafe shim_dns_services(
            name, server?.address, server?.port ?? 53, &answer, Int32(answer.count), &cause)
        if length >= 0 { return ServiceRecord.all(inAnswer: Array(answer.prefix(Int(length)))) }
        if cause == HOST_NOT_FOUND || cause == NO_DATA { return [] }
        throw LDAPError(
            .nameNotFound,
            "DNS did not answer for \(name). Check this machine's name servers, or name the directory servers in the URL."
        )
    }
}
