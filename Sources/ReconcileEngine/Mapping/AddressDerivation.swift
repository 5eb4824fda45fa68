internal import DirectoryModel

/// The addresses that an object of the directory has at the provider: those in claimed domains, with a finding for each
/// that is left out.
struct AddressDerivation {
    let domains: ClaimedDomains

    /// The addresses of an object; nil where it can have no account for want of a primary one.
    func addresses(
        of object: some DirectoryObject, _ list: ProxyAddressList, into findings: inout [Finding]
    ) -> (primary: MailAddress, aliases: [MailAddress])? {
        let name = object.displayName
        func find(_ code: Finding.Code, _ text: String) { findings.append(Finding(code, name, text)) }
        for finding in list.findings {
            switch finding {
            case .noPrimary: find(.noAddress, "\(name) has no primary address: no account. (\(object.dn.text))")
            case .severalPrimaries(let addresses):
                let names = addresses.map(\.text).joined(separator: " and ")
                find(
                    .noAddress,
                    "\(name) has several primary addresses, \(names): no account until one is chosen. "
                        + "(\(object.dn.text))")
            case .malformed, .repeated: find(.malformedAddress, "\(name): \(finding)")
            }
        }
        guard let primary = list.primary else { return nil }
        guard domains.contains(primary) else {
            find(.foreignDomain, "\(name)'s primary address \(primary) is in no claimed domain: no account.")
            return nil
        }
        let foreign = list.aliases.filter { !domains.contains($0) }
        if foreign.isEmpty { return (primary, list.aliases) }
        let names = foreign.map(\.text).joined(separator: ", ")
        find(.foreignDomain, "\(primary) does not get \(names): the domain is not claimed.")
        return (primary, list.aliases.filter(domains.contains))
    }
}
