internal import AsyncHTTPClient
internal import DirectoryModel
import Dispatch
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import ProviderClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One request.
struct HTTPRequest: Sendable {
    var method: HTTPMethod
    var url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
}

/// What came back, whatever the status.
struct HTTPAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]
}

/// Why no answer came.
struct HTTPFailure: Error, Sendable {
    /// What happened, as part of a sentence.
    let words: String
    /// Whether the server may have got the request.
    let mayHaveArrived: Bool
}

/// Sends requests over HTTP/1.1, each with a deadline for everything up to the last byte of the answer: at the latest, it has
/// failed when twice the time is over.
///
/// Redirects are not followed, because what is sent holds a token. Answers are not compressed, so that a small one cannot
/// become a large one.
final class HTTPTransport: Sendable {
    /// The largest answer that is read, in bytes.
    static let largestAnswer = 32 << 20

    private let client: HTTPClient
    private let timeout: TimeAmount

    /// - Parameters:
    ///   - caFile: the authorities that may sign the server's certificate; nil for those of the system.
    ///   - timeout: how long one request may take.
    init(caFile: String?, timeout: Duration) throws(ProviderError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let caFile {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(caFile), !certificates.isEmpty else {
                throw ProviderError(.refused, "\(caFile) holds no certificates in PEM form. Correct `ca-file`.")
            }
            tls.trustRoots = .certificates(certificates)
        }
        self.timeout = TimeAmount(timeout)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(
                connect: min(self.timeout, .seconds(10)), read: self.timeout),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        // The client would go on trying until the deadline; whoever carries out a plan knows better how often to try.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    // The client keeps itself alive until it has shut down.
    deinit { client.shutdown(queue: .global()) { _ in } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPAnswer {
        var message = HTTPClientRequest(url: request.url)
        message.method = request.method
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        if let body = request.body { message.body = .bytes(body) }
        do {
            return try await exchange(message)
        } catch {
            throw HTTPFailure(error)
        }
    }

    private func exchange(_ message: HTTPClientRequest) async throws -> HTTPAnswer {
        let deadline = NIODeadline.now() + timeout
        let response = try await client.execute(message, deadline: deadline)
        var body: [UInt8] = []
        // The client's deadline is over with the head of the answer, and its time for reading begins anew with each part: a
        // body could drip for ever.
        for try await part in response.body {
            guard NIODeadline.now() < deadline else { throw HTTPClientError.deadlineExceeded }
            guard body.count + part.readableBytes <= Self.largestAnswer else {
                throw NIOTooManyBytesError(maxBytes: Self.largestAnswer)
            }
            body += part.readableBytesView
        }
        return HTTPAnswer(status: Int(response.status.code), headers: response.headers, body: body)
    }
}

extension HTTPFailure {
    /// What the system says where no connection came about.
    private static let unreached: Set<CInt> = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN]

    fileprivate init(_ error: any Error) {
        switch error {
        case let error as HTTPClientError: self.init(error)
        case let error as NIOConnectionError where error.connectionErrors.isEmpty:
            self.init(words: "\(error.host) cannot be resolved".printable, mayHaveArrived: false)
        case let error as NIOConnectionError:
            self.init(words: "no connection to \(error.host):\(error.port)", mayHaveArrived: false)
        case is NIOTooManyBytesError:
            self.init(words: "the answer is larger than \(HTTPTransport.largestAnswer >> 20) MiB", mayHaveArrived: true)
        case let error as NIOSSLError:
            if case .handshakeFailed(let cause) = error {
                self.init(words: "the TLS handshake failed: \(Self.meaning("\(cause)"))", mayHaveArrived: false)
            } else {
                self.init(words: "TLS failed: \(error)".printable, mayHaveArrived: true)
            }
        case let error as IOError where Self.unreached.contains(error.errnoCode):
            self.init(
                words: "no connection: \(unsafe String(cString: strerror(error.errnoCode)))", mayHaveArrived: false)
        case is NIOSSLExtraError:
            self.init(words: "the TLS certificate is for another host", mayHaveArrived: false)
        case is CancellationError: self.init(words: "the request was cancelled", mayHaveArrived: true)
        default: self.init(words: "the connection broke: \(error)".printable, mayHaveArrived: true)
        }
    }

    /// What BoringSSL means, in words; what it says where it is nothing usual.
    private static func meaning(_ cause: String) -> String {
        if cause.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the certificate has expired, or was issued by nobody whom this machine trusts; "
                + "`ca-file` names another authority"
        }
        return cause.contains("WRONG_VERSION_NUMBER") ? "the port does not speak TLS" : cause.printable
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .connectTimeout: self.init(words: "no connection within the time for it", mayHaveArrived: false)
        case .tlsHandshakeTimeout: self.init(words: "no TLS handshake within the time for it", mayHaveArrived: false)
        case .deadlineExceeded, .readTimeout: self.init(words: "no answer within the time-out", mayHaveArrived: true)
        case .remoteConnectionClosed:
            self.init(words: "the connection was closed without an answer", mayHaveArrived: true)
        case .cancelled: self.init(words: "the request was cancelled", mayHaveArrived: true)
        case .getConnectionFromPoolTimeout: self.init(words: "no connection was free in time", mayHaveArrived: false)
        // The long form repeats headers that are no headers, and a token may be among them.
        default: self.init(words: error.shortDescription.printable, mayHaveArrived: true)
        }
    }
}
