/// The addresses of one object, as `proxyAddresses` and, where that names no primary one, `mail` have them.
///
/// Nothing in the values makes this fail: what is wrong with them are ``findings``. The order of the values does not matter.
public struct ProxyAddressList: Hashable, Sendable {
    /// The primary mail address: the one `SMTP:` value, or `mail` if there is no such value.
    ///
    /// Nil if there is neither, or if several different addresses claim to be primary: none of them is chosen.
    public let primary: MailAddress?

    /// The further mail addresses, sorted, each once, without the primary one and without those that claim to be.
    public let aliases: [MailAddress]

    /// The values of other schemes, sorted, each once.
    public let others: [ProxyAddress]

    /// What a person should know, sorted.
    public let findings: [ProxyAddressFinding]

    /// Reads the values of one object, in any order; `mail` is the value of the attribute to fall back on, or nil.
    public init(_ values: [String], mail: String? = nil) {
        var primaries: [MailAddress] = []
        var aliases: [MailAddress] = []
        var others: [ProxyAddress] = []
        var findings: [ProxyAddressFinding] = []
        for value in values {
            do throws(ProxyAddressError) {
                let proxy = try ProxyAddress(value)
                guard proxy.isSMTP else {
                    others.append(proxy)
                    continue
                }
                do throws(MailAddressError) {
                    let address = try MailAddress(proxy.value)
                    if proxy.isPrimary { primaries.append(address) } else { aliases.append(address) }
                } catch {
                    findings.append(.malformed(text: value, reason: error.reason))
                }
            } catch {
                findings.append(.malformed(text: value, reason: error.reason))
            }
        }
        var repeated: [MailAddress] = []
        Self.sortAndRemoveRepeated(&primaries, into: &repeated)
        Self.sortAndRemoveRepeated(&aliases, into: &repeated)
        aliases.removeAll { alias in
            let isRepeated = primaries.contains(alias)
            if isRepeated { repeated.append(alias) }
            return isRepeated
        }
        switch primaries.count {
        case 0:
            primary = Self.fallback(mail, &findings)
            if let primary { aliases.removeAll { $0 == primary } } else { findings.append(.noPrimary) }
        case 1:
            primary = primaries[0]
        default:
            primary = nil
            findings.append(.severalPrimaries(primaries))
        }
        if !repeated.isEmpty { findings += Set(repeated).map { .repeated($0) } }
        if findings.count > 1 { findings.sort() }
        if others.count > 1 { others = Set(others).sorted() }
        self.aliases = aliases
        self.others = others
        self.findings = findings
    }

    /// Reads plain addresses, such as the values of `mail`: the first is the primary one, all others are aliases.
    public init(plain values: [String]) {
        var addresses: [MailAddress] = []
        var findings: [ProxyAddressFinding] = []
        for value in values {
            do throws(MailAddressError) {
                addresses.append(try MailAddress(value))
            } catch {
                findings.append(.malformed(text: value, reason: error.reason))
            }
        }
        primary = addresses.first
        if addresses.isEmpty { findings.append(.noPrimary) }
        aliases = addresses.count > 1 ? Set(addresses.dropFirst()).subtracting(addresses.prefix(1)).sorted() : []
        others = []
        self.findings = findings.sorted()
    }

    /// The address in `mail`; a malformed one is a finding.
    private static func fallback(_ mail: String?, _ findings: inout [ProxyAddressFinding]) -> MailAddress? {
        guard let mail, !mail.isEmpty else { return nil }
        do throws(MailAddressError) {
            return try MailAddress(mail)
        } catch {
            findings.append(.malformed(text: mail, reason: error.reason))
            return nil
        }
    }

    private static func sortAndRemoveRepeated(_ addresses: inout [MailAddress], into repeated: inout [MailAddress]) {
        guard addresses.count > 1 else { return }
        addresses.sort()
        var kept = 0
        for index in addresses.indices.dropFirst() {
            if addresses[index] == addresses[kept] {
                repeated.append(addresses[index])
            } else {
                kept += 1
                addresses[kept] = addresses[index]
            }
        }
        addresses.removeLast(addresses.count - kept - 1)
    }
}
