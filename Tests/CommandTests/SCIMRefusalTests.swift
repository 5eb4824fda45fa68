import Foundation
import TestSupport
import Testing

/// What `sync-plan check` and `sync-plan apply` say of everything that SCIM services refuse: the table in
/// `Documentation/Providers/errors.md` is made of it.
@Suite(.enabled(if: SCIMServer.isInstalled && hasPrograms(["openssl"])))
struct SCIMRefusalTests {
    private static let sections: [(title: String, rows: [SCIMRefusal])] = [
        ("Reaching the service", reaching), ("Signing in", signingIn), ("Listing", listing),
        ("Writing an account", writing), ("Trying again", trying),
    ]

    private static let page =
        #""headers": {"Content-Type": "text/html"}, "body": "<html><title>Down for maintenance</title></html>""#

    private static let reaching: [SCIMRefusal] = [
        .check("nobody listens on the port", .nobody) { $0.url = "http://127.0.0.1:\(try freePort())/v2" },
        .check("the host has no address", .nobody) { $0.url = "https://scim.nowhere.invalid/v2" },
        .check("the token would go unencrypted", .nobody) { $0.url = "http://scim.corp.example/v2" },
        .check("an authority that is not trusted", .tls),
        .check("a port without TLS", .full) { $0.url = $0.url.replacingOccurrences(of: "http:", with: "https:") },
        .check("a page for browsers at the address", .proxy, #""what": "answer", "status": 200, \#(page)"#),
        .check("nothing at the address", .full) { $0.url += "/none" },
        .check(
            "the service has moved", .proxy,
            #""what": "answer", "status": 301, "headers": {"Location": "https://a.example"}"#),
        .check("the service is silent", .proxy, #""what": "hang", "seconds": 3"#) { $0.settings = "timeout: 500 ms" },
        .check("connections are closed", .proxy, #""what": "close""#),
        .check("down for maintenance", .proxy, #""what": "answer", "status": 503, \#(page)"#),
    ]

    private static let signingIn: [SCIMRefusal] = [
        .check("wrong token", .full) { $0.token = "wrong-token" },
        .check("wrong token", .django) { $0.token = "wrong-token" },
        .check("wrong token", .canaille) { $0.token = "wrong-token" },
        .check("wrong token", .zivver) { $0.token = "wrong-token" },
        .check(
            "no right to look", .proxy, #""what": "answer", "status": 403, "body": "{\"detail\": \"Not for you\"}""#),
        .check(
            "a client that the authorization server does not know", .proxy,
            #""what": "answer", "status": 401, "body": "{\"error\": \"invalid_client\"}""#, to: "POST"
        ) { setup in
            setup.token = ""
            setup.settings = "oauth: { token-url: \"\(setup.url)/token\", client-id: us, client-secret: pass-word }"
        },
    ]

    private static let listing: [SCIMRefusal] = [
        .check("fewer than there are", .proxy, #""what": "drop""#, before: addsAna),
        .check("half an answer", .proxy, #""what": "answer-after", "status": 200, "body": "{\"totalResults\": ""#),
        .check(
            "somebody with an external id and no address", .full,
            before: { url in
                try await add(#"{"schemas": ["\#(userSchema)"], "userName": "ana", "externalId": "1"}"#, to: url)
            }),
    ]

    private static let writing: [SCIMRefusal] = [
        .apply(
            "a name that somebody else has", .full,
            before: { url in
                let other = #""emails": [{"value": "other@corp.example"}]"#
                try await add(#"{"schemas": ["\#(userSchema)"], "userName": "ana@corp.example", \#(other)}"#, to: url)
            }),
        .apply(
            "the same", .proxy, #""what": "answer", "status": 400, "body": "{\"detail\": \"Address already in use\"}""#),
        .apply("a domain that is not claimed", .zivver) { $0.people[0].addresses = ["ana@brand.example"] },
        .apply("the domain of an alias", .zivver) { $0.people[0].addresses.append("a@brand.example") },
        .apply(
            "no licence left", .proxy,
            #""what": "answer", "status": 403, "body": "{\"detail\": \"License limit reached\"}""#),
        .apply("no right to write", .proxy, #""what": "answer", "status": 403, "body": "{\"detail\": \"Read only\"}""#),
        .apply("an attribute that it takes and does not keep", .django),
        .apply("an attribute that the service does not take", .canaille),
        .apply("an attribute that the profile does not know", .full) { setup in
            setup.sections = "people: { account: { attributes: { colour: department } } }"
            setup.people[0].more = ["department: blue"]
        },
        .apply("the token is taken back meanwhile", .proxy, #""what": "answer", "status": 401"#),
        .apply("somebody made the account meanwhile", .full, before: addsAna),
    ]

    private static let trying: [SCIMRefusal] = [
        .apply("too many calls, in seconds", .proxy, throttled(#""headers": {"Retry-After": "1"}"#)),
        .apply(
            "too many calls, with a date", .proxy,
            throttled(
                #""headers": {"Date": "Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2015 07:28:01 GMT"}"#
            )),
        .apply(
            "too many calls, as Zivver says it", .proxy,
            throttled(
                #""body": "{\"code\": 429, \"emptiedBucketDetails\": {\"budget\": 50, \"windowSeconds\": 1}}""#)),
        .apply(
            "an error of the service", .proxy, #""what": "answer", "status": 500, "body": "{\"detail\": \"Oops\"}""#),
        .apply("a page of something before it", .proxy, #""what": "answer", "status": 502, \#(page)"#),
        .apply("the connection is closed", .proxy, #""what": "close""#),
    ]

    private static let userSchema = "urn:ietf:params:scim:schemas:core:2.0:User"

    private static func throttled(_ how: String) -> String { #""what": "answer", "status": 429, \#(how)"# }

    private static func addsAna(_ url: String) async throws {
        let address = #""emails": [{"value": "ana@corp.example"}]"#
        try await add(#"{"schemas": ["\#(userSchema)"], "userName": "ana@corp.example", \#(address)}"#, to: url)
    }

    @Test func everyCauseIsNamed() async throws {
        let services = try await RefusingServices()
        var table = ""
        for (title, rows) in Self.sections {
            table += "### \(title)\n\n| case | who says so | exit | what is said |\n|---|---|---|---|\n"
            // Most of the time is waiting.
            let outcomes = try await withThrowingTaskGroup(of: (Int, Int32, String).self) { group in
                for (index, row) in rows.enumerated() {
                    group.addTask {
                        let (status, text) = try await row.run(services)
                        return (index, status, text)
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = (status: $1.1, text: $1.2) }
            }
            for (index, row) in rows.enumerated() {
                let (status, text) = try #require(outcomes[index])
                #expect(status != 0 && !text.isEmpty && !text.hasPrefix("SECRET"), "\(row.name): \(text)")
                let server = row.server.rawValue
                table += "| \(escapedForTable(row.name)) | \(server) | \(status) | \(escapedForTable(text)) |\n"
            }
            table += "\n"
        }
        try expectTable(table, in: "Providers/errors.md", madeBy: "SCIMRefusalTests")
    }
}
