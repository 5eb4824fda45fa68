import Foundation
import TestSupport

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Somebody in a directory file.
struct Employee: Sendable {
    let number: Int
    var name: String
    /// The primary address, and aliases.
    var addresses: [String]
    var isInDesk = false
    var isDisabled = false
    /// Further attributes, as lines of LDIF.
    var more: [String] = []

    fileprivate var dn: String { "CN=u\(number),OU=Staff,DC=corp,DC=example" }

    fileprivate var ldif: String {
        var lines = [
            "dn: \(dn)", "objectClass: user", "cn: u\(number)", "objectGUID:: AAAAAAAA0000000\(number)AAAAAA==",
            "displayName: \(name)", "userAccountControl: \(isDisabled ? 514 : 512)",
        ]
        lines += addresses.enumerated().map { "proxyAddresses: \($0 == 0 ? "SMTP" : "smtp"):\($1)" } + more
        if isInDesk { lines.append("memberOf: \(Employee.desk)") }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private static let desk = "CN=Desk,OU=Groups,DC=corp,DC=example"

    /// The file with everybody and the group that some are in.
    static func ldif(_ employees: [Employee]) -> String {
        let group =
            [
                "dn: \(desk)", "objectClass: group", "cn: Desk", "objectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==",
                "mail: desk@corp.example",
            ]
            + employees.filter(\.isInDesk).map { "member: \($0.dn)" }
        return "version: 1\n\n" + employees.map(\.ldif).joined() + group.joined(separator: "\n") + "\n"
    }
}

extension Site {
    /// A configuration for a SCIM service, with people from a file.
    ///
    /// - Parameters:
    ///   - token: the token; empty for none.
    ///   - settings: further keys of `provider.scim`.
    ///   - sections: further sections.
    static func scim(
        _ url: String, profile: String = "rfc", token: String = SCIMServer.token, settings: String = "",
        sections: String = "", _ employees: [Employee] = []
    ) throws -> Site {
        let more = (token.isEmpty ? "" : ", token-file: scim.token") + (settings.isEmpty ? "" : ", \(settings)")
        return try Site(
            """
            source: { ldif: { path: directory.ldif } }
            provider:
              scim: { url: "\(url)", profile: \(profile)\(more) }
            \(sections)
            """, files: ["scim.token": token, "directory.ldif": Employee.ldif(employees)])
    }
}

/// What a SCIM service has, asked without any of the project's own code, in the order of the names.
func resources(_ kind: String, of url: String) async throws -> [[String: Any]] {
    var request = URLRequest(url: URL(string: "\(url)/\(kind)?startIndex=1&count=1000")!)
    request.setValue("Bearer \(SCIMServer.token)", forHTTPHeaderField: "Authorization")
    let list = try JSONSerialization.jsonObject(with: try await fetch(request)) as? [String: Any]
    let resources = list?["Resources"] as? [[String: Any]] ?? []
    func name(_ resource: [String: Any]) -> String {
        (resource["userName"] ?? resource["displayName"]) as? String ?? ""
    }
    return resources.sorted { name($0) < name($1) }
}

/// Puts a user into a SCIM service, as somebody else would.
func add(_ user: String, to url: String) async throws {
    var request = URLRequest(url: URL(string: "\(url)/Users")!)
    request.httpMethod = "POST"
    request.setValue("Bearer \(SCIMServer.token)", forHTTPHeaderField: "Authorization")
    request.setValue("application/scim+json", forHTTPHeaderField: "Content-Type")
    request.httpBody = Data(user.utf8)
    _ = try await fetch(request)
}
