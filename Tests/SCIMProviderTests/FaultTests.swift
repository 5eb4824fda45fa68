import DirectoryModel
import Foundation
import ProviderClient
import ReconcileEngine
import SCIMProvider
import TestSupport
import Testing

/// What goes wrong between a client and a server.
@Suite("SCIM faults", .serialized, .enabled(if: SCIMServer.isInstalled))
struct FaultTests {
    static let page = #""status": 502, "headers": {"Content-Type": "text/html"}, "body": "<h1>Bad Gateway</h1>""#

    /// Whatever becomes of the answer to a creation, nobody is made twice.
    @Test(
        arguments: [
            #""what": "close""#, #""what": "close-after""#, #""what": "hang", "seconds": 3"#,
            #""what": "answer", \#(page)"#, #""what": "answer-after", \#(page)"#,
            #""what": "answer", "status": 500"#, #""what": "answer-after", "status": 500"#,
            #""what": "answer-after", "status": 503, "headers": {"Retry-After": "0"}"#,
            #""what": "answer-after", "status": 201, "body": "{\"id\": "}"#.replacingOccurrences(of: "}", with: ""),
            #""what": "answer-after", "status": 201"#, #""what": "answer-after", "status": 201, "body": "<p>Made</p>""#,
            #""what": "answer-after", "status": 409"#, #""what": "drip""#,
        ], [SCIMProfile.rfc, .zivver])
    func nobodyIsMadeTwice(_ fault: String, _ profile: SCIMProfile) async throws {
        let faulty = try await Faulty(profile.name == "zivver" ? .zivver(budget: 0, seconds: 1) : .full)
        let provider = try faulty.provider(profile, timeout: .seconds(1))
        _ = try await provider.apply(creation(of: person(1)))
        try await faulty.proxy.fail("[{\"method\": \"POST\", \"path\": \"Users\", \(fault)}]")
        let error = await failure { _ = try await provider.apply(creation(of: person(2))) }
        // Nobody may be told that nothing happened where something may have.
        if let error {
            #expect(error.outcome == .unknown || error.code == .addressTaken, "\(error)")
            _ = try await provider.apply(creation(of: person(2)), mayHaveBeenApplied: true)
        }
        let names = try await faulty.accounts(profile).map(\.address.text)
        #expect(names.sorted() == ["person1@corp.example", "person2@corp.example"], "\(String(describing: error))")
        // Somebody who knows nothing of it finds the account, too.
        let again = try await faulty.provider(profile).apply(creation(of: person(2)), mayHaveBeenApplied: true)
        #expect(again.wasAlreadyApplied)
    }

    /// A creation that may have been carried out is looked for before it is repeated, without listing everybody where a
    /// filter works.
    @Test func whatMayBeThereIsLookedFor() async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider()
        _ = try await provider.apply(creation(of: person(1)))
        try await faulty.proxy.fail(#"[{"method": "POST", "path": "Users", "what": "close-after"}]"#)
        let error = await failure { _ = try await provider.apply(creation(of: person(2))) }
        #expect(error?.code == .unavailable && error?.outcome == .unknown)
        _ = try await faulty.proxy.requests()
        #expect(try await provider.apply(creation(of: person(2)), mayHaveBeenApplied: true).wasAlreadyApplied)
        let requests = try await faulty.proxy.requests()
        #expect(requests.allSatisfy { $0.hasPrefix("GET") } && !requests.contains { $0.contains("startIndex") })
        #expect(requests.count <= 4, "\(requests)")
    }

    @Test(
        arguments: [
            (#""headers": {"Retry-After": "7"}"#, Duration.seconds(7)),
            (
                #""headers": {"Date": "Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2015 07:29:30 GMT"}"#,
                .seconds(90)
            ),
            (
                #""headers": {"Date": "Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2015 07:00:00 GMT"}"#,
                .zero
            ),
            (#""headers": {"Retry-After": "99999999999"}"#, .seconds(3600)),
            (#""body": "{\"code\":429,\"emptiedBucketDetails\":{\"budget\":50,\"windowSeconds\":10}}""#, .seconds(10)),
            (#""headers": {"Retry-After": "soon"}"#, nil), (#""body": """#, nil),
        ] as [(String, Duration?)])
    func throttling(_ answer: String, _ wait: Duration?) async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider()
        _ = try await provider.observe()
        try await faulty.proxy.fail(#"[{"method": "POST", "path": "", "what": "answer", "status": 429, \#(answer)}]"#)
        let error = await failure { _ = try await provider.apply(creation(of: person(1))) }
        #expect(
            error?.code == .throttled && error?.retryAfter == wait && error?.outcome == .notApplied, "\(error as Any)")
        #expect(error?.isRetryable == true)
    }

    /// How a refusal comes, and what it is taken for.
    static let refusals: [(status: Int, body: String, code: ProviderError.Code, words: String)] = [
        (400, #"{"detail":"Bad mobile","scimType":"invalidValue","status":400}"#, .refused, "invalidValue: Bad mobile"),
        (400, #"{"detail":"Not unique","scimType":"uniqueness","status":"400"}"#, .addressTaken, "Not unique"),
        (400, "Account is outside the organization", .domainNotClaimed, "outside the organization"),
        (400, "Error creating alias: Domain Not Owned", .domainNotClaimed, "Domain Not Owned"),
        (400, "Error creating alias: Alias already exists", .addressTaken, "Alias already exists"),
        (403, #"{"detail":"Forbidden"}"#, .forbidden, "Forbidden"),
        (403, #"{"detail":"License limit reached"}"#, .limitReached, "License limit"),
        (402, "", .limitReached, "HTTP 402"), (409, "", .addressTaken, "HTTP 409"),
        (401, #"{"error":"invalid_token","error_description":"Expired"}"#, .unauthorized, "Expired"),
        (405, "<html><head><title>Not\n allowed</title></head></html>", .unsupported, "Not allowed"),
        (413, #"{"Errors":[{"description":"Too much","code":"413"}]}"#, .refused, "Too much"),
        (302, "", .init(rawValue: "redirected"), "HTTP 302"),
        (400, "Bearer \(SCIMServer.token) \u{1B}[31m is wrong", .refused, "Bearer ‹secret›"),
    ]

    @Test(arguments: refusals) func whatARefusalMeans(
        _ refusal: (status: Int, body: String, code: ProviderError.Code, words: String)
    ) async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider(.rfc.with(phrasesOf: .zivver))
        _ = try await provider.observe()
        let body = String(decoding: try JSONEncoder().encode(refusal.body), as: UTF8.self)
        try await faulty.proxy.fail(
            """
            [{"method": "POST", "path": "", "what": "answer", "status": \(refusal.status), "body": \(body),
              "headers": {"Content-Type": "application/scim+json", "Location": "http://127.0.0.1:1/elsewhere"}}]
            """)
        let error = try #require(await failure { _ = try await provider.apply(creation(of: person(1))) })
        #expect(error.code == refusal.code && error.outcome == .notApplied, "\(error)")
        #expect(error.message.contains(refusal.words), "\(error)")
        #expect(!error.message.contains(SCIMServer.token) && !error.message.contains("\u{1B}"))
        #expect(error.endsRun == (refusal.status == 401))
        #expect(try await faulty.accounts().isEmpty)
    }

    /// What is wrong with a page, and how many accounts of 25 had come before it.
    @Test(arguments: [
        (#"[{"method": "GET", "path": "startIndex=11", "what": "repeat"}]"#, 10),
        (
            #"[{"method": "GET", "path": "startIndex=21", "what": "drop"}, {"method": "GET", "path": "startIndex=25", "what": "drop"}]"#,
            24
        ),
        (#"[{"method": "GET", "path": "startIndex=11", "what": "answer", "status": 200, "body": "[]"}]"#, 10),
        (#"[{"method": "GET", "path": "startIndex=11", "what": "answer", "status": 200, "body": "<p>Hello</p>"}]"#, 10),
        (
            #"[{"method": "GET", "path": "startIndex=11", "what": "answer", "status": 200, "body": "{\"totalResults\":10}"}]"#,
            10
        ),
        (#"[{"method": "GET", "path": "startIndex=11", "what": "answer", "status": 400, "body": "No."}]"#, 10),
    ])
    func aListingThatDoesNotAddUpIsPartial(_ faults: String, _ count: Int) async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider(pageSize: 10)
        for number in 1...25 { _ = try await provider.apply(creation(of: person(number))) }
        try await faulty.proxy.fail(faults)
        let state = try await provider.observe()
        #expect(
            !state.incomplete.isEmpty && state.accounts.count == count, "\(state.accounts.count) \(state.incomplete)")
        let whole = try await provider.observe()
        #expect(whole.incomplete.isEmpty && whole.accounts.count == 25)
    }

    /// A page that is shorter than asked for is followed by one that begins where it ended.
    @Test func aShortPageIsMadeUpFor() async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider(pageSize: 10)
        for number in 1...25 { _ = try await provider.apply(creation(of: person(number))) }
        try await faulty.proxy.fail(#"[{"method": "GET", "path": "startIndex=11", "what": "drop"}]"#)
        let state = try await provider.observe()
        #expect(state.incomplete.isEmpty && state.accounts.count == 25)
    }

    /// A passing failure of a page is no reason to know less.
    @Test(arguments: [
        #""what": "close""#, #""what": "close-after""#, #""what": "answer", "status": 503"#,
        #""what": "answer", "status": 429, "headers": {"Retry-After": "0"}"#, #""what": "answer", \#(page)"#,
    ])
    func aPageIsAskedForAgain(_ fault: String) async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider(pageSize: 10)
        for number in 1...15 { _ = try await provider.apply(creation(of: person(number))) }
        try await faulty.proxy.fail(#"[{"method": "GET", "path": "startIndex=11", \#(fault)}]"#)
        let state = try await provider.observe()
        #expect(state.incomplete.isEmpty && state.accounts.count == 15)
    }

    /// That there is nobody is believed where it is said twice.
    @Test func nobodyIsAskedTwice() async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider()
        #expect(try await provider.observe().accounts.isEmpty)
        _ = try await provider.apply(creation(of: person(1)))
        let none = #"{\"totalResults\":0,\"Resources\":[]}"#
        try await faulty.proxy.fail(
            #"[{"method": "GET", "path": "startIndex=1", "what": "answer", "status": 200, "body": "\#(none)"}]"#)
        let error = await failure { _ = try await provider.observe() }
        #expect(error?.code == .malformed, "\(error as Any)")
    }

    /// A server without filters, one that answers with everybody, and one that knows no pages.
    @Test func aServerThatKnowsNoPages() async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider()
        _ = try await provider.apply(creation(of: person(1)))
        let bad = #"{"method": "GET", "path": "count=", "what": "answer", "status": 400, "body": "What is count?"}"#
        try await faulty.proxy.fail("[\(bad), \(bad)]")
        let fresh = try faulty.provider()
        let state = try await fresh.observe()
        #expect(state.incomplete.isEmpty && state.accounts.count == 1)
        // It is remembered: nothing is asked for in vain again.
        _ = try await faulty.proxy.requests()
        _ = try await fresh.observe()
        #expect(try await faulty.proxy.requests().allSatisfy { !$0.contains("count=") })
    }

    @Test func tokensAreAskedForAndRenewed() async throws {
        let faulty = try await Faulty()
        let base = "http://127.0.0.1:\(faulty.proxy.port)"
        let provider = try faulty.provider(
            credentials: .clientCredentials(
                OAuthClient(tokenURL: base + "/token", id: "us", secret: Secret("pass-word"))))
        let body = #"{\"access_token\":\"\#(SCIMServer.token)\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"#
        let token = #"{"method": "POST", "path": "/token", "what": "answer", "status": 200, "body": "\#(body)"}"#
        let refused = #"{"method": "GET", "path": "Users", "what": "answer", "status": 401}"#
        try await faulty.proxy.fail("[\(token), \(token), \(refused)]")
        #expect(try await provider.observe().incomplete.isEmpty)
        #expect(try await faulty.proxy.requests().count { $0 == "POST /token" } == 2)
        // A new token that is refused, too, ends the run.
        try await faulty.proxy.fail("[\(refused), \(token), \(refused)]")
        let error = await failure { _ = try await provider.observe() }
        #expect(error?.code == .unauthorized && error?.endsRun == true)
        let denied = #"{\"error\":\"invalid_client\",\"error_description\":\"pass-word is wrong\"}"#
        try await faulty.proxy.fail(
            #"[{"method": "POST", "path": "/token", "what": "answer", "status": 400, "body": "\#(denied)"}]"#)
        let other = try faulty.provider(
            credentials: .clientCredentials(
                OAuthClient(tokenURL: base + "/token", id: "us", secret: Secret("pass-word"))))
        let second = await failure { _ = try await other.observe() }
        #expect(
            second?.code == .unauthorized && second?.message.contains("‹secret› is wrong") == true, "\(second as Any)")
    }

    @Test(arguments: [
        "ftp://a", "https://", "https://a b", "https://a?x=1", "https://user:pass@host/scim", "http://scim.example/v2",
        "http://127.evil.example/", "http://127.0.0.1.evil.example/", "",
    ])
    func addressesThatMakeNoSenseAreRefused(_ url: String) {
        #expect(throws: ProviderError.self) {
            try SCIMAccountProvider(SCIMConfiguration(url: url, credentials: .bearer(Secret("x"))))
        }
    }

    /// An answer that comes byte by byte is no answer, even where its head was in time.
    @Test func aDripHasAnEnd() async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider(timeout: .milliseconds(500))
        _ = try await provider.observe()
        try await faulty.proxy.fail(#"[{"method": "POST", "path": "Users", "what": "drip"}]"#)
        let begin = ContinuousClock.now
        let error = await failure { _ = try await provider.apply(creation(of: person(1))) }
        #expect(error?.code == .unavailable && error?.outcome == .unknown, "\(error as Any)")
        #expect(ContinuousClock.now - begin < .seconds(10))
    }

    /// Whoever is stopped while the server is silent was stopped, wherever that was: nothing is wrong with the server.
    @Test(arguments: ["ServiceProviderConfig", "Schemas", "Users"])
    func whoIsStoppedWasStopped(_ path: String) async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider(timeout: .seconds(30))
        try await faulty.proxy.fail(#"[{"method": "GET", "path": "\#(path)", "what": "hang", "seconds": 20}]"#)
        let listing = Task { try await provider.observe() }
        var isSilent = false
        for _ in 0..<500 where !isSilent {
            isSilent = try await faulty.proxy.requests().contains { $0.contains(path) }
            try await Task.sleep(for: .milliseconds(20))
        }
        try #require(isSilent)
        listing.cancel()
        await #expect(throws: CancellationError.self) { try await listing.value }
    }

    /// A token that cannot be sent is not shown instead.
    @Test func aTokenWithALineBreakIsInNoError() async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider(credentials: .bearer(Secret("hush\nhush-again")))
        let error = await failure { _ = try await provider.observe() }
        #expect(error != nil && error?.message.contains("hush") == false, "\(error as Any)")
    }

    /// Somebody who signs in by another name than the address is found by that name.
    @Test func whoSignsInByANameIsFoundByIt() async throws {
        let faulty = try await Faulty()
        let provider = try faulty.provider()
        _ = try await provider.apply(creation(of: person(1)))
        var ana = Account(userName: "ana", address: Made.address("ana@corp.example"))
        ana.name = "Ana"
        try await faulty.proxy.fail(#"[{"method": "POST", "path": "Users", "what": "close-after"}]"#)
        _ = await failure { _ = try await provider.apply(creation(of: ana)) }
        #expect(try await provider.apply(creation(of: ana), mayHaveBeenApplied: true).wasAlreadyApplied)
    }

    @Test func nobodyThere() async throws {
        let port = try freePort()
        let provider = try SCIMAccountProvider(
            SCIMConfiguration(url: "http://127.0.0.1:\(port)/v2", credentials: .bearer(Secret("x"))))
        let error = await failure { _ = try await provider.observe() }
        #expect(error?.code == .unavailable && error?.outcome == .notApplied)
        #expect(error?.message.contains("(no connection: Connection refused)") == true, "\(error as Any)")
        let steps = await provider.check()
        #expect(steps.count == 1 && steps[0].title == "connect" && !steps[0].passed)
    }
}

extension SCIMProfile {
    fileprivate func with(phrasesOf other: SCIMProfile) -> SCIMProfile {
        var profile = self
        profile.phrases = other.phrases
        return profile
    }
}
