import Foundation

/// A random value that can be made smaller, one piece at a time.
public protocol Shrinkable {
    /// The values that lack one piece of this one; empty for the smallest.
    var smaller: [Self] { get }
}

/// Something that holds for every value of a kind.
public struct Law<Subject: Shrinkable>: Sendable {
    /// The law as a sentence.
    public let name: String
    /// What is wrong with a value; nil where the law holds.
    ///
    /// An error that it throws breaks the law too.
    public let breach: @Sendable (Subject) throws -> String?

    /// Makes a law.
    public init(_ name: String, breach: @escaping @Sendable (Subject) throws -> String?) {
        self.name = name
        self.breach = breach
    }

    /// A value that breaks the law, as small as taking pieces away makes it, with what is wrong; nil where the value keeps
    /// the law.
    public func smallestBreach(in subject: Subject) -> (subject: Subject, text: String)? {
        guard var text = text(of: subject) else { return nil }
        var subject = subject
        var isSmallest = false
        while !isSmallest {
            isSmallest = true
            for candidate in subject.smaller {
                guard let found = self.text(of: candidate) else { continue }
                (subject, text, isSmallest) = (candidate, found, false)
                break
            }
        }
        return (subject, text)
    }

    private func text(of subject: Subject) -> String? {
        do { return try breach(subject) } catch { return "\(error)" }
    }
}

extension Law: CustomStringConvertible {
    /// The law as a sentence.
    public var description: String { name }
}

/// How long and from which seed on laws are tried: a few fixed seeds, unless the environment variable `LAW_SECONDS` gives a
/// time, from the seed in `TEST_SEED` on.
public enum LawSeeds {
    /// For how long; nil for the fixed seeds only.
    public static let time: Duration? = ProcessInfo.processInfo.environment["LAW_SECONDS"]
        .flatMap { Int($0) }.map { .seconds($0) }

    /// The first seed of a long run.
    public static let first: UInt64 =
        ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...1 << 40)
}
