// Reads an Active Directory, or any other LDAP server, and says what is there and whether that is everything.
//
//     PASSWORD=… read-directory ldaps://dc1.corp.example DC=corp,DC=example svc-sync@corp.example [CA-FILE]
import DirectoryModel
import Foundation
import LDAPSource

let arguments = CommandLine.arguments.dropFirst().map { $0 }
guard arguments.count >= 3 else {
    print("Name a URL, a base and an account.")
    exit(64)
}
let password = Secret(ProcessInfo.processInfo.environment["PASSWORD"] ?? "")

let configuration = LDAPConfiguration(
    .url(try LDAPURL(arguments[0])), caFile: arguments.dropFirst(3).first,
    bind: .simple(name: arguments[2], password: password),
    bases: [try DistinguishedName(arguments[1])], schema: .activeDirectory)
let directory = LDAPDirectory(configuration)

// Only what is asked for is read: these attributes of people, and nothing of groups.
let request = ReadRequest(attributes: .only(["displayName", "mail", "proxyAddresses"]), kinds: [.user])
let snapshot = try await directory.read(request)

for user in snapshot.users { print(user.attributes.first("mail") ?? "–", user.dn) }

// Whoever is not in the snapshot is only known to be gone if the read can prove that it saw everything.
switch snapshot.completeness {
case .complete(let proof): print("Complete:", proof.searches.map { "\($0.entries) entries in \($0.pages) pages" })
case .partial(let reasons): print("Partial:", reasons)
}
