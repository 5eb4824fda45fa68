package import DirectoryModel
internal import NIOHTTP1
package import ProviderClient

/// An address to which JSON is posted, and which is a secret: whoever has it can write there.
package struct JSONTarget: Sendable {
    private let url: Secret
    private let transport: HTTPTransport

    /// Makes a target.
    ///
    /// - Parameters:
    ///   - url: `https://`, or `http://` on this machine.
    ///   - caFile: the authorities that may sign the server's certificate; nil for those of the system.
    ///   - timeout: how long a post may take.
    /// - Throws: `ProviderError` where the address makes no sense; it does not show the address.
    package init(url: Secret, caFile: String?, timeout: Duration) throws(ProviderError) {
        let text = url.revealed
        // What is behind a question mark is often where the secret is.
        let server = text.prefix { $0 != "?" }
        let isAddress = (try? ServerAddress(String(server), allowsPlainText: false)) != nil
        guard isAddress, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ProviderError(.refused, "Its address is none that begins with https://. Correct `notify.webhook`.")
        }
        self.url = url
        transport = try HTTPTransport(caFile: caFile, timeout: timeout)
    }

    /// Posts a JSON text.
    ///
    /// - Throws: `ProviderError` where no answer came, or another one than that it was taken (2xx).
    package func post(_ json: [UInt8]) async throws(ProviderError) {
        let request = HTTPRequest(
            method: .POST, url: url.revealed, headers: [("Content-Type", "application/json; charset=utf-8")], body: json
        )
        let answer: HTTPAnswer
        do { answer = try await transport.send(request) } catch {
            throw ProviderError(.unavailable, "It cannot be reached: \(error.words).")
        }
        guard (200..<300).contains(answer.status) else {
            throw ProviderError(.refused, "It answered with HTTP status \(answer.status).")
        }
    }
}
