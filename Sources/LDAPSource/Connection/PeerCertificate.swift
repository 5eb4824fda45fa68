internal import DirectoryModel

/// What a server's certificate (RFC 5280) says that matters to somebody who has to replace it.
struct PeerCertificate {
    /// The issuer's common name, else its organisation; nil where it has neither.
    private(set) var issuer: String?
    /// From when it is valid.
    let begins: Timestamp
    /// Until when it is valid.
    let ends: Timestamp
    /// The host names it is for, some with a `*` for the first label.
    private(set) var hostNames: [String] = []
    /// The addresses it is for: four octets or sixteen.
    private(set) var addresses: [[UInt8]] = []

    /// Reads a certificate; nil where the octets are none.
    init?(der: [UInt8]) {
        var file = DERReader(der[...])
        guard var certificate = file.enter(), var signed = certificate.enter() else { return nil }
        var fields = signed.all()
        // The version is the only one that may be left out.
        if fields.first?.tag == 0xA0 { fields.removeFirst() }
        guard fields.count >= 6 else { return nil }
        var validity = DERReader(fields[3].contents)
        guard let begins = validity.next().flatMap(Self.time), let ends = validity.next().flatMap(Self.time) else {
            return nil
        }
        self.begins = begins
        self.ends = ends
        issuer = Self.name(fields[2].contents)
        if let extensions = fields.first(where: { $0.tag == 0xA3 }) { readNames(extensions.contents) }
        if hostNames.isEmpty, addresses.isEmpty, let name = Self.name(fields[4].contents) { hostNames = [name] }
    }

    /// Whether it is for a host, given by name or as the octets of its address.
    func covers(_ host: String, address: [UInt8]?) -> Bool {
        if let address { return addresses.contains(address) }
        let host = host.asciiLowercased
        return hostNames.contains { name in
            let name = name.asciiLowercased
            guard name.hasPrefix("*."), let dot = host.firstIndex(of: ".") else { return name == host }
            return host[dot...] == name.dropFirst()
        }
    }

    /// The names and addresses it is for, as people write them.
    var names: String {
        let dotted = addresses.map { $0.count == 4 ? $0.map(String.init).joined(separator: ".") : "an IPv6 address" }
        return (hostNames + dotted).joined(separator: ", ")
    }

    private mutating func readNames(_ extensions: ArraySlice<UInt8>) {
        var outer = DERReader(extensions)
        guard var list = outer.enter() else { return }
        while var entry = list.enter() {
            let parts = entry.all()
            // subjectAltName is 2.5.29.17.
            guard parts.first?.contents.elementsEqual([0x55, 0x1D, 0x11]) ?? false, let value = parts.last else {
                continue
            }
            var octets = DERReader(value.contents)
            guard var names = octets.enter() else { return }
            while let name = names.next() {
                if name.tag == 0x82 { hostNames.append(String(decoding: name.contents, as: UTF8.self)) }
                if name.tag == 0x87 { addresses.append(Array(name.contents)) }
            }
        }
    }

    private static func time(_ element: (tag: UInt8, contents: ArraySlice<UInt8>)) -> Timestamp? {
        let text = String(decoding: element.contents, as: UTF8.self)
        // UTCTime has two digits for the years 1950 to 2049 (RFC 5280 §4.1.2.5.1).
        guard element.tag == 0x17 else { return try? Timestamp(generalizedTime: text) }
        return try? Timestamp(generalizedTime: (text < "5" ? "20" : "19") + text)
    }

    /// The common name of a distinguished name, else its organisation.
    private static func name(_ contents: ArraySlice<UInt8>) -> String? {
        var relatives = DERReader(contents)
        var found: [UInt8: String] = [:]
        while var relative = relatives.enter() {
            while var pair = relative.enter() {
                let parts = pair.all()
                guard parts.count == 2, parts[0].contents.starts(with: [0x55, 0x04]), let type = parts[0].contents.last
                else {
                    continue
                }
                found[type] = String(decoding: parts[1].contents, as: UTF8.self)
            }
        }
        return found[3] ?? found[10]
    }
}
