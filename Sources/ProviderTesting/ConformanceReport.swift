/// What came of running a provider through ``ProviderConformance``.
public struct ConformanceReport: Sendable, Hashable, CustomStringConvertible {
    /// How one check ended.
    public enum Outcome: Sendable, Hashable {
        /// The provider does what it should.
        case passed
        /// It does not; the sentence says what was expected and what happened.
        case failed(String)
        /// It says that it cannot do what the check is about.
        case skipped(String)
    }

    /// One check.
    public struct Check: Sendable, Hashable {
        /// What the provider should do, as a statement.
        public let name: String
        /// How it ended.
        public let outcome: Outcome
    }

    /// The checks, in the order in which they ran.
    public let checks: [Check]

    /// The checks that failed.
    public var failures: [Check] {
        checks.filter { if case .failed = $0.outcome { true } else { false } }
    }

    /// Whether no check failed.
    public var isConforming: Bool { failures.isEmpty }

    /// A line for each check, and one with the total.
    public var description: String {
        var lines = checks.map { check in
            switch check.outcome {
            case .passed: "ok    \(check.name)"
            case .failed(let why): "FAIL  \(check.name)\n      \(why)"
            case .skipped(let why): "skip  \(check.name): \(why)"
            }
        }
        let passed = checks.count { $0.outcome == .passed }
        let skipped = checks.count - passed - failures.count
        lines.append("\(passed) passed, \(failures.count) failed, \(skipped) skipped.")
        return lines.joined(separator: "\n")
    }
}
