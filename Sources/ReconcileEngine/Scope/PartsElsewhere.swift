internal import DirectoryModel

extension DirectorySnapshot {
    /// One note for each part below a search base that another server has, and that was not read therefore.
    ///
    /// What every domain controller refers to and nobody has people in is left out: the configuration and the zones of DNS.
    var partsElsewhere: [Finding] {
        let urls = Set((completeness.proof?.searches ?? []).flatMap(\.referrals))
        return urls.filter { !Self.isAdministrative($0) }.sorted().map { url in
            Finding(
                .partElsewhere, url,
                "A part of the directory is at \(url), which was not asked. If there are people in it, read that server too."
            )
        }
    }

    private static func isAdministrative(_ url: String) -> Bool {
        let name = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst(2).first?.lowercased() ?? ""
        return ["cn=configuration,", "dc=domaindnszones,", "dc=forestdnszones,"].contains { name.hasPrefix($0) }
    }
}
