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
        var primary: MailAddress?
        var rivals: [MailAddress] = []
        var aliases: [MailAddress] = []
        var others: [ProxyAddress] = []
        var findings: [ProxyAddressFinding] = []
        if values.count > 1 { aliases.reserveCapacity(values.count) }
        for value in values {
            switch Self.read(value) {
            case .alias(let address): aliases.append(address)
            case .primary(let address) where primary == nil: primary = address
            case .primary(let address): rivals.append(address)
            case .other(let proxy): others.append(proxy)
            case .malformed(let reason): findings.append(.malformed(text: value, reason: reason))
            }
        }
        var repeated: Set<MailAddress> = []
        Self.sortAndRemoveRepeated(&aliases, into: &repeated)
        if let first = primary, !rivals.isEmpty {
            rivals.append(first)
            Self.sortAndRemoveRepeated(&rivals, into: &repeated)
            if rivals.count > 1 {
                primary = nil
                findings.append(.severalPrimaries(rivals))
                aliases.removeAll { alias in
                    let isRival = rivals.contains(alias)
                    if isRival { repeated.insert(alias) }
                    return isRival
                }
            }
        }
        if let primary {
            if let index = aliases.firstIndex(of: primary) {
                aliases.remove(at: index)
                repeated.insert(primary)
            }
        } else if rivals.isEmpty {
            primary = Self.fallback(mail, &findings)
            if let primary { aliases.removeAll { $0 == primary } } else { findings.append(.noPrimary) }
        }
        if !repeated.isEmpty { findings += repeated.map { .repeated($0) } }
        if findings.count > 1 { findings = Set(findings).sorted() }
        if others.count > 1 { others = Set(others).sorted() }
        self.primary = primary
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

    private enum Reading {
        case primary(MailAddress)
        case alias(MailAddress)
        case other(ProxyAddress)
        case malformed(reason: String)
    }

    private static func read(_ value: String) -> Reading {
        if let reading = value.withBytes({ bytes in readPlain(bytes) }) { return reading }
        do throws(ProxyAddressError) {
            let proxy = try ProxyAddress(value)
            guard proxy.isSMTP else { return .other(proxy) }
            do throws(MailAddressError) {
                let address = try MailAddress(proxy.value)
                return proxy.isPrimary ? .primary(address) : .alias(address)
            } catch {
                return .malformed(reason: error.reason)
            }
        } catch {
            return .malformed(reason: error.reason)
        }
    }

    /// Reads the usual value with no more than one look and one allocation; nil for any other.
    private static func readPlain(_ bytes: Span<UInt8>) -> Reading? {
        guard let scheme = ProxyAddress.scheme(of: bytes), scheme.isSMTP,
            let address = MailAddress(plain: bytes, from: scheme.length + 1)
        else { return nil }
        return scheme.isUppercase ? .primary(address) : .alias(address)
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

    /// Sorts, keeps each address once, and adds those that were there more often to the repeated ones.
    private static func sortAndRemoveRepeated(_ addresses: inout [MailAddress], into repeated: inout Set<MailAddress>) {
        guard addresses.count > 1 else { return }
        addresses.sort()
        var kept = 0
        for index in addresses.indices.dropFirst() {
            if addresses[index] == addresses[kept] {
                repeated.insert(addresses[index])
            } else {
                kept += 1
                addresses[kept] = addresses[index]
            }
        }
        addresses.removeLast(addresses.count - kept - 1)
    }
}
