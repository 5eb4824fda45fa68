internal import DirectoryModel

extension Search {
    /// The search as a line for a shell, with the tool that comes with OpenLDAP; the password is asked for.
    func command(on url: LDAPURL, _ configuration: LDAPConfiguration) -> String {
        var words: [String] = []
        switch configuration.tlsVerification {
        case .full:
            if let file = configuration.caFile { words.append("LDAPTLS_CACERT=\(file.shellQuoted)") }
            if let folder = configuration.caFolder { words.append("LDAPTLS_CACERTDIR=\(folder.shellQuoted)") }
        case .never: words.append("LDAPTLS_REQCERT=never")
        }
        if let own = configuration.clientCertificate {
            words += ["LDAPTLS_CERT=\(own.certificate.shellQuoted)", "LDAPTLS_KEY=\(own.key.shellQuoted)"]
        }
        words += ["ldapsearch", "-H", url.description.shellQuoted]
        if configuration.startTLS { words.append("-ZZ") }
        switch configuration.bind {
        case .anonymous: words.append("-x")
        case .simple(let name, _): words += ["-x", "-D", name.shellQuoted, "-W"]
        case .external: words += ["-Q", "-Y", "EXTERNAL"]
        case .gssapi: words += ["-Q", "-N", "-Y", "GSSAPI"]
        }
        words += ["-b", base.text.shellQuoted, "-s", scope.rawValue]
        words += ["-E", "pr=\(configuration.pageSize)/noprompt", "-LLL", filter.shellQuoted]
        return (words + attributes.map(\.shellQuoted)).joined(separator: " ")
    }
}

extension String {
    /// The text as one word of a POSIX shell.
    var shellQuoted: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: ":"),
                UInt8(ascii: ","), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "+"):
                true
            default: false
            }
        }
        if isPlain && !isEmpty { return self }
        return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
