internal import DirectoryModel
internal import NIOHTTP1

/// A successful answer.
struct SCIMAnswer: Sendable {
    let status: Int
    /// The body; nil where there is none.
    let body: JSONObject?
    /// The version of the resource, from the header or from `meta` (RFC 7644 section 3.14).
    let version: String?
}

/// Speaks HTTP and JSON with one SCIM service.
struct SCIMClient: Sendable {
    static let mediaType = "application/scim+json"

    let address: ServerAddress
    let transport: HTTPTransport
    let authorization: Authorization

    /// Sends one request, and again with a new token where the server refused one that had not come to its end.
    ///
    /// - Parameters:
    ///   - path: below the address of the service, with a `/` before it.
    ///   - version: what the resource must still be, or the server answers 412.
    func send(
        _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [], body: JSONValue? = nil,
        ifMatch version: String? = nil
    ) async throws(SCIMFailure) -> SCIMAnswer {
        var url = address.text + path
        if !query.isEmpty {
            url += "?" + query.map { "\($0.name)=\($0.value.percentEncoded)" }.joined(separator: "&")
        }
        var request = HTTPRequest(method: method, url: url, body: body?.bytes)
        request.headers = [("Accept", Self.mediaType)]
        if body != nil { request.headers.append(("Content-Type", Self.mediaType)) }
        if let version { request.headers.append(("If-Match", version)) }
        let (token, isFresh) = try await authorization.current()
        var (answer, secret) = (try await send(request, token), token)
        if answer.status == 401, !isFresh {
            secret = try await authorization.renewed(insteadOf: token)
            answer = try await send(request, secret)
        }
        return try Self.read(answer, isWrite: method != .GET, secret)
    }

    private func send(_ request: HTTPRequest, _ token: Secret) async throws(SCIMFailure) -> HTTPAnswer {
        var request = request
        request.headers.append(("Authorization", "Bearer \(token.revealed)"))
        do {
            return try await transport.send(request)
        } catch {
            throw SCIMFailure(error, isWrite: request.method != .GET)
        }
    }

    private static func read(_ answer: HTTPAnswer, isWrite: Bool, _ secret: Secret) throws(SCIMFailure) -> SCIMAnswer {
        guard (200..<300).contains(answer.status) else {
            throw SCIMFailure(answer, isWrite: isWrite, secrets: [secret])
        }
        if answer.body.isEmpty { return SCIMAnswer(status: answer.status, body: nil, version: nil) }
        guard let body = (try? JSONParser.parse(answer.body))?.object else {
            var failure = SCIMFailure(answer, isWrite: isWrite, secrets: [secret])
            failure.words = "something other than a JSON object: \(failure.words)"
            throw failure
        }
        let version = answer.headers.first(name: "ETag") ?? body["meta"]?.object?["version"]?.text
        return SCIMAnswer(status: answer.status, body: body, version: version)
    }

    /// Reads something, again where that may help: reading changes nothing.
    func read(
        _ path: String, query: [(name: String, value: String)] = [], tries: Int = 3
    ) async throws(SCIMFailure) -> SCIMAnswer {
        var pause = Duration.milliseconds(250)
        var left = tries
        while true {
            do {
                return try await send(.GET, path, query: query)
            } catch {
                left -= 1
                guard left > 0, error.isPassing, !Task.isCancelled else { throw error }
                // Not all at once: some wait a little longer than others.
                let wait = error.retryAfter ?? pause * Double.random(in: 1...1.5)
                if wait > .seconds(60) { throw error }
                try? await Task.sleep(for: wait)
                pause *= 4
            }
        }
    }
}
