internal import COpenLDAP
internal import DirectoryModel

/// What a server says about itself in its root entry (RFC 4512 §5.1), as far as it may be seen.
struct ServerDescription: Sendable, CustomStringConvertible {
    /// Where its trees begin: what can be searched, leaving out what lies below another.
    var namingContexts: [String] = []
    /// The values by lower-case attribute name.
    private var values: [String: [String]] = [:]

    init(_ values: [String: [String]]) {
        self.values = values
        // A context below another one is found there too: the configuration below the forest's root, and the like.
        let names = (values["namingcontexts"] ?? []).compactMap { try? DistinguishedName($0) }
        namingContexts = names.filter { name in !names.contains { $0 != name && name.isDescendant(of: $0) } }.map(
            \.text)
    }

    /// The attributes that tell: the operational ones have to be named.
    static let attributes = [
        "objectClass", "namingContexts", "vendorName", "vendorVersion", "dnsHostName", "domainFunctionality",
        "supportedCapabilities",
    ]

    /// The product, the host, the functional level and the naming contexts, as far as they are told.
    var description: String {
        var parts = [product]
        if let host = first("dnsHostName") { parts[0] += " on \(host)" }
        if let level = first("domainFunctionality") { parts.append("domain level \(Self.levels[level] ?? level)") }
        parts.append(namingContexts.isEmpty ? "shows no naming contexts" : "has \(contexts)")
        return parts.joined(separator: "; ")
    }

    /// The naming contexts in one line.
    var contexts: String { namingContexts.map { "\"\($0)\"" }.joined(separator: ", ") }

    private var product: String {
        let vendor = [first("vendorName"), first("vendorVersion")].compactMap { $0 }.joined(separator: " ")
        let capabilities = values["supportedcapabilities"] ?? []
        // MS-ADTS §3.1.1.3.4.3.
        let kind: String? =
            if capabilities.contains("1.2.840.113556.1.4.1851") {
                "Active Directory Lightweight Directory Services"
            } else if capabilities.contains("1.2.840.113556.1.4.800") {
                "Active Directory"
            } else if values["objectclass"]?.contains("OpenLDAProotDSE") ?? false {
                "OpenLDAP"
            } else {
                nil
            }
        guard let kind else { return vendor.isEmpty ? "a server that does not say what it is" : vendor }
        return vendor.isEmpty ? kind : "\(kind) (\(vendor))"
    }

    private func first(_ name: String) -> String? { values[name.asciiLowercased]?.first }

    /// The names of functional levels (MS-ADTS §6.1.4.3).
    private static let levels = [
        "0": "Windows 2000", "2": "Windows Server 2003", "3": "Windows Server 2008", "4": "Windows Server 2008 R2",
        "5": "Windows Server 2012", "6": "Windows Server 2012 R2", "7": "Windows Server 2016",
        "10": "Windows Server 2025",
    ]
}

extension LDAPConnection {
    /// What the server says about itself; with nothing in it where it says nothing to this account.
    ///
    /// Servers give it before a bind too (RFC 4513 §5.1.2 wants as much).
    ///
    /// - Throws: where the connection is lost, or the server does not answer.
    func describeServer() throws(LDAPError) -> ServerDescription {
        let values = try entry("", ServerDescription.attributes, "asking \(url) what it is") ?? [:]
        return ServerDescription(values.mapValues { $0.map { String(decoding: $0, as: UTF8.self) } })
    }
}
