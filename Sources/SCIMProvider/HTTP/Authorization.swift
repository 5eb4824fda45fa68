internal import DirectoryModel
import FoundationEssentials
internal import NIOHTTP1

/// Whoever signs in at a server.
actor Authorization {
    private struct Token {
        let secret: Secret
        let until: ContinuousClock.Instant
    }

    /// How long before its end a token is renewed.
    private static let margin = Duration.seconds(30)

    private let credentials: SCIMCredentials
    private let transport: HTTPTransport
    private var token: Token?
    private var renewal: Task<Result<Token, SCIMFailure>, Never>?

    init(_ credentials: SCIMCredentials, _ transport: HTTPTransport) {
        self.credentials = credentials
        self.transport = transport
    }

    /// The token to send, and whether it has been got for this call.
    func current() async throws(SCIMFailure) -> (token: Secret, isFresh: Bool) {
        switch credentials {
        case .bearer(let secret): return (secret, true)
        case .clientCredentials(let client):
            if let token, token.until > .now { return (token.secret, false) }
            return (try await renew(client).secret, true)
        }
    }

    /// A token instead of one that the server refused before its end.
    func renewed(insteadOf refused: Secret) async throws(SCIMFailure) -> Secret {
        guard case .clientCredentials(let client) = credentials else { return refused }
        if let token, token.secret != refused { return token.secret }
        return try await renew(client).secret
    }

    /// Asks for a token once, however many wait for it.
    private func renew(_ client: OAuthClient) async throws(SCIMFailure) -> Token {
        if let renewal { return try await renewal.value.get() }
        let renewal = Task { [transport] in await Self.ask(client, transport) }
        self.renewal = renewal
        let result = await renewal.value
        self.renewal = nil
        token = try? result.get()
        return try result.get()
    }

    /// The client credentials grant (RFC 6749 section 4.4), the client's password in the header (section 2.3.1).
    private static func ask(_ client: OAuthClient, _ transport: HTTPTransport) async -> Result<Token, SCIMFailure> {
        var form = "grant_type=client_credentials"
        if let scope = client.scope { form += "&scope=\(scope.percentEncoded)" }
        let pair = "\(client.id.percentEncoded):\(client.secret.revealed.percentEncoded)"
        let request = HTTPRequest(
            method: .POST, url: client.tokenURL,
            headers: [
                ("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())"), ("Accept", "application/json"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ], body: Array(form.utf8))
        do throws(HTTPFailure) {
            let answer = try await transport.send(request)
            let values = (try? JSONParser.parse(answer.body))?.object
            guard answer.status == 200, let text = values?["access_token"]?.text, !text.isEmpty else {
                var failure = SCIMFailure(answer, secrets: [client.secret])
                // RFC 6749 section 5.2: whatever is wrong with the client comes as 400 or 401.
                if (400..<404).contains(failure.status) { failure.status = 401 }
                return .failure(failure.asking("for a token"))
            }
            // Where it does not say, an hour is usual, and a token that ends earlier is renewed when it is refused.
            let lifetime = Duration.seconds(min(max(values?["expires_in"]?.integer ?? 3600, 0), 86_400))
            return .success(Token(secret: Secret(text), until: .now + max(.zero, lifetime - margin)))
        } catch {
            return .failure(SCIMFailure(error, isWrite: false).asking("for a token"))
        }
    }
}
