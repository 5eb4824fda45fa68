internal import DirectoryModel
import FoundationEssentials
internal import NIOHTTP1
internal import ProviderClient

/// Why a request did not bring what was asked for.
struct SCIMFailure: Error, Sendable {
    /// The HTTP status (RFC 9110 section 15); 0 where no answer came.
    var status: Int
    /// The kind of error (RFC 7644 section 3.12), such as `uniqueness`.
    var scimType: String?
    /// The server's own words, short and printable, or what happened to the request; empty where it said nothing.
    var words: String
    /// Whether the server may have carried the request out all the same.
    var outcome: ProviderError.Outcome
    /// How long the server asks to wait.
    var retryAfter: Duration?
    /// What was being done, where it was not what the caller asked for.
    var purpose = ""

    /// An answer that is no success, in whatever form it comes.
    ///
    /// - Parameters:
    ///   - isWrite: whether the request would have changed something.
    ///   - secrets: what must not be repeated from the answer.
    init(_ answer: HTTPAnswer, isWrite: Bool = false, secrets: [Secret]) {
        let values = (try? JSONParser.parse(answer.body))?.object
        status = answer.status
        scimType = values?["scimType"]?.text
        words = Self.words(values, answer.body, secrets: secrets)
        // 501 says that nothing was done; of any other failure of the server nobody knows.
        let isUncertain = answer.status >= 500 && answer.status != 501 || answer.status == 408 || answer.status < 300
        outcome = isWrite && isUncertain ? .unknown : .notApplied
        retryAfter = RetryAfter.duration(answer.headers, body: values)
    }

    /// A request that got no answer.
    init(_ failure: HTTPFailure, isWrite: Bool) {
        status = 0
        words = failure.words
        outcome = isWrite && failure.mayHaveArrived ? .unknown : .notApplied
    }

    /// An answer that makes no sense.
    init(malformed words: String, isWrite: Bool = false) {
        status = 200
        self.words = words
        outcome = isWrite ? .unknown : .notApplied
    }

    /// The same failure of something that had to be done first.
    func asking(_ purpose: String) -> SCIMFailure {
        var failure = self
        failure.purpose = " when asked \(purpose)"
        failure.outcome = .notApplied
        return failure
    }

    /// Whether the same request may succeed in a moment.
    var isPassing: Bool { [0, 408, 429, 500, 502, 503, 504].contains(status) }

    /// Whether the server does not know what was asked of it, so that it can be asked in another way.
    var isNotImplemented: Bool { [404, 405, 415, 501].contains(status) }

    /// The words of a JSON error of RFC 7644, of RFC 6749, of SCIM 1.1 or of somebody's own making; of a page for browsers
    /// its title; else the text.
    private static func words(_ values: JSONObject?, _ body: [UInt8], secrets: [Secret]) -> String {
        var text = ""
        if let values {
            let errors = values["Errors"]?.elements ?? values["errors"]?.elements ?? []
            let lists = errors.compactMap { $0.object?["description"]?.text ?? $0.object?["message"]?.text ?? $0.text }
            let names = ["detail", "error_description", "message", "title", "error"]
            text = names.lazy.compactMap { values[$0]?.text }.first ?? lists.joined(separator: "; ")
        } else {
            // A page is cut before it is looked through, because nobody knows how long it is.
            text = String(decoding: body.prefix(4096), as: UTF8.self)
            if text.contains("<") { text = title(ofPage: text) }
        }
        for secret in secrets where !secret.isEmpty {
            text = text.split(separator: secret.revealed, omittingEmptySubsequences: false).joined(
                separator: "‹secret›")
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ").printable
    }

    /// What stands between the tags of a page's title, or else of all of it.
    private static func title(ofPage page: String) -> String {
        var pieces: [(tag: String, text: String)] = []
        for piece in page.split(separator: "<") {
            let parts = piece.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
            pieces.append((parts[0].lowercased(), parts.count == 2 ? String(parts[1]) : ""))
        }
        let title = pieces.first { ["title", "h1"].contains($0.tag) && !$0.text.allSatisfy(\.isWhitespace) }
        return title?.text ?? pieces.map(\.text).joined(separator: " ")
    }
}

/// How long a server asks to wait.
enum RetryAfter {
    /// The longest wait that is believed.
    static let longest = 3600

    /// The header `Retry-After` as seconds or as a date (RFC 9110 section 10.2.3), or the seconds of the bucket that
    /// Zivver names.
    static func duration(_ headers: HTTPHeaders, body: JSONObject?) -> Duration? {
        var seconds = body?["emptiedBucketDetails"]?.object?["windowSeconds"]?.integer
        if let text = headers.first(name: "Retry-After") {
            if let number = Int(text) {
                seconds = number
            } else if let then = timestamp(text) {
                // The server's own clock counts where it tells the time.
                let now = headers.first(name: "Date").flatMap(timestamp) ?? Timestamp.now
                seconds = Int(then.secondsSince1970 - now.secondsSince1970)
            }
        }
        return seconds.map { .seconds(min(max($0, 0), longest)) }
    }

    /// A date such as `Wed, 21 Oct 2015 07:28:00 GMT`; nil for anything else.
    static func timestamp(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return try? Timestamp(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}

extension Timestamp {
    /// The time by this machine's clock.
    fileprivate static var now: Timestamp {
        Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970))
    }
}
