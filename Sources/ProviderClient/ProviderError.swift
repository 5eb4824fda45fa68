/// Why a provider did not do what it was told.
public struct ProviderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure, for programs; new kinds may appear.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The operation does not fit what the provider has now.
        public static let stale = Code(rawValue: "stale")
        /// An address belongs to somebody else.
        public static let addressTaken = Code(rawValue: "address-taken")
        /// The provider does not serve the address's domain.
        public static let domainNotClaimed = Code(rawValue: "domain-not-claimed")
        /// The provider does not take a value.
        public static let refused = Code(rawValue: "refused")
        /// The provider cannot do this kind of operation.
        public static let unsupported = Code(rawValue: "unsupported")
        /// The credentials are wrong, or lack every right.
        public static let unauthorized = Code(rawValue: "unauthorized")
        /// Whoever the credentials are for may not do this.
        public static let forbidden = Code(rawValue: "forbidden")
        /// There is no licence, seat or room left for it.
        public static let limitReached = Code(rawValue: "limit-reached")
        /// Too many calls.
        public static let throttled = Code(rawValue: "throttled")
        /// The provider is not there, or does not answer.
        public static let unavailable = Code(rawValue: "unavailable")
        /// Somebody else holds a lock for longer than the time-out.
        public static let busy = Code(rawValue: "busy")
        /// What the provider holds, or answers, makes no sense.
        public static let malformed = Code(rawValue: "malformed")
    }

    /// Whether the operation may have been carried out all the same.
    public enum Outcome: String, Sendable, Hashable {
        /// Nothing was changed.
        case notApplied = "not-applied"
        /// It cannot be told: look before repeating.
        case unknown
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, to which account, and what to do, as a sentence.
    public let message: String
    /// Whether the operation may have been carried out all the same.
    public let outcome: Outcome
    /// How long to wait before trying again; nil where the provider does not say.
    public let retryAfter: Duration?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, outcome: Outcome = .notApplied, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.outcome = outcome
        self.retryAfter = retryAfter
    }

    /// Whether the same call may succeed later without anybody changing anything.
    public var isRetryable: Bool { [.throttled, .unavailable, .busy].contains(code) }

    /// Whether further calls are pointless, and with some providers harmful: wrong credentials can lead to a lock-out.
    public var endsRun: Bool { code == .unauthorized }

    /// The sentence.
    public var description: String { message }
}
