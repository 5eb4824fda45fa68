public import DirectoryModel

/// A provider that most calls failed with is left alone for a while (requirement CL7).
///
/// The first time for five minutes, then for twice as long with each run that ends so, up to six hours; longer only where
/// the provider asks for it. An operation that succeeds ends it.
public struct Quarantine: Sendable, Hashable {
    /// When the first of the runs ended that ended so.
    public let since: Timestamp
    /// When to try again.
    public let until: Timestamp
    /// The pause that follows by itself, in seconds.
    public let pause: Int64
    /// What the provider said last, as a sentence.
    public let reason: String

    private static let shortest: Int64 = 300
    private static let longest: Int64 = 6 * 3600
    /// What the provider may ask for at most: a week.
    private static let mostAsked: Int64 = 7 * 86400

    /// Makes a quarantine.
    public init(since: Timestamp, until: Timestamp, pause: Int64, reason: String) {
        self.since = since
        self.until = until
        self.pause = pause
        self.reason = reason
    }

    /// Makes the one that follows an earlier one, if there was one.
    ///
    /// - Parameter asked: how long the provider asks to be left alone.
    package init(after earlier: Quarantine?, at now: Timestamp, because reason: String, atLeast asked: Duration) {
        pause = earlier.map { min(Self.longest, max(Self.shortest, min(Self.longest, $0.pause) * 2)) } ?? Self.shortest
        since = earlier?.since ?? now
        // A part of a second more counts as a whole one.
        let asked = min(Self.mostAsked, asked.components.seconds) + 1
        until = Timestamp(secondsSince1970: now.secondsSince1970 + max(pause, asked))
        self.reason = reason
    }
}

/// A provider is not tried, because it was in trouble a short time ago.
public struct QuarantineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The provider's name.
    public let provider: String
    /// Since when, until when and why.
    public let quarantine: Quarantine

    /// Makes an error.
    public init(provider: String, quarantine: Quarantine) {
        self.provider = provider
        self.quarantine = quarantine
    }

    /// What happened and what to do.
    public var description: String {
        "\(provider) has been in trouble since \(quarantine.since), and is left alone until \(quarantine.until). "
            + "Nothing has been changed. It said: \(quarantine.reason) "
            + "Try again then, or, once you know that it works again, at once with --now."
    }
}
